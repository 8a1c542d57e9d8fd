package dev.lanewise.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DistributionTest {
  @Test
  void median_isTheMiddleOrTheMeanOfTheTwoMiddleValues() {
    assertThat(Distribution.of(List.of(9.0, 1.0, 5.0)).median()).isEqualTo(5);
    assertThat(Distribution.of(List.of(9.0, 1.0, 5.0, 7.0)).median()).isEqualTo(6);
    assertThat(Distribution.of(List.of(3.0, 3.0, 3.0, 9.0)).median()).isEqualTo(3);
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
