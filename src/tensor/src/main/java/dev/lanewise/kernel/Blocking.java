package dev.lanewise.kernel;

import java.util.List;
import jdk.incubator.vector.VectorShape;

/**
 * The sizes by which a matrix product is cut: tiles for the registers, blocks for the caches; and
 * the shapes from which one path is better than another.
 *
 * <pre>
 *   MR x NR   one tile of C, held in registers; the fewer columns are left, the more rows it has
 *   KC x NC   packed panels of B, NR columns each, at home in L2 while the rows of A pass by
 *   MC x KC   the block of A, in L2 while the panels pass by
 * </pre>
 */
final class Blocking {
  /**
   * Whether there are 16 vector registers, as in x86 without AVX-512, rather than 32. A width
   * forced below the machine's own changes nothing about its registers.
   */
  static final boolean FEW_REGISTERS =
      VectorShape.preferredShape().vectorBitSize() < 512
          && List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));

  /**
   * The vectors in a row of the widest tile, and of a panel: 4 x 4 accumulators and their operands
   * fit 32 registers, 3 x 3 fit 16.
   */
  static final int TILE_VECTORS = FEW_REGISTERS ? 3 : 4;

  /** Columns of a packed panel of B. */
  static final int NR = TILE_VECTORS * Simd.LANES;

  /** The most rows of a tile. */
  static final int MR = 8;

  /**
   * The most rows of B in a block; K is split evenly into blocks no longer than this. A panel takes
   * half of L2 at most.
   */
  static final int KC = Math.clamp(Caches.L2 / 2 / (4L * NR), 512, 2048) & -16;

  /** The fewest rows that are whole tiles, whether of 3, 4, 6 or 8 rows. */
  static final int WHOLE_TILES = 24;

  /** The fewest {@link #WHOLE_TILES} in a block of A by which a large B passes. */
  private static final int FEWEST_TILES = 5;

  /** The most rows of A in a block. */
  static final int MC = 20 * WHOLE_TILES;

  /** Floats of a block of C that are still in L1 when its last tile is stored. */
  static final int HOT = 8192;

  /** Rows of C below which a transposed B is read in dot products. */
  static final int DOTS_BELOW = 9;

  /**
   * Bytes of A that are packed at once, in L3: of one much larger than usual others have a part.
   */
  static final long PACKED_A = Math.min(Caches.L3 / 4, 8 << 20);

  /**
   * Rows of C from which packing a B that is larger than L2 pays for itself: the more of it an L2
   * holds between one tile and the next, the longer it is as well left in place.
   */
  static final int PACKED_FROM = Math.clamp((24 * Caches.L2) >> 20, 24, 48);

  /** The most rows of a far B in a block that is read in place. */
  private static final int FAR_ROWS = Math.clamp(Caches.L2 >> 14, 64, 128);

  /** The length of K from which a tile's loop is worth the proof that it stays in bounds. */
  static final int DENSE_FROM = 64;

  /** Multiply-adds below which a product's plan would take too large a part of its time. */
  static final long PLANNED_FROM = 64L * 64 * 64;

  /**
   * Multiply-adds from which a second thread pays for itself, which must fetch what another
   * processor has just written, as the next layer's thread must fetch it back.
   */
  static final long PARALLEL_FROM = 1L << 20;

  /** Cycles, beyond the one, of a vector in a tile that is one vector wide. */
  private static final double SINGLE = 0.45;

  /** Cycles in which a float is transposed. */
  private static final double TRANSPOSED = 0.7;

  private Blocking() {}

  /** Returns the length of K's blocks: even shares of {@code k}, at most {@link #KC}. */
  static int kc(int k) {
    if (k <= KC) {
      return k;
    }
    return evenShare(k, KC, 16);
  }

  /** Returns the columns of B that are packed at once: panels that take a quarter of L2, or one. */
  static int nc(int kc) {
    return Math.max(1, Math.toIntExact(Caches.L2 / 4 / (4L * NR * kc))) * NR;
  }

  /**
   * Returns the rows of A in a block, even shares of {@code m}: what takes half of L2, but enough
   * that B need not be read all too often; fewer where B's block of {@code n} columns is small, so
   * that the block of C is still hot when its activation follows.
   */
  static int mc(int m, int n, int k) {
    if (m <= WHOLE_TILES) {
      return WHOLE_TILES;
    }
    long resident = Math.max(FEWEST_TILES, Caches.L2 / 2 / (4L * k * WHOLE_TILES));
    long hot = 4L * n * k > Caches.L2 / 4 ? resident : HOT / n / WHOLE_TILES;
    int tiles = Math.clamp(Math.min(resident, hot), 1, MC / WHOLE_TILES);
    return evenShare(m, tiles * WHOLE_TILES, WHOLE_TILES);
  }

  /** Returns the vectors of the next tile of a product of one row: two panels' or one's. */
  static int rowVectors(int rest) {
    return rest >= 2 * NR ? 2 * TILE_VECTORS : vectors(rest);
  }

  /** Returns the vectors in a row of a tile whose weights are widened, of {@code m} rows. */
  static int narrowVectors(int m) {
    return m == 1 ? 8 : 4;
  }

  /** Returns the rows of a tile whose weights are widened, of {@code m} rows. */
  static int narrowRows(int m) {
    return m <= 2 ? m : FEW_REGISTERS ? 2 : 4;
  }

  /** Returns the vectors in a row of the next tile where {@code rest} columns are left. */
  static int vectors(int rest) {
    return Math.min(TILE_VECTORS, (rest + Simd.LANES - 1) / Simd.LANES);
  }

  /**
   * Returns the cycles of a product of which {@code transposed} floats are transposed on the way: a
   * multiply-add of a vector takes one, but half as much again in a tile of one vector, which loads
   * a float for each.
   */
  static double cycles(int m, int n, int k, long transposed) {
    int vectors = (n + Simd.LANES - 1) / Simd.LANES;
    int height = MicroKernel.rows(Math.min(vectors, TILE_VECTORS), false, m);
    double width = vectors % TILE_VECTORS == 1 ? vectors + SINGLE : vectors;
    return (double) ((m + height - 1) / height * height) * k * width + TRANSPOSED * transposed;
  }

  /**
   * Returns the rows of A, of {@code row} bytes each, that one of {@code threads} packs together:
   * even shares of {@code m}, whole tiles.
   */
  static int packedRows(int m, long row, int threads) {
    long tiles = PACKED_A / threads / (WHOLE_TILES * row);
    return evenShare(m, Math.clamp(tiles, 1, 1 << 20) * WHOLE_TILES, WHOLE_TILES);
  }

  /**
   * Returns the size of the blocks into which {@code n} is cut evenly: no more blocks than there
   * must be of at most {@code most}, which is a multiple of {@code unit}, as their size is.
   */
  private static int evenShare(int n, int most, int unit) {
    int blocks = (n - 1) / most + 1;
    return (n - 1) / blocks / unit * unit + unit;
  }

  /** Says whether packing a B whose rows are contiguous pays for itself. */
  static boolean packsRows(int m, int n, int k) {
    if (4L * n * k <= Caches.L1 && n % Simd.LANES == 0) {
      return false; // no vector of it straddles a line of the cache
    }
    return isResident(n, k) ? n > NR && m >= 96 : m >= PACKED_FROM;
  }

  /** Says whether all of B is at home in L2, beside what passes by. */
  private static boolean isResident(int n, int k) {
    return 4L * n * k <= Caches.L2 / 4 * 3;
  }

  /**
   * Returns the length of K's blocks where B is read in place, its rows {@code bRow} bytes apart:
   * of a B that comes from afar for more than one row of tiles only as many rows as memory brings
   * side by side, and as few as have places of their own in half of L2, so that all but the first
   * tile find them there.
   */
  static int kcInPlace(int m, int n, int k, long bRow, boolean add) {
    boolean oneTile = m <= MicroKernel.rows(TILE_VECTORS, add || k > KC, m);
    if (oneTile || isResident(n, k)) {
      return kc(k);
    }
    return Math.clamp(Caches.L2 / 2 / Math.max(1, bRow), 32, FAR_ROWS);
  }

  /**
   * Says whether one or two rows are multiplied by sweeping whole rows of B, as memory likes best.
   */
  static boolean sweepsRows(int m, int n, int k) {
    return m <= 2 && 4L * m * n * k > 2 * Caches.L2;
  }
}
