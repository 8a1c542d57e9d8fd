package dev.lanewise.parity;

/**
 * How far Lanewise may be from PyTorch's result in double precision, rounded to float32.
 *
 * <p>Only Lanewise's own roundings count, and that one. A rounding is half an ulp of what it makes,
 * at most 2^-24 of its magnitude; carried through a later product it is up to one ulp of the
 * result.
 */
public enum Tolerance {
  /** Nothing rounds: a selection, or sums and products of eighths, which float32 holds exactly. */
  EXACT(0, 0),

  /** Three correctly rounded products, quotients, roots or functions in double precision. */
  ROUNDED(3, 0),

  /** A kernel of at most 6 ulp, as gelu's and expm1's state, and two products. */
  FUNCTION(8, 0),

  /**
   * Two kernels one after the other, as log1p after exp: 1 and 4 ulp, twice that in terms of 2^-24,
   * and up to six roundings.
   */
  COMPOSED(16, 0),

  /**
   * A difference of terms no larger than the largest number around, such as a slope 1 - y^2: what
   * is left may be small, its error is that of the terms.
   */
  DIFFERENCE(1, 16),

  /**
   * As {@link #DIFFERENCE}, and weights that add up to 1 or a logarithm of a sum over n numbers.
   */
  AVERAGE(1, 16) {
    @Override
    long roundings(long size, long longest) {
      return super.roundings(size, longest) + size;
    }
  },

  /** A sum of n terms of that kind, n being the length of an axis: each may add its error. */
  SUM(1, 16) {
    @Override
    long roundings(long size, long longest) {
      return (super.roundings(size, longest) + longest) * longest;
    }
  };

  private final int ulps;
  private final int roundings;

  Tolerance(int ulps, int roundings) {
    this.ulps = ulps;
    this.roundings = roundings;
  }

  /** Returns the number of roundings of a term for inputs of at most that size and length. */
  long roundings(long size, long longest) {
    return roundings;
  }

  /**
   * Returns the largest difference from an expected number.
   *
   * @param largest the largest magnitude among the numbers that take part, at least 1
   * @param size the elements of the largest input
   * @param longest the length of the longest axis
   */
  double bound(float expected, double largest, long size, long longest) {
    return ulps * (double) Math.ulp(expected) + roundings(size, longest) * 0x1p-24 * largest;
  }
}
