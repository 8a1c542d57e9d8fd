package dev.lanewise.op;

/**
 * The slopes of a reference's outputs by one input, as central differences in double precision.
 *
 * <p>With a step of 2^-16 the truncation is 2^-32 / 6 of the third derivative and the rounding
 * 2^-36 of the value, both far below what single precision can show.
 */
final class Jacobian {
  private static final double STEP = 0x1p-16;

  private Jacobian() {}

  /** Returns the slope of every output, per element of {@code inputs[input]}. */
  static double[][] of(Reference reference, int input, double[]... inputs) {
    double[] x = inputs[input].clone();
    double[][] moved = inputs.clone();
    moved[input] = x;
    double[][] slopes = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      double at = x[i];
      x[i] = at + STEP;
      double[] above = reference.value(moved);
      x[i] = at - STEP;
      double[] below = reference.value(moved);
      x[i] = at;
      for (int o = 0; o < above.length; o++) {
        above[o] = (above[o] - below[o]) / (2 * STEP);
      }
      slopes[i] = above;
    }
    return slopes;
  }
}
