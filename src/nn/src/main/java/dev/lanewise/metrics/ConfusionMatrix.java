package dev.lanewise.metrics;

import dev.lanewise.array.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How often samples of each class were taken for each class, and what follows from it: accuracy,
 * precision, recall and F1.
 *
 * <p>A ratio whose denominator is zero is 0: the precision of a class that was never predicted, the
 * recall of one that was never a label, and the F1 of one that was neither. A class that was
 * neither has no part in averages. Both are scikit-learn's defaults.
 */
public final class ConfusionMatrix implements ClassifierMetric {
  private static final String METRIC = "confusion matrix";
  private static final String CORNER = "label \\ predicted";

  private final List<String> names;
  private final long[][] counts;
  private final long[] labelled;
  private final long[] predicted;
  private long samples;

  /** A matrix of {@code classes} classes, named by their numbers. */
  public ConfusionMatrix(int classes) {
    this(IntStream.range(0, classes).mapToObj(Integer::toString).toList());
  }

  /** A matrix of the classes of these names. */
  public ConfusionMatrix(List<String> names) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException(METRIC + ": there are no classes");
    }
    this.names = List.copyOf(names);
    counts = new long[names.size()][names.size()];
    labelled = new long[names.size()];
    predicted = new long[names.size()];
  }

  /** Takes in samples, each for the class with the highest score; of equal ones the first. */
  @Override
  public void update(NDArray scores, int[] labels) {
    Scores rows = new Scores(METRIC, scores, labels);
    if (rows.classes() != classes()) {
      throw new IllegalArgumentException(
          METRIC
              + ": scores of shape "
              + scores.shape()
              + " are not for "
              + classes()
              + " classes");
    }
    Scores.checkLabels(METRIC, labels, classes());
    for (int i = 0; i < labels.length; i++) {
      add(labels[i], rows.best(i));
    }
  }

  /** Takes in samples with the class that was predicted for each. */
  public void update(int[] predictions, int[] labels) {
    if (predictions.length != labels.length) {
      throw new IllegalArgumentException(
          METRIC
              + ": "
              + predictions.length
              + " predictions do not go with "
              + labels.length
              + " labels");
    }
    Scores.checkClasses(METRIC, "prediction", predictions, classes());
    Scores.checkLabels(METRIC, labels, classes());
    for (int i = 0; i < labels.length; i++) {
      add(labels[i], predictions[i]);
    }
  }

  private void add(int label, int prediction) {
    counts[label][prediction]++;
    labelled[label]++;
    predicted[prediction]++;
    samples++;
  }

  /** The number of classes. */
  public int classes() {
    return names.size();
  }

  /** The number of samples. */
  public long samples() {
    return samples;
  }

  /** How many samples of class {@code label} were taken for class {@code prediction}. */
  public long count(int label, int prediction) {
    return counts[label][prediction];
  }

  /** How many samples have this label: the class's support. */
  public long support(int label) {
    return labelled[label];
  }

  /** The share of samples that were taken for what they are. */
  public double accuracy() {
    long right = IntStream.range(0, classes()).mapToLong(i -> counts[i][i]).sum();
    return ratio(right, samples);
  }

  /** Of the samples taken for {@code label}, the share that are of it. */
  public double precision(int label) {
    return ratio(counts[label][label], predicted[label]);
  }

  /** Of the samples of {@code label}, the share that were taken for it. */
  public double recall(int label) {
    return ratio(counts[label][label], labelled[label]);
  }

  /** The harmonic mean of precision and recall of {@code label}. */
  public double f1(int label) {
    return ratio(2 * counts[label][label], labelled[label] + predicted[label]);
  }

  /** The precision of all classes. */
  public double precision(Average average) {
    return average(average, this::precision);
  }

  /** The recall of all classes. */
  public double recall(Average average) {
    return average(average, this::recall);
  }

  /** The F1 of all classes. */
  public double f1(Average average) {
    return average(average, this::f1);
  }

  /** With one label and one prediction for each sample, MICRO is the accuracy for all three. */
  private double average(Average average, IntToDoubleFunction measure) {
    Scores.requireSamples(METRIC, samples);
    return switch (average) {
      case MICRO -> accuracy();
      case MACRO ->
          IntStream.range(0, classes())
              .filter(i -> labelled[i] + predicted[i] > 0)
              .mapToDouble(measure)
              .average()
              .orElseThrow();
      case WEIGHTED ->
          IntStream.range(0, classes())
                  .mapToDouble(i -> labelled[i] * measure.applyAsDouble(i))
                  .sum()
              / samples;
    };
  }

  private double ratio(long part, long whole) {
    Scores.requireSamples(METRIC, samples);
    return whole == 0 ? 0 : (double) part / whole;
  }

  /** The counts as a table: a line for each label, a column for each prediction. */
  @Override
  public String toString() {
    List<List<String>> lines = new ArrayList<>();
    lines.add(new ArrayList<>(names));
    lines.getFirst().addFirst(CORNER);
    for (int i = 0; i < classes(); i++) {
      List<String> line = new ArrayList<>(List.of(names.get(i)));
      Arrays.stream(counts[i]).mapToObj(Long::toString).forEach(line::add);
      lines.add(line);
    }
    int[] widths = new int[classes() + 1];
    for (List<String> line : lines) {
      Arrays.setAll(widths, i -> Math.max(widths[i], line.get(i).length()));
    }
    StringBuilder table = new StringBuilder();
    for (List<String> line : lines) {
      table.append(line.getFirst()).repeat(' ', widths[0] - line.getFirst().length());
      for (int i = 1; i < widths.length; i++) {
        table.repeat(' ', 2 + widths[i] - line.get(i).length()).append(line.get(i));
      }
      table.append('\n');
    }
    return table.toString();
  }
}
