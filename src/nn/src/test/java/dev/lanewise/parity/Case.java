package dev.lanewise.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A function to compare with PyTorch's definition of it, value and gradients, on inputs drawn at
 * random.
 *
 * <p>It may be whatever makes one tensor of some: an operation; a layer, of its input and its
 * parameters; a loss; a parameter after some steps of an optimizer along given gradients.
 *
 * @param definition the name of the definition, which several cases may share; its first word is
 *     that of the method
 * @param variant what sets this case apart from others of the definition, or nothing
 * @param inputs draws the inputs
 * @param function may put a leaf of its own, such as a parameter of the same values, in the place
 *     of an input, whose gradient is then looked for there
 * @param value how near the value must be
 * @param gradient how near the gradients must be
 * @param difference where Lanewise is known to differ, how; empty otherwise
 */
public record Case(
    String definition,
    String variant,
    Function<Draw, List<Input>> inputs,
    Function<Tensor[], Tensor> function,
    Tolerance value,
    Tolerance gradient,
    String difference) {

  /** Returns a case in which nothing rounds. */
  static Case of(
      String definition, Function<Draw, List<Input>> inputs, Function<Tensor[], Tensor> function) {
    return new Case(definition, "", inputs, function, Tolerance.EXACT, Tolerance.EXACT, "");
  }

  /** Returns a case of one input, of any shape up to rank 3. */
  static Case unary(String definition, Values values, UnaryOperator<Tensor> function) {
    return of(definition, d -> List.of(d.input(values, d.dimsUpTo(3))), x -> function.apply(x[0]));
  }

  /** Returns the same case with these tolerances of its value and of its gradients. */
  Case within(Tolerance newValue, Tolerance newGradient) {
    return new Case(definition, variant, inputs, function, newValue, newGradient, difference);
  }

  /** Returns the same case as a variant. */
  Case as(String newVariant) {
    return on(newVariant, inputs);
  }

  /** Returns another case of the same definition and function, with other inputs. */
  Case on(String newVariant, Function<Draw, List<Input>> newInputs) {
    return new Case(definition, newVariant, newInputs, function, value, gradient, difference);
  }

  /** Returns the same case, in which Lanewise is known to differ. */
  Case differing(String why) {
    return new Case(definition, variant, inputs, function, value, gradient, why);
  }

  /** The name, unlike that of any other case. */
  public String name() {
    return variant.isEmpty() ? definition : definition + ", " + variant;
  }

  /** Returns the random numbers of a trial. */
  public Draw draw(int trial) {
    return new Draw(name(), trial);
  }

  /**
   * Calls the function as PyTorch was called in some trials, and compares. Where there is a
   * difference, at least one trial must show it; the test is then aborted, with the difference as
   * the reason.
   */
  public void check(List<Trial> trials) {
    if (difference.isEmpty()) {
      trials.forEach(this::check);
      return;
    }
    assertThat(trials)
        .as("trials of %s, which differs from PyTorch no longer: %s", name(), difference)
        .anySatisfy(
            trial -> assertThatThrownBy(() -> check(trial)).isInstanceOf(AssertionError.class));
    abort(difference);
  }

  private void check(Trial trial) {
    Tensor[] x = trial.inputs().stream().map(Input::tensor).toArray(Tensor[]::new);
    Tensor y = function.apply(x);
    compare("value", value, trial, trial.value(), y.array());
    assertThat(y.requiresGrad())
        .as("whether %s has gradients", name())
        .isEqualTo(!trial.gradients().isEmpty());
    if (y.requiresGrad()) {
      y.backward(trial.cotangent().copy());
      trial
          .gradients()
          .forEach((input, expected) -> {
            NDArray computed = x[input].grad();
            assertThat(computed).as("gradient %s of %s", input, name()).isNotNull();
            compare("gradient " + input, gradient, trial, expected, computed);
          });
    }
  }

  private void compare(
      String what, Tolerance tolerance, Trial trial, NDArray expected, NDArray computed) {
    assertThat(computed.shape())
        .as("shape of the %s of %s", what, name())
        .isEqualTo(expected.shape());
    double largest = trial.largest(expected);
    float[] theirs = expected.toFloatArray();
    float[] ours = computed.toFloatArray();
    for (int i = 0; i < ours.length; i++) {
      double bound = tolerance.bound(theirs[i], largest, trial.size(), trial.longest());
      if (!agree(theirs[i], ours[i], bound)) {
        throw new AssertionError(
            "element %d of the %s of %s: %s is further than %s from %s; %s"
                .formatted(i, what, name(), ours[i], bound, theirs[i], trial.inputs()));
      }
    }
  }

  private static boolean agree(float theirs, float ours, double bound) {
    return theirs == ours
        || (Float.isNaN(theirs) && Float.isNaN(ours))
        || (Float.isFinite(theirs) && Math.abs((double) ours - theirs) <= bound);
  }

  @Override
  public String toString() {
    return name();
  }
}
