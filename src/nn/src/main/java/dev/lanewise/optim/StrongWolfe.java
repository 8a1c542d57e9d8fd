package dev.lanewise.optim;

/**
 * A line search for a step that meets the strong Wolfe conditions: the loss falls enough for the
 * step's length, and its slope has become flat enough.
 *
 * <p>It first goes ahead until two points enclose such a step, then narrows them by cubic
 * interpolation (Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6), as PyTorch
 * does it.
 */
final class StrongWolfe {
  private static final double FALL = 1e-4;
  private static final double FLATNESS = 0.9;
  private static final int MOST_TRIALS = 25;

  private final Point[] points;
  private int trials;

  /** A point of the line, {@code t} directions from where it begins. */
  static final class Point {
    final FlatVector gradient;
    double t;
    double loss;
    double slope;

    Point(int size) {
      gradient = new FlatVector(size);
    }
  }

  /** The loss along a line. */
  @FunctionalInterface
  interface Line {
    /** Sets the loss, its gradient and its slope along the line at the point's {@code t}. */
    void evaluate(Point point);
  }

  StrongWolfe(int size) {
    points = new Point[] {new Point(size), new Point(size), new Point(size)};
  }

  /** Returns how often the last search evaluated the loss. */
  int evaluations() {
    return trials + 1;
  }

  /**
   * Returns the point found, or the best of those tried.
   *
   * @param start the beginning of the line, evaluated, with a slope below 0
   * @param t the first step to try
   * @param least the distance of two enclosing points at which the search ends
   */
  Point search(Line line, Point start, double t, double least) {
    trials = 0;
    Point before = start;
    Point now = at(line, points[0], t);
    while (trials < MOST_TRIALS) {
      if (tooHigh(now, start) || (trials > 1 && now.loss >= before.loss)) {
        break;
      }
      if (flat(now, start)) {
        return now;
      }
      if (now.slope >= 0) {
        break;
      }
      double next = between(now.t + 0.01 * (now.t - before.t), 10 * now.t, lowest(before, now));
      Point spare = spare(before, now);
      before = now;
      now = at(line, spare, next);
      trials++;
    }
    return narrow(line, start, trials < MOST_TRIALS ? before : start, now, least);
  }

  private Point narrow(Line line, Point start, Point from, Point to, double least) {
    Point low = from.loss <= to.loss ? from : to;
    Point high = from.loss <= to.loss ? to : from;
    boolean stuck = false;
    while (trials < MOST_TRIALS && Math.abs(high.t - low.t) >= least) {
      double left = Math.min(low.t, high.t);
      double right = Math.max(low.t, high.t);
      double t = between(left, right, lowest(low, high));
      double margin = 0.1 * (right - left);
      boolean near = Math.min(right - t, t - left) < margin;
      if (near && (stuck || t >= right || t <= left)) {
        t = right - t < t - left ? right - margin : left + margin;
        near = false;
      }
      stuck = near;
      Point now = at(line, spare(low, high), t);
      trials++;
      if (tooHigh(now, start) || now.loss >= low.loss) {
        high = now;
        if (high.loss < low.loss) {
          high = low;
          low = now;
        }
      } else if (flat(now, start)) {
        return now;
      } else {
        high = now.slope * (high.t - low.t) >= 0 ? low : high;
        low = now;
      }
    }
    return low;
  }

  private static boolean tooHigh(Point point, Point start) {
    return point.loss > start.loss + FALL * point.t * start.slope;
  }

  private static boolean flat(Point point, Point start) {
    return Math.abs(point.slope) <= -FLATNESS * start.slope;
  }

  private static Point at(Line line, Point point, double t) {
    point.t = t;
    line.evaluate(point);
    return point;
  }

  /** Returns a point of this search that is neither of two in use. */
  private Point spare(Point one, Point other) {
    for (Point point : points) {
      if (point != one && point != other) {
        return point;
      }
    }
    throw new AssertionError("two points cannot be all three");
  }

  /** Returns where the cubic through two points and their slopes is lowest, or NaN. */
  private static double lowest(Point one, Point other) {
    Point a = one.t <= other.t ? one : other;
    Point b = one.t <= other.t ? other : one;
    double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t);
    double d2 = Math.sqrt(d1 * d1 - a.slope * b.slope);
    return b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
  }

  /** Returns {@code t} within bounds, or their middle where it is NaN. */
  private static double between(double least, double most, double t) {
    return Double.isNaN(t) ? (least + most) / 2 : Math.min(Math.max(t, least), most);
  }
}
