package dev.lanewise.bench;

import dev.lanewise.infer.Predictor;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** One caller of a predictor that others may share: its rows, and where their answers go. */
public final class Prediction {
  /**
   * float32 sums in another order: tens of ulps of values near one, through at most four layers.
   */
  private static final float TOLERANCE = 1e-5f;

  private final Predictor predictor;
  private final int rows;
  private final MemorySegment input;
  private final MemorySegment output;

  /** Makes a caller with {@code rows} rows, filled from {@link Inputs} with seed 1. */
  public Prediction(Predictor predictor, int rows) {
    this.predictor = predictor;
    this.rows = rows;
    input = Inputs.random(rows * predictor.inputShape().size(), 1);
    output = Arena.ofAuto().allocate(4L * rows * predictor.outputShape().size(), 64);
  }

  /** Predicts, and returns the output, which the next prediction overwrites. */
  public MemorySegment predict() {
    predictor.predict(rows, input, output);
    return output;
  }

  /**
   * Compares a prediction with the one of {@code network}'s own forward pass.
   *
   * @throws IllegalStateException if they differ
   */
  public void check(Mlp network) {
    float[] predicted = predict().toArray(ValueLayout.JAVA_FLOAT);
    int in = Math.toIntExact(predictor.inputShape().size());
    float[] expected;
    try (NoGrad _ = NoGrad.open()) {
      expected = network.forward(Tensor.of(Inputs.floats(rows * in, 1), rows, in)).toFloatArray();
    }
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(predicted[i] - expected[i]) <= TOLERANCE)) {
        throw new IllegalStateException(
            ("output " + i + " of the predictor is " + predicted[i])
                + (", of the network itself " + expected[i] + ": more than " + TOLERANCE)
                + " apart");
      }
    }
  }
}
