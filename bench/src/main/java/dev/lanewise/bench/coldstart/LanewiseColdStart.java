package dev.lanewise.bench.coldstart;

import dev.lanewise.array.NDArray;
import dev.lanewise.bench.Mlp;
import dev.lanewise.memory.Scope;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;

/** The process of Lanewise. */
public final class LanewiseColdStart {
  private LanewiseColdStart() {}

  /** Predicts with Lanewise. */
  public static void main(String[] args) {
    Mlp network = new Mlp(Mlp.sizes(ColdStartNetwork.SIZES));
    Map<String, NDArray> state = new HashMap<>();
    for (int i = 0; i < ColdStartNetwork.layers(); i++) {
      int in = ColdStartNetwork.in(i);
      int out = ColdStartNetwork.out(i);
      String layer = "fc" + (i + 1);
      state.put(layer + ".weight", NDArray.of(ColdStartNetwork.weight(i), out, in));
      state.put(layer + ".bias", NDArray.of(ColdStartNetwork.bias(i), out));
    }
    network.loadStateDict(state);
    float[] input = ColdStartNetwork.input();
    Predictions.run(
        System.out,
        () -> {
          try (Scope _ = Scope.open();
              NoGrad _ = NoGrad.open()) {
            return network.forward(Tensor.of(input, 1, input.length)).toFloatArray();
          }
        });
  }
}
