package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What the products' loops take for granted of the sizes by which they cut. */
class BlockingTest {
  @Test
  void strip_holdsWholeTiles() {
    for (int vectors = 1; vectors <= Blocking.TILE_VECTORS; vectors++) {
      for (boolean add : new boolean[] {false, true}) {
        int tile = Blocking.vectorsOfStrip(vectors * Simd.LANES, add);
        assertThat(Blocking.STRIP % Blocking.rowsOfStrip(tile, add))
            .as("%s vectors", vectors)
            .isZero();
      }
    }
  }

  @Property
  void packedRows_areEvenSharesOfWholeStrips(
      @ForAll @IntRange(min = 1) int m,
      @ForAll @IntRange(min = 1, max = 2048) int k,
      @ForAll @IntRange(min = 1, max = Workers.MAX) int threads) {
    int rows = Blocking.packedRows(m, k, threads);
    assertThat(rows).isPositive();
    assertThat(rows % Blocking.STRIP).isZero();
    long strip = 4L * Blocking.STRIP * k;
    assertThat(4L * rows * k).as("bytes").isLessThanOrEqualTo(Caches.L3 / 4 / threads + strip);
    long blocks = (m - 1L) / rows + 1;
    assertThat(blocks * rows - m).as("rows too many").isLessThan(blocks * Blocking.STRIP);
  }

  @Test
  void packedBlock_holdsWholePanels() {
    assertThat(Blocking.NC % Blocking.NR).isZero();
  }

  @Property
  void blocksOfK_areEvenAndNoLongerThanTheLongest(@ForAll @IntRange(min = 1) int k) {
    int kc = Blocking.kc(k);
    assertThat(kc).isBetween(1, Blocking.KC);
    int blocks = (k - 1) / kc + 1;
    assertThat(blocks).as("no more blocks than there must be").isEqualTo((k - 1) / Blocking.KC + 1);
  }

  @Property
  void blocksOfA_areWholeTilesOfEveryHeight(
      @ForAll @IntRange(min = 1) int m,
      @ForAll @IntRange(min = 1) int n,
      @ForAll @IntRange(min = 1, max = 2048) int k) {
    int mc = Blocking.mc(m, n, k);
    assertThat(mc).isPositive();
    for (int vectors = 1; vectors <= 4; vectors++) {
      assertThat(mc % Blocking.rows(vectors)).as("%s vectors", vectors).isZero();
    }
  }
}
