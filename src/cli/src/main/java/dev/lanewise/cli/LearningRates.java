package dev.lanewise.cli;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The options {@code --optimizer} and {@code --learning-rate}, which go together. */
final class LearningRates {
  private LearningRates() {}

  /** The optimizers that {@code optimizer} names, each with its rate. */
  static Map<OptimizerKind, Double> parse(String optimizer, @Nullable String learningRate) {
    List<OptimizerKind> kinds =
        optimizer.equalsIgnoreCase("both")
            ? List.of(OptimizerKind.values())
            : List.of(kind("--optimizer", optimizer, "adam, sgd and both"));
    Map<OptimizerKind, Double> given = learningRate == null ? Map.of() : rates(learningRate, kinds);
    Map<OptimizerKind, Double> rates = new LinkedHashMap<>();
    for (OptimizerKind kind : kinds) {
      rates.put(kind, given.getOrDefault(kind, kind.defaultLearningRate()));
    }
    return rates;
  }

  private static Map<OptimizerKind, Double> rates(String text, List<OptimizerKind> kinds) {
    Map<OptimizerKind, Double> rates = new EnumMap<>(OptimizerKind.class);
    if (!text.contains("=")) {
      for (OptimizerKind kind : kinds) {
        rates.put(kind, rate(text));
      }
      return rates;
    }
    for (String part : text.split(",", -1)) {
      int sign = part.indexOf('=');
      String name = sign < 0 ? part : part.substring(0, sign);
      OptimizerKind kind = kind("--learning-rate", name, "adam and sgd");
      if (!kinds.contains(kind)) {
        throw new UsageException(
            "--learning-rate names " + kind.label() + ", which is not trained");
      }
      rates.put(kind, rate(sign < 0 ? "" : part.substring(sign + 1)));
    }
    return rates;
  }

  private static OptimizerKind kind(String option, String name, String known) {
    return Arrays.stream(OptimizerKind.values())
        .filter(kind -> kind.label().equals(name.strip().toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() -> new UsageException(option + " knows " + known + ", not '" + name + "'"));
  }

  private static double rate(String text) {
    try {
      double rate = Double.parseDouble(text);
      if (rate > 0 && rate < Double.POSITIVE_INFINITY) {
        return rate;
      }
    } catch (NumberFormatException e) {
      // Falls through to the one sentence for every malformed value.
    }
    throw new UsageException("--learning-rate must be a number above 0, not '" + text + "'");
  }
}
