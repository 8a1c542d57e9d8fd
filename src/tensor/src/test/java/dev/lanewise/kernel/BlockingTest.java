package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What the products' loops take for granted of the sizes by which they cut. */
class BlockingTest {
  @Property
  void packedRows_areEvenSharesOfWholeTiles(
      @ForAll @IntRange(min = 1) int m,
      @ForAll @IntRange(min = 1) int k,
      @ForAll @IntRange(min = 1, max = Workers.MAX) int threads) {
    long row = Pack.rowBytes(k);
    int rows = Blocking.packedRows(m, row, threads);
    assertThat(rows).isPositive();
    assertThat(rows % Blocking.WHOLE_TILES).isZero();
    assertThat(rows * row)
        .as("bytes")
        .isLessThanOrEqualTo(Blocking.PACKED_A / threads + Blocking.WHOLE_TILES * row);
    long blocks = (m - 1L) / rows + 1;
    assertThat(blocks * rows - m).as("rows too many").isLessThan(blocks * Blocking.WHOLE_TILES);
  }

  @Property
  void packedRows_areNotALineMoreThanTheirElementsAndSpread(@ForAll @IntRange(min = 1) int k) {
    long row = Pack.rowBytes(k);
    assertThat(row).isBetween(4L * k, 4L * k + 2 * 64);
    assertThat(row / 64 % 2).isOne();
  }

  @Property
  void rowsInPlace_haveTheirPlacesInL2(
      @ForAll @IntRange(min = 1, max = 64) int m,
      @ForAll @IntRange(min = 1, max = 1 << 15) int n,
      @ForAll @IntRange(min = 1, max = 1 << 15) int k,
      @ForAll boolean add) {
    int kc = Blocking.kcInPlace(m, n, k, 4L * n, add);
    assertThat(kc).isBetween(1, Blocking.KC);
    if (kc < Blocking.kc(k)) {
      assertThat(m).isGreaterThan(MicroKernel.rows(Blocking.TILE_VECTORS, true, m));
      assertThat(4L * n * k).isGreaterThan(Caches.L2 / 2);
      assertThat(kc).isBetween(32, 128);
    }
  }

  @Property
  void blocksOfB_areWholePanelsInAQuarterOfL2(@ForAll @IntRange(min = 1, max = 2048) int k) {
    int nc = Blocking.nc(k);
    assertThat(nc % Blocking.NR).isZero();
    assertThat(nc).isPositive();
    if (nc > Blocking.NR) {
      assertThat(4L * k * nc).isLessThanOrEqualTo(Caches.L2 / 4);
    }
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
    if (mc > 5 * Blocking.WHOLE_TILES) {
      assertThat(4L * k * mc).isLessThanOrEqualTo(Caches.L2 / 2);
    }
    for (int vectors = 1; vectors <= 4; vectors++) {
      assertThat(mc % MicroKernel.rows(vectors, false, mc)).as("%s vectors", vectors).isZero();
    }
  }
}
