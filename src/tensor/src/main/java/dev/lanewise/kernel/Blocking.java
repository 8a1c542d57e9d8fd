package dev.lanewise.kernel;

/**
 * The sizes by which a matrix product is cut: tiles for the registers, blocks for the caches; and
 * the shapes from which one path is better than another.
 *
 * <pre>
 *   MR x NR   one tile of C, held in registers; the fewer columns are left, the more rows it has
 *   KC x NR   one packed panel of B, at home in L2 while all strips of a block of A pass by
 *   MC x KC   the block of A, at home in L2 beside it, packed only if its rows are not contiguous
 * </pre>
 */
final class Blocking {
  /** Vectors in a row of a panel. */
  static final int PANEL_VECTORS = 4;

  /** Columns of a packed panel of B. */
  static final int NR = PANEL_VECTORS * Simd.LANES;

  /**
   * The most vectors in a row of a tile. Machines of 256 bits have 16 registers: 6 x 2 accumulators
   * and their operands fit them. Those of 512 bits, and those of 128 that are not x86, have 32: 4 x
   * 4.
   */
  static final int TILE_VECTORS = Simd.BITS == 256 ? 2 : PANEL_VECTORS;

  /** The most rows of a tile. */
  static final int MR = 8;

  /** The most rows of B in a block; K is split evenly into blocks no longer than this. */
  static final int KC = 1024;

  /** Rows of A in a block: whole tiles of 4, 6 and 8 rows. */
  static final int MC = 240;

  /** Columns of B packed at a time. */
  static final int NC = 1024;

  /** Floats of a block of C that are still in L1 when its last tile is stored. */
  static final int HOT = 8192;

  /** Rows of C below which a transposed B is read in dot products. */
  static final int DOTS_BELOW = 4;

  /** Rows of C from which packing a B that is larger than the caches pays for itself. */
  static final int PACKED_FROM = 12;

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

  /**
   * Returns the rows of A in a block, even shares of {@code m}: fewer where B's block is small, so
   * that the block of C is still hot when its activation follows.
   */
  static int mc(int m, int n, int k) {
    int most = 4L * n * k > Caches.L2 / 4 ? MC : Math.min(MC, Math.max(24, HOT / n / 24 * 24));
    int blocks = (m + most - 1) / most;
    return ((m + blocks - 1) / blocks + 23) / 24 * 24;
  }

  /** Returns the vectors of the next tile of a product of one row: two panels, one, or a vector. */
  static int rowVectors(int rest) {
    return rest >= 2 * NR ? 2 * PANEL_VECTORS : rest >= NR ? PANEL_VECTORS : 1;
  }

  /** Returns the vectors in a row of the next tile where {@code rest} columns are left. */
  static int vectors(int rest) {
    return Math.min(TILE_VECTORS, (rest + Simd.LANES - 1) / Simd.LANES);
  }

  /** Returns the rows of a tile that is {@code vectors} wide. */
  static int rows(int vectors) {
    return switch (vectors) {
      case 1 -> 8;
      case 2 -> 6;
      default -> 4;
    };
  }

  /** Says whether packing a B whose rows are contiguous pays for itself. */
  static boolean packsRows(int m, int n, int k) {
    long bytes = 4L * n * k;
    if (bytes <= 2 * Caches.L2) {
      return n > NR && m >= 4 * MC;
    }
    return m >= (bytes <= Caches.L3 / 4 ? 96 : PACKED_FROM);
  }

  /** Says whether two rows are computed one by one: a tile would compute the second thrice. */
  static boolean byRows(int m, int n, int k) {
    return m == 2 && (long) n * k <= HOT;
  }

  /**
   * Says whether few rows are multiplied by sweeping whole rows of B, which memory likes better
   * than columns of tiles.
   */
  static boolean sweepsRows(int m, int n, int k) {
    long bytes = 4L * n * k;
    return m == 1 ? bytes > 2 * Caches.L2 : m < PACKED_FROM && bytes > Caches.L3 / 4;
  }
}
