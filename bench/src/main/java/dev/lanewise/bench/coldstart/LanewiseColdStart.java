package dev.lanewise.bench.coldstart;

import dev.lanewise.array.NDArray;
import dev.lanewise.infer.Predictor;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Module;
import dev.lanewise.nn.Relu;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.Sigmoid;
import java.util.LinkedHashMap;
import java.util.Map;

/** The process of Lanewise: a module that takes the weights, and a predictor of it. */
public final class LanewiseColdStart {
  private LanewiseColdStart() {}

  /** Predicts with Lanewise. */
  public static void main(String[] args) {
    Module[] modules = new Module[2 * ColdStartNetwork.layers()];
    Map<String, NDArray> weights = new LinkedHashMap<>();
    for (int i = 0; i < ColdStartNetwork.layers(); i++) {
      int in = ColdStartNetwork.in(i);
      int out = ColdStartNetwork.out(i);
      modules[2 * i] = new Linear(in, out);
      modules[2 * i + 1] = i == 0 ? new Relu() : new Sigmoid();
      weights.put(2 * i + ".weight", NDArray.of(ColdStartNetwork.weight(i), out, in));
      weights.put(2 * i + ".bias", NDArray.of(ColdStartNetwork.bias(i), out));
    }
    Sequential model = new Sequential(modules);
    model.loadStateDict(weights);
    Predictor predictor = Predictor.of(model, ColdStartNetwork.in(0));
    float[] input = ColdStartNetwork.input();
    Predictions.run(System.out, () -> predictor.predict(input));
  }
}
