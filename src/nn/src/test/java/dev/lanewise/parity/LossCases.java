package dev.lanewise.parity;

import static dev.lanewise.parity.Tolerance.AVERAGE;
import static dev.lanewise.parity.Tolerance.ROUNDED;
import static dev.lanewise.parity.Values.EIGHTHS;

import java.util.List;

/** Losses: means over rows or elements. */
final class LossCases {
  private LossCases() {}

  static List<Case> all() {
    Case crossEntropy =
        Case.of(
                "crossEntropy",
                d -> labelled(d, Values.between(-4, 4)),
                x -> x[0].crossEntropy(Input.integers(x[1])))
            .within(AVERAGE, AVERAGE);
    return List.of(
        Case.of("mse", LossCases::pair, x -> x[0].mse(x[1])).within(ROUNDED, ROUNDED),
        crossEntropy,
        crossEntropy.on("far apart", d -> labelled(d, Values.between(-200, 200))));
  }

  private static List<Input> pair(Draw d) {
    int[] dims = d.dimsUpTo(3);
    return List.of(d.input(EIGHTHS, dims), d.input(EIGHTHS, dims));
  }

  private static List<Input> labelled(Draw d, Values logits) {
    int[] dims = d.dims(2);
    return List.of(d.input(logits, dims), d.indices(dims[1], dims[0]));
  }
}
