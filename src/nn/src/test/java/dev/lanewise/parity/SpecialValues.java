package dev.lanewise.parity;

import static java.util.Map.entry;

import dev.lanewise.array.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Cases at the numbers where definitions differ: zeros of both signs, infinities, no number. */
final class SpecialValues {
  private static final float[] ALL = {
    Float.NaN, Float.NEGATIVE_INFINITY, -1, -0f, 0, 1, Float.POSITIVE_INFINITY
  };

  /**
   * Arguments for which Lanewise does not follow PyTorch.
   *
   * @param at says of the arguments of a call whether they are such
   */
  private record Difference(Predicate<float[]> at, String why) {}

  private static final Difference SIGN_OF_NAN =
      new Difference(SpecialValues::anyNaN, "PyTorch takes 0 for the sign of NaN; here NaN stays");

  private static final Difference SLOPE_AT_NAN =
      new Difference(
          SpecialValues::anyNaN, "PyTorch passes the cotangent on at NaN; here the slope is NaN");

  private static final Map<String, Difference> DIFFERENCES =
      Map.ofEntries(
          entry("abs", SIGN_OF_NAN),
          entry("sign", SIGN_OF_NAN),
          entry("elu 1", SLOPE_AT_NAN),
          entry("elu 0.7", SLOPE_AT_NAN),
          entry("selu", SLOPE_AT_NAN),
          entry(
              "hardTanh",
              new Difference(
                  SpecialValues::anyNaN,
                  "PyTorch passes the cotangent on at NaN; here the slope is 0, as that of clamp")),
          entry(
              "gelu",
              new Difference(
                  x -> Float.isInfinite(x[0]),
                  "PyTorch multiplies infinity by 0; here are the limits")),
          entry(
              "pow 1.5",
              new Difference(
                  x -> x[0] == Float.NEGATIVE_INFINITY,
                  "PyTorch takes a square root for the power 0.5 of its slope")));

  private SpecialValues() {}

  /** Returns each case and, after it, the same function of one or two inputs at each of them. */
  static List<Case> with(List<Case> cases, int inputs) {
    List<Case> all = new ArrayList<>();
    for (Case one : cases) {
      all.add(one);
      Difference difference = DIFFERENCES.get(one.definition());
      if (difference == null) {
        all.add(one.on("special values", _ -> inputs(inputs, _ -> true)));
      } else {
        all.add(one.on("special values", _ -> inputs(inputs, difference.at().negate())));
        all.add(
            one.on("other values", _ -> inputs(inputs, difference.at()))
                .differing(difference.why()));
      }
    }
    return all;
  }

  /** Returns all the numbers, or pairs of them, that are of a kind, one input for each place. */
  private static List<Input> inputs(int count, Predicate<float[]> kind) {
    int calls = count == 1 ? ALL.length : ALL.length * ALL.length;
    List<float[]> arguments =
        IntStream.range(0, calls)
            .mapToObj(i ->
                count == 1
                    ? new float[] {ALL[i]}
                    : new float[] {ALL[i / ALL.length], ALL[i % ALL.length]})
            .filter(kind)
            .toList();
    List<Input> inputs = new ArrayList<>();
    for (int place = 0; place < count; place++) {
      float[] numbers = new float[arguments.size()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = arguments.get(i)[place];
      }
      inputs.add(new Input(NDArray.of(numbers), true));
    }
    return inputs;
  }

  private static boolean anyNaN(float... numbers) {
    for (float number : numbers) {
      if (Float.isNaN(number)) {
        return true;
      }
    }
    return false;
  }
}
