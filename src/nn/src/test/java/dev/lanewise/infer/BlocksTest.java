package dev.lanewise.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BlocksTest {
  @Test
  void take_reusesWhatWasGiven() {
    Blocks blocks = new Blocks();
    assertThat(blocks.take(10)).isEqualTo(0);
    assertThat(blocks.take(20)).isEqualTo(10);
    blocks.give(0);
    assertThat(blocks.take(4)).isEqualTo(0);
    assertThat(blocks.take(6)).isEqualTo(4);
    blocks.give(10);
    assertThat(blocks.take(30)).as("the last gap grows").isEqualTo(10);
    assertThat(blocks.size()).isEqualTo(40);
  }

  @Test
  void give_notTaken() {
    assertThatThrownBy(() -> new Blocks().give(3)).isInstanceOf(IllegalStateException.class);
  }

  /** A number from 1 to 50 takes so much, a negative one gives back the oldest but so many. */
  @Property
  void take_neverOverlaps(
      @ForAll @Size(max = 60) List<@IntRange(min = -5, max = 50) Integer> calls) {
    Blocks blocks = new Blocks();
    List<long[]> held = new ArrayList<>();
    for (int call : calls) {
      if (call > 0) {
        long start = blocks.take(call);
        for (long[] other : held) {
          assertThat(start + call <= other[0] || other[0] + other[1] <= start).isTrue();
        }
        assertThat(start + call).isLessThanOrEqualTo(blocks.size());
        held.add(new long[] {start, call});
      } else if (-call < held.size()) {
        blocks.give(held.remove(-call)[0]);
      }
    }
  }
}
