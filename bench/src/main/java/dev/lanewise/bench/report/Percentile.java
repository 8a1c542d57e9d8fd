package dev.lanewise.bench.report;

/** A share of calls, and the words for the time that so many of them did not exceed. */
enum Percentile {
  P50("p50", 0.5),
  P99("p99", 0.99),
  P999("p99.9", 0.999);

  private final String words;
  private final double share;

  Percentile(String words, double share) {
    this.words = words;
    this.share = share;
  }

  /** A word as in tables. */
  String words() {
    return words;
  }

  double share() {
    return share;
  }
}
