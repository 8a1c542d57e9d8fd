package dev.lanewise.metrics;

import dev.lanewise.array.NDArray;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * The areas under the receiver operating characteristics of a classifier of several classes, each
 * class against all others.
 *
 * <p>As in scikit-learn, the area of a class that no sample or every sample has is NaN, and so is
 * {@link #macro} then; {@link #weighted} leaves out the classes that no sample has.
 */
public final class OneVsRestAuc implements ClassifierMetric {
  private static final String METRIC = "one-vs-rest ROC AUC";

  private final RocAuc[] areas;

  /** The areas of {@code classes} classes. */
  public OneVsRestAuc(int classes) {
    if (classes < 2) {
      throw new IllegalArgumentException(METRIC + ": there are no two classes in " + classes);
    }
    areas = Stream.generate(RocAuc::new).limit(classes).toArray(RocAuc[]::new);
  }

  @Override
  public void update(NDArray scores, int[] labels) {
    Scores rows = new Scores(METRIC, scores, labels);
    if (rows.classes() != areas.length) {
      throw new IllegalArgumentException(
          METRIC
              + ": scores of shape "
              + scores.shape()
              + " are not for "
              + areas.length
              + " classes");
    }
    Scores.checkLabels(METRIC, labels, areas.length);
    for (int i = 0; i < labels.length; i++) {
      for (int label = 0; label < areas.length; label++) {
        areas[label].add(rows.at(i, label), label == labels[i]);
      }
    }
  }

  /** The area of class {@code label} against all others. */
  public double result(int label) {
    return areas[label].result();
  }

  /** The mean of the areas of all classes. */
  public double macro() {
    return Arrays.stream(areas).mapToDouble(RocAuc::result).average().orElseThrow();
  }

  /** The mean of the areas, each counting as often as its class is a label. */
  public double weighted() {
    double sum = 0;
    long samples = 0;
    for (RocAuc area : areas) {
      double result = area.result();
      if (area.positives() > 0) {
        sum += area.positives() * result;
        samples += area.positives();
      }
    }
    return sum / samples;
  }
}
