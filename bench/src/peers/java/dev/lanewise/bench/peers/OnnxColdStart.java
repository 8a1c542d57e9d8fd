package dev.lanewise.bench.peers;

import ai.onnxruntime.OrtException;
import dev.lanewise.bench.coldstart.ColdStartNetwork;
import dev.lanewise.bench.coldstart.Predictions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** The process of ONNX Runtime. */
public final class OnnxColdStart {
  private OnnxColdStart() {}

  /** Predicts with ONNX Runtime. */
  public static void main(String[] args) throws OrtException {
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < ColdStartNetwork.layers(); i++) {
      layers.add(
          new Layer(
              ColdStartNetwork.in(i),
              ColdStartNetwork.out(i),
              ColdStartNetwork.weight(i),
              ColdStartNetwork.bias(i)));
    }
    float[] input = ColdStartNetwork.input();
    NativeFloats x = NativeFloats.random(input.length, 1);
    Predictor network = new OnnxMlp(layers, 1, 1).caller(x);
    Predictions.run(
        System.out,
        () -> {
          MemorySegment.copy(input, 0, x.segment(), ValueLayout.JAVA_FLOAT, 0, input.length);
          return network.output();
        });
  }
}
