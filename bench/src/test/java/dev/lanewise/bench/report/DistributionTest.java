package dev.lanewise.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DistributionTest {
  private static Distribution of(double... values) {
    Distribution all = new Distribution();
    for (double value : values) {
      all.add(value, 1);
    }
    return all;
  }

  @Test
  void median_isTheMiddleOrTheMeanOfTheTwoMiddleValues() {
    assertThat(of(9, 1, 5).median()).isEqualTo(5);
    assertThat(of(9, 1, 5, 7).median()).isEqualTo(6);
    assertThat(of(3, 3, 3, 9).median()).isEqualTo(3);
  }

  @Test
  void quantile_countsEachValueAsOftenAsItWasSeen() {
    Distribution times = new Distribution();
    times.add(10, 98);
    times.add(500, 2);
    assertThat(times.quantile(0.98)).isEqualTo(10);
    assertThat(times.quantile(0.99)).isEqualTo(500);
    assertThat(times.quantile(0)).isEqualTo(10);
    assertThat(times.median()).isEqualTo(10);
  }
}
