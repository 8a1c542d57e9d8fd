package dev.lanewise.bench.coldstart;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.PackedLinear;
import dev.lanewise.kernel.Activation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The process of Lanewise. */
public final class LanewiseColdStart {
  private LanewiseColdStart() {}

  /** Predicts with Lanewise. */
  public static void main(String[] args) {
    PackedLinear[] layers = new PackedLinear[ColdStartNetwork.layers()];
    MemorySegment[] values = new MemorySegment[layers.length + 1];
    float[] input = ColdStartNetwork.input();
    values[0] = Arena.global().allocate(4L * input.length, 64);
    for (int i = 0; i < layers.length; i++) {
      int in = ColdStartNetwork.in(i);
      int out = ColdStartNetwork.out(i);
      layers[i] =
          PackedLinear.of(
              NDArray.of(ColdStartNetwork.weight(i), out, in),
              NDArray.of(ColdStartNetwork.bias(i), out),
              i == 0 ? Activation.RELU : Activation.SIGMOID);
      values[i + 1] = Arena.global().allocate(4L * out, 64);
    }
    Predictions.run(
        System.out,
        () -> {
          MemorySegment.copy(input, 0, values[0], ValueLayout.JAVA_FLOAT, 0, input.length);
          for (int i = 0; i < layers.length; i++) {
            layers[i].apply(1, values[i], 0, values[i + 1], 0);
          }
          return values[layers.length].toArray(ValueLayout.JAVA_FLOAT);
        });
  }
}
