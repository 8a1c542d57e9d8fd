package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TextTest {
  @Test
  void numbers() {
    assertThat(Text.number(3)).isEqualTo("3");
    assertThat(Text.number(-1)).isEqualTo("-1");
    assertThat(Text.number(0.002)).isEqualTo("0.002");
    assertThat(Text.number(1e38)).isEqualTo("1.0E38");
    assertThat(Text.percent(0.98)).isEqualTo("98.00%");
    assertThat(Text.count(1, "thread")).isEqualTo("1 thread");
    assertThat(Text.count(2, "thread")).isEqualTo("2 threads");
    assertThat(Text.clock(Duration.ofSeconds(65))).isEqualTo("1:05");
  }

  @Test
  void bytes() {
    assertThat(Text.bytes(999)).isEqualTo("999 B");
    assertThat(Text.bytes(1000)).isEqualTo("1.0 kB");
    assertThat(Text.bytes(48_800_000)).isEqualTo("48.8 MB");
    assertThat(Text.bytes(Long.MAX_VALUE)).isEqualTo("9223372.0 TB");
  }

  @Test
  void table() {
    assertThat(Text.table(1, List.of(List.of("a", "bbb", "c"), List.of("aa", "1", ""))).lines())
        .containsExactly("a   bbb  c", "aa    1");
  }
}
