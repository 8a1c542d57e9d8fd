package dev.lanewise.bench;

import dev.lanewise.kernel.Gemm;
import java.lang.foreign.MemorySegment;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A matrix product C = A B as a parameter names it, such as {@code NT 512x256x784}: whether A and B
 * are stored transposed, then M, N and K.
 *
 * @param transposedA whether A is stored as [K, M]
 * @param transposedB whether B is stored as [N, K]
 */
public record Product(boolean transposedA, boolean transposedB, int m, int n, int k) {
  private static final Pattern FORM = Pattern.compile("([NT])([NT]) (\\d+)x(\\d+)x(\\d+)");

  /**
   * Reads a product from its name.
   *
   * @throws IllegalArgumentException if it is not written as {@code NN 512x512x512} is
   */
  public static Product of(String name) {
    Matcher form = FORM.matcher(name);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "'" + name + "' is not a product such as 'NT 512x256x784': transpositions, MxNxK");
    }
    return new Product(
        form.group(1).equals("T"),
        form.group(2).equals("T"),
        Integer.parseInt(form.group(3)),
        Integer.parseInt(form.group(4)),
        Integer.parseInt(form.group(5)));
  }

  /** Returns the floating-point operations: a multiplication and an addition for each term. */
  public long flops() {
    return 2L * m * n * k;
  }

  /** Returns the floats from one stored row of A to the next. */
  public int lda() {
    return transposedA ? m : k;
  }

  /** Returns the floats from one stored row of B to the next. */
  public int ldb() {
    return transposedB ? k : n;
  }

  /** Computes C by Lanewise. */
  public void multiply(MemorySegment a, MemorySegment b, MemorySegment c) {
    Gemm.multiply(
        m,
        n,
        k,
        1,
        a,
        0,
        transposedA ? 1 : lda(),
        transposedA ? lda() : 1,
        b,
        0,
        transposedB ? 1 : ldb(),
        transposedB ? ldb() : 1,
        0,
        c,
        0,
        n);
  }

  /**
   * Returns how far two float32 results may be apart whose sums ran in other orders: an operand's
   * elements are below 1, so that a partial sum of random signs stays within a few square roots of
   * K, and each of its K roundings adds 6e-8 of it; 1e-6 K is beyond that and far below the size of
   * an element, the square root of K over 3.
   */
  public double tolerance() {
    return 1e-6 * k;
  }
}
