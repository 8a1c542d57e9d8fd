package dev.lanewise.data;

import dev.lanewise.array.NDArray;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The transform {@code (x - center) * factor + base}, with a center and a factor for each feature
 * or one for all, given or found on a training set.
 *
 * <p>It computes in double and rounds once. A feature that is the same in all samples gets the
 * factor of a deviation or a range of 1, as in scikit-learn's scalers.
 */
public final class Scaling implements Transform {
  private final double[] center;
  private final double[] factor;
  private final double base;

  private Scaling(double[] center, double[] factor, double base) {
    this.center = center;
    this.factor = factor;
    this.base = base;
  }

  /**
   * The scaling by the numbers that {@link #center}, {@link #factor} and {@link #base} of another
   * one told.
   */
  public static Scaling of(double[] center, double[] factor, double base) {
    if (center.length != factor.length) {
      throw new IllegalArgumentException(
          center.length + " centers do not go with " + factor.length + " factors");
    }
    return new Scaling(center.clone(), factor.clone(), base);
  }

  /** Gives each feature the mean 0 and the standard deviation 1 over {@code train}. */
  public static Scaling standardizeEach(Dataset train) {
    return standardize(train, true);
  }

  /** Gives all features together the mean 0 and the standard deviation 1 over {@code train}. */
  public static Scaling standardizeAll(Dataset train) {
    return standardize(train, false);
  }

  /** Takes each feature from its least and greatest value in {@code train} to a range. */
  public static Scaling rangeEach(Dataset train, double low, double high) {
    return range(train, true, low, high);
  }

  /** Takes all features together from their least and greatest in {@code train} to a range. */
  public static Scaling rangeAll(Dataset train, double low, double high) {
    return range(train, false, low, high);
  }

  /** The deviation is that of a whole population: the squares' sum is divided by their count. */
  private static Scaling standardize(Dataset train, boolean each) {
    int columns = columns(train, each);
    double count = (double) train.features().size() / columns;
    double[] mean = new double[columns];
    forEach(train, columns, (column, value) -> mean[column] += value);
    Arrays.setAll(mean, i -> mean[i] / count);
    double[] deviation = new double[columns];
    forEach(
        train,
        columns,
        (column, value) -> deviation[column] += (value - mean[column]) * (value - mean[column]));
    Arrays.setAll(deviation, i -> Math.sqrt(deviation[i] / count));
    return scaling(mean, 1, deviation, 0);
  }

  private static Scaling range(Dataset train, boolean each, double low, double high) {
    if (!(low < high && high - low < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("features cannot be scaled to " + low + " to " + high);
    }
    int columns = columns(train, each);
    double[] least = new double[columns];
    Arrays.fill(least, Double.POSITIVE_INFINITY);
    forEach(train, columns, (column, value) -> least[column] = Math.min(least[column], value));
    double[] range = new double[columns];
    forEach(
        train,
        columns,
        (column, value) -> range[column] = Math.max(range[column], value - least[column]));
    return scaling(least, high - low, range, low);
  }

  private static Scaling scaling(double[] center, double unit, double[] spread, double base) {
    double[] factor = new double[spread.length];
    for (int i = 0; i < factor.length; i++) {
      if (!Double.isFinite(center[i]) || !Double.isFinite(spread[i])) {
        throw new IllegalArgumentException(
            "the features to scale by hold a number that is not finite");
      }
      factor[i] = unit / (spread[i] == 0 ? 1 : spread[i]);
    }
    return new Scaling(center, factor, base);
  }

  private static int columns(Dataset train, boolean each) {
    if (train.features().size() == 0) {
      throw new IllegalArgumentException(
          "there is nothing to scale by in features of shape " + train.features().shape());
    }
    return each ? Math.toIntExact(train.features().size() / train.size()) : 1;
  }

  /** Visits all features in their order; those of one column are {@code columns} apart. */
  private static void forEach(Dataset train, int columns, Visitor visitor) {
    NDArray features = train.features();
    MemorySegment from = features.segment();
    for (long i = 0; i < features.size(); i++) {
      float value = from.getAtIndex(ValueLayout.JAVA_FLOAT, features.offset() + i);
      visitor.visit((int) (i % columns), value);
    }
  }

  /** What is done with each feature. */
  private interface Visitor {
    void visit(int column, double value);
  }

  /** What is subtracted from each feature or, of length 1, from all: a mean or a least value. */
  public double[] center() {
    return center.clone();
  }

  /** What each feature or, of length 1, all are multiplied by: the reciprocal of a deviation. */
  public double[] factor() {
    return factor.clone();
  }

  /** What is added in the end: the low end of the range. */
  public double base() {
    return base;
  }

  @Override
  public void apply(float[] features, RandomGenerator random) {
    if (center.length != 1 && center.length != features.length) {
      throw new IllegalArgumentException(
          "a scaling of "
              + center.length
              + " features cannot be applied to a sample of "
              + features.length);
    }
    for (int i = 0; i < features.length; i++) {
      int column = center.length == 1 ? 0 : i;
      features[i] = (float) ((features[i] - center[column]) * factor[column] + base);
    }
  }
}
