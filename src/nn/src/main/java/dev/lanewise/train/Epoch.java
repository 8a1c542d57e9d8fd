package dev.lanewise.train;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What came of one pass over the training data.
 *
 * @param number which one, from 0
 * @param loss the mean loss of its samples, each as the weights were when its batch came
 * @param validation what the validation said after it, if there is one
 * @param learningRate the rate of the first parameter group in its last step
 * @param samples how many samples it had
 * @param seconds how long it took, validation left out; of a resumed epoch, since then
 */
public record Epoch(
    int number,
    double loss,
    OptionalDouble validation,
    double learningRate,
    long samples,
    double seconds) {
  @Override
  public String toString() {
    String validated =
        validation.isPresent()
            ? String.format(Locale.ROOT, "  validation %.6g", validation.getAsDouble())
            : "";
    return String.format(
        Locale.ROOT,
        "epoch %d  loss %.6g%s  rate %.3g  %.2f s",
        number,
        loss,
        validated,
        learningRate,
        seconds);
  }
}
