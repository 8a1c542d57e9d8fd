package dev.lanewise.bench.report;

import java.util.Locale;

/**
 * A logarithmic axis that XChart draws as a linear one, so that its marks stand at powers of the
 * base alone: values go in as logarithms, and labels come out as numbers.
 */
enum Scale {
  BINARY(2),
  DECIMAL(10);

  private final double base;

  Scale(double base) {
    this.base = base;
  }

  double of(double value) {
    return Math.log(value) / Math.log(base);
  }

  /** The label at a mark: the power where the exponent is whole, else nothing. */
  String label(double exponent) {
    double whole = Math.rint(exponent);
    if (Math.abs(exponent - whole) > 1e-6) {
      return " ";
    }
    double power = Math.pow(base, whole);
    return power >= 1
        ? String.format(Locale.ROOT, this == BINARY ? "%.0f" : "%,.0f", power)
        : "1/" + Math.round(1 / power);
  }
}
