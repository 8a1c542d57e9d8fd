package dev.lanewise.bench.peers;

import dev.lanewise.kernel.Gemm;
import java.lang.foreign.MemorySegment;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A matrix product C = A B of M x K by K x N, each operand stored as it is or transposed. */
record Product(boolean transposedA, boolean transposedB, int m, int n, int k) {
  private static final Pattern TEXT = Pattern.compile("([NT])([NT]) (\\d+)x(\\d+)x(\\d+)");

  /**
   * Reads a text such as {@code NT 256x512x784}: the transpositions of A and B, then M, N and K.
   */
  static Product of(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no product: it is to be like 'NT 256x512x784'");
    }
    return new Product(
        parts.group(1).equals("T"),
        parts.group(2).equals("T"),
        Integer.parseInt(parts.group(3)),
        Integer.parseInt(parts.group(4)),
        Integer.parseInt(parts.group(5)));
  }

  /** The leading dimension of A: the floats from one stored row to the next. */
  int lda() {
    return transposedA ? m : k;
  }

  int ldb() {
    return transposedB ? k : n;
  }

  long flops() {
    return 2L * m * n * k;
  }

  /** Lanewise's C. */
  void multiply(MemorySegment a, MemorySegment b, MemorySegment c) {
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
   * How far two float32 results may be apart whose sums ran in other orders: an operand's elements
   * are below 1, so that a partial sum of random signs stays within a few square roots of K, and
   * each of its K roundings adds 6e-8 of it; 1e-6 K is beyond that and far below the size of an
   * element, the square root of K over 3.
   */
  double tolerance() {
    return 1e-6 * k;
  }
}
