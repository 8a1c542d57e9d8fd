package dev.lanewise.kernel;

/** The functions in double precision, good to about 1e-13 of their value. */
final class Reference {
  private Reference() {}

  static double sigmoid(double x) {
    double e = StrictMath.exp(-Math.abs(x));
    return (x > 0 ? 1 : e) / (1 + e);
  }

  static double erf(double x) {
    double a = Math.abs(x);
    return a < 2 ? Math.copySign(series(a), x) : Math.copySign(1 - fraction(a), x);
  }

  static double erfc(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    if (x < 0) {
      return 2 - erfc(-x);
    }
    return x < 2 ? 1 - series(x) : fraction(x);
  }

  static double gelu(double x) {
    return x == Double.NEGATIVE_INFINITY ? 0 : x * 0.5 * erfc(-x * Math.sqrt(0.5));
  }

  static double geluSlope(double x) {
    double density =
        Double.isInfinite(x) ? 0 : x * StrictMath.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    return 0.5 * erfc(-x * Math.sqrt(0.5)) + density;
  }

  /** The series of erf whose terms are all positive: it cannot cancel. */
  private static double series(double a) {
    double term = a;
    double sum = a;
    for (int n = 1; term > sum * 1e-17; n++) {
      term *= 2 * a * a / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * StrictMath.exp(-a * a) * sum;
  }

  /** The continued fraction of erfc, from its far end. */
  private static double fraction(double a) {
    if (a > 27) {
      return 0;
    }
    double f = a;
    for (int n = 80; n >= 1; n--) {
      f = a + 0.5 * n / f;
    }
    return StrictMath.exp(-a * a) / Math.sqrt(Math.PI) / f;
  }

  /** The distance from the exact value, in units in the last place of a float there. */
  static double ulps(float got, double exact) {
    if (Double.isNaN(exact)) {
      return Float.isNaN(got) ? 0 : Double.POSITIVE_INFINITY;
    }
    float rounded = (float) exact;
    if (Float.isInfinite(rounded) || Float.isInfinite(got)) {
      boolean close = Math.abs(exact) >= Float.MAX_VALUE && Math.abs(got) >= Float.MAX_VALUE;
      return got == rounded || (close && got * exact > 0) ? 0 : Double.POSITIVE_INFINITY;
    }
    return Math.abs(got - exact) / Math.ulp(rounded);
  }
}
