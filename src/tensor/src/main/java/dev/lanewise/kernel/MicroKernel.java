package dev.lanewise.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The innermost loops of a matrix product: one tile of C, held in registers over the whole of K.
 *
 * <pre>
 *                      b + p * bRow:  | b0 | b1 | b2 | b3 |     one row of B, in vectors
 *
 *   a + 4 p:       x0                 c00  c01  c02  c03
 *        + aRow:   x1                 c10  c11  c12  c13        C[i][j] += A[i][p] * B[p][j]
 *      + 2 aRow:   x2                 c20  c21  c22  c23
 *      + 3 aRow:   x3                 c30  c31  c32  c33
 * </pre>
 *
 * <p>The accumulators start from zero or from C itself.
 *
 * <p>A's rows are contiguous; of B only a row's vectors must be adjacent. All offsets and strides
 * are in bytes. Where {@code m} is less than the tile's rows, an edge needs no code of its own: the
 * last row stands in for the missing ones, computed more than once and stored with the same value.
 *
 * <p>Every element of C is one chain of fused multiply-adds in the order of p, whatever the tile
 * and wherever K is cut, so all tiles give the same bits.
 *
 * <p>Why the methods look alike and share nothing: a helper that takes or returns vectors boxes the
 * loop when a compiler refuses to inline it, and a branch on "zero or add" inside one method drops
 * it to a compiler tier that boxes everything. One tile, one method.
 *
 * <p>Why no tile has more accumulators: C1 gives up on one that reads or writes too many vectors
 * and floats of segments, 24 where they start from zero ({@code CompilationTest} says which). And
 * C2 puts off what it inlines once a method has 18,000 nodes, and does not know the class of the
 * loop's last vectors. A load of a vector takes some 510 nodes, a float 670 and 130 to broadcast
 * it, a multiply-add 420 ({@code InliningLog} counts them). In half of the processes that had used
 * memory of many kinds tiles of 6 x 4 vectors from zero and of 4 x 4 from C stayed boxed, at a
 * tenth of their rate; the more a tile reads, the sooner, for the reason at {@link Simd#VECTOR}.
 *
 * <p>Why the loops count A's bytes in a long: with an int for p, C2 runs a first and a last turn
 * outside the loop, each with all its checks, which takes some twenty cycles a tile; with {@code
 * !=} for {@code <} it is quicker still where it finds a register for each pointer, and half as
 * quick where it does not, which depends on the caller.
 *
 * <p>Why the highest tile that is safe is the best: the operands it loads, and what C2 adds to each
 * turn, take the place of multiply-adds where both share their ports, as in Intel's processors.
 */
final class MicroKernel {
  /** Where a row starts from that starts from zero. */
  private static final MemorySegment ZEROS = Arena.ofAuto().allocate(8 * 4L * Simd.LANES, 64);

  private MicroKernel() {}

  /**
   * Returns the rows of the next tile that is {@code vectors} wide, where {@code rest} rows are
   * left.
   */
  static int rows(int vectors, boolean add, int rest) {
    return switch (vectors) {
      case 1 -> 8;
      case 2 -> add ? 4 : Blocking.FEW_REGISTERS ? 6 : 8;
      case 3 -> Blocking.FEW_REGISTERS ? 3 : 4;
      default -> !add ? 4 : rest == 4 ? 2 : 3;
    };
  }

  /**
   * C = A B, or C += A B, on a tile {@code vectors} wide and as high as {@link #rows} says, or
   * lower.
   */
  static void tile(
      int vectors,
      boolean add,
      MemorySegment A,
      long a,
      long aRow,
      MemorySegment B,
      long b,
      long bRow,
      MemorySegment C,
      long c,
      long cRow,
      int m,
      int k) {
    if (add) {
      AddTiles.tile(vectors, A, a, aRow, B, b, bRow, C, c, cRow, m, k);
    } else {
      ZeroTiles.tile(vectors, A, a, aRow, B, b, bRow, C, c, cRow, m, k);
    }
  }

  /**
   * C = A B, or C += A B, on one row by the vectors of two panels of B, {@code bHalf} apart, of
   * one, or of less.
   */
  static void row(
      int vectors,
      boolean add,
      MemorySegment A,
      long a,
      MemorySegment B,
      long b,
      long bRow,
      long bHalf,
      MemorySegment C,
      long c,
      int k) {
    MemorySegment D = add ? C : ZEROS;
    long d = add ? c : 0;
    switch (vectors) {
      case 8 -> RowTiles.row8(A, a, B, b, bRow, bHalf, D, d, C, c, k);
      case 6 -> RowTiles.row6(A, a, B, b, bRow, bHalf, D, d, C, c, k);
      case 4 -> RowTiles.row4(A, a, B, b, bRow, D, d, C, c, k);
      default -> tile(vectors, add, A, a, 0, B, b, bRow, C, c, 0, 1, k);
    }
  }
}
