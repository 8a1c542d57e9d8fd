package dev.lanewise.bench.peers;

import ai.onnxruntime.OrtException;
import dev.lanewise.bench.Mlp;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Callers of one network in a peer's library, each with an input and an output of its own, all
 * checked against Lanewise's network. A call runs on its caller's thread alone: with one thread for
 * each call many callers disturb each other least.
 */
final class PeerCallers {
  /**
   * Outputs of a sigmoid of sums of at most 1024 terms, in other orders and through other
   * approximations of the sigmoid: tens of ulps of 6e-8. A wrong weight moves them by more than
   * this.
   */
  private static final double TOLERANCE = 1e-5;

  private static final int THREADS = 1;

  private PeerCallers() {}

  /** Returns callers of one session of ONNX Runtime. */
  static List<Runnable> onnxRuntime(String network, int batch, int callers) throws OrtException {
    Mlp mlp = new Mlp(Mlp.sizes(network));
    OnnxMlp model = new OnnxMlp(Layer.of(mlp), batch, THREADS);
    List<Predictor> predictors = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      predictors.add(model.caller(input(network, batch)));
    }
    return checked("ONNX Runtime", predictors, mlp, input(network, batch), batch);
  }

  /** Returns callers of one module of libtorch. */
  static List<Runnable> libtorch(String network, int batch, int callers) {
    Mlp mlp = new Mlp(Mlp.sizes(network));
    LibtorchMlp.threads(THREADS);
    LibtorchMlp model = LibtorchMlp.of(Layer.of(mlp));
    List<Predictor> predictors = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      predictors.add(new LibtorchPredictor(model, input(network, batch).toArray(), batch));
    }
    return checked("libtorch", predictors, mlp, input(network, batch), batch);
  }

  private static NativeFloats input(String network, int batch) {
    return NativeFloats.random(batch * Mlp.sizes(network)[0], 1);
  }

  private static List<Runnable> checked(
      String peer, List<Predictor> predictors, Mlp mlp, NativeFloats x, int batch) {
    float[] expected;
    try (NoGrad _ = NoGrad.open()) {
      expected = mlp.forward(Tensor.of(x.toArray(), batch, x.size() / batch)).toFloatArray();
    }
    List<Runnable> calls = new ArrayList<>();
    for (Predictor predictor : predictors) {
      Agreement.check(peer, predictor.output(), expected, TOLERANCE);
      calls.add(predictor::predict);
    }
    return calls;
  }
}
