package dev.lanewise.bench;

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
}
