package dev.lanewise.kernel;

/**
 * The sizes by which a matrix product is cut: tiles for the registers, blocks for the caches.
 *
 * <pre>
 *   MR x NR   one tile of C, held in registers
 *   KC x NC   the packed block of B, at home in L2; one KC x NR panel of it streams past a tile
 *   MC x KC   the packed block of A, where A is packed at all
 * </pre>
 */
final class Blocking {
  /** Rows of a tile. */
  static final int MR = 4;

  /**
   * Vectors in a row of a tile: 4 x 4 accumulators and their operands fit the 32 registers of the
   * 512-bit machines, 4 x 2 the 16 of the others.
   */
  static final int PANEL_VECTORS = Simd.BITS == 512 ? 4 : 2;

  /** Columns of a tile, and of a packed panel of B. */
  static final int NR = PANEL_VECTORS * Simd.LANES;

  /** The most rows of B in a block; K is split evenly into blocks no longer than this. */
  static final int KC = 1024;

  /** Columns of B in a block: panels to a total of 192 columns. */
  static final int NC = 192;

  /**
   * Columns of B in a block where A is packed: its strips take B's place in L2, B's block moves to
   * L3, and A is packed the fewer times.
   */
  static final int NC_PACKED_A = 1024;

  /** Rows of A packed at a time. */
  static final int MC = 128;

  /** Rows of C from which packing a wide B pays for itself. */
  static final int PACK_FROM_ROWS = 32;

  /** Multiply-adds from which a second thread pays for itself: 64 cubed. */
  static final long PARALLEL_FROM = 64L * 64 * 64;

  private Blocking() {}

  /** Returns the length of K's blocks: even shares of {@code k}, at most {@link #KC}. */
  static int kc(int k) {
    if (k <= KC) {
      return k;
    }
    int blocks = (k + KC - 1) / KC;
    int even = (k + blocks - 1) / blocks;
    return (even + 15) & -16;
  }
}
