package dev.lanewise.kernel;

import dev.lanewise.memory.Slots;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A product with a {@link NarrowMatrix} that threads share: by columns, or by rows of a batch. */
final class NarrowProduct implements Workers.Body {
  private static final Slots<NarrowProduct> CALLS = new Slots<>(64, NarrowProduct::new);

  /** The rows by which threads share a batch. */
  private static final int PIECE = 8;

  private static final MemorySegment NONE = MemorySegment.NULL;

  private int m;
  private MemorySegment a = NONE;
  private long ao;
  private long aRow;
  private @Nullable NarrowMatrix matrix;
  private MemorySegment c = NONE;
  private long co;
  private long cRow;
  private @Nullable MemorySegment bias;
  private long biasOffset;
  private Activation activation = Activation.IDENTITY;
  private boolean splitN;
  private int parts;

  private NarrowProduct() {}

  /** As {@link NarrowMatrix#multiply}, whose operands were checked. */
  static void share(
      int m,
      MemorySegment a,
      long ao,
      long aRow,
      NarrowMatrix matrix,
      MemorySegment c,
      long co,
      long cRow,
      @Nullable MemorySegment bias,
      long biasOffset,
      Activation activation) {
    NarrowProduct call = CALLS.take();
    try {
      call.m = m;
      call.a = a;
      call.ao = ao;
      call.aRow = aRow;
      call.matrix = matrix;
      call.c = c;
      call.co = co;
      call.cRow = cRow;
      call.bias = bias;
      call.biasOffset = biasOffset;
      call.activation = activation;
      call.share(matrix.cols());
    } finally {
      call.a = NONE;
      call.matrix = null;
      call.c = NONE;
      call.bias = null;
      CALLS.give(call);
    }
  }

  private void share(int n) {
    int threads = Workers.threads();
    splitN = n >= 512 || m < 2L * PIECE * threads;
    int pieces = splitN ? (n - 1) / NarrowMatrix.PANEL + 1 : (m - 1) / PIECE + 1;
    parts = Math.min(threads, pieces);
    Workers.run(parts, this);
  }

  /** Computes one thread's share of C. */
  @Override
  public void run(int part) {
    NarrowMatrix b = Objects.requireNonNull(matrix);
    int n = b.cols();
    int i0 = 0;
    int i1 = m;
    int j0 = 0;
    int j1 = n;
    if (splitN) {
      j0 = start(part, n, NarrowMatrix.PANEL);
      j1 = start(part + 1, n, NarrowMatrix.PANEL);
    } else {
      i0 = start(part, m, PIECE);
      i1 = start(part + 1, m, PIECE);
    }
    b.multiply(
        i1 - i0,
        a,
        ao + i0 * aRow,
        aRow,
        j0,
        j1,
        c,
        co + i0 * cRow,
        cRow,
        bias,
        biasOffset,
        activation);
  }

  /** Returns where a part of {@code n} begins, whole pieces before it. */
  private int start(int part, int n, int piece) {
    long pieces = (n - 1L) / piece + 1;
    return (int) Math.min(pieces * part / parts * piece, n);
  }
}
