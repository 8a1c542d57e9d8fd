package dev.lanewise.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * The vector width of every kernel, chosen once, and the check at their doors.
 *
 * <p>The width is the one this machine prefers, at most 512 bits. {@code
 * -Ddev.lanewise.vectorBits=128|256|512} forces a narrower one.
 */
public final class Simd {
  /** The system property that forces a width. */
  public static final String PROPERTY = "dev.lanewise.vectorBits";

  /** The width of a vector in bits. */
  public static final int BITS;

  /** The vectors of floats that every kernel uses. */
  static final VectorSpecies<Float> F;

  /** The vectors of ints of the same shape. */
  static final VectorSpecies<Integer> I;

  /** The vectors of as many bytes, or of eight where it has four floats. */
  static final VectorSpecies<Byte> B;

  /** The floats in a vector. */
  public static final int LANES;

  /**
   * The class of native segments, to which every method casts its own whose loop reads or writes
   * them itself.
   *
   * <p>The cast is for the compiler: the vectors' own code is shared with every other use of a
   * segment in the process, heap ones included, and where a loop is compiled without knowing the
   * kind it calls a virtual method for each vector. What a profile has seen may be too much, or
   * nothing yet where a method was compiled with its caller; the cast holds for all that follows in
   * its method whatever a profile says. In a helper it is lost where that is not inlined.
   */
  static final Class<? extends MemorySegment> NATIVE = MemorySegment.NULL.getClass();

  /**
   * The class of {@link #F}'s vectors, to which the heaviest loops cast what they read or broadcast
   * before they call a method of it.
   *
   * <p>C2 does not know that class while it inlines, as it puts off the call that makes the vector.
   * It asks a profile, which all vectors of a process share, and no longer trusts it where its code
   * for the methods that a kernel inlines was discarded 200 times in all, each time counted for
   * each call of the method: as happens in a process that uses memory of many kinds. Beside the
   * profile's class it then leaves a call for any other, and boxes the sums, in each turn.
   */
  static final Class<? extends FloatVector> VECTOR;

  /** The byte order of every float in memory: the machine's own. */
  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /**
   * The most elements an inner loop is given: its counter and its byte distance stay within an int.
   */
  static final int CHUNK = 1 << 28;

  private static final int WIDEST = 512;
  private static final boolean FORCED;

  static {
    String property = System.getProperty(PROPERTY);
    try {
      BITS = chooseBits(property, FloatVector.SPECIES_PREFERRED.vectorBitSize());
    } catch (IllegalArgumentException e) {
      throw new ExceptionInInitializerError(e.getMessage());
    }
    FORCED = property != null;
    VectorShape shape = VectorShape.forBitSize(BITS);
    F = VectorSpecies.of(float.class, shape);
    I = VectorSpecies.of(int.class, shape);
    B = VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, BITS / 4)));
    LANES = F.length();
    VECTOR = FloatVector.zero(F).getClass();
    loadSegments();
  }

  private Simd() {}

  /**
   * Loads every kind of segment before a kernel is compiled. A kind loaded later would discard all
   * code that was compiled while there were fewer; and C2, which counts what was discarded over all
   * the methods a kernel inlines, keeps some vectors boxed from 200 on.
   */
  private static void loadSegments() {
    MemorySegment.ofArray(new byte[1]);
    MemorySegment.ofArray(new char[1]);
    MemorySegment.ofArray(new short[1]);
    MemorySegment.ofArray(new int[1]);
    MemorySegment.ofArray(new long[1]);
    MemorySegment.ofArray(new float[1]);
    MemorySegment.ofArray(new double[1]);
    MemorySegment.ofBuffer(ByteBuffer.allocateDirect(1));
    try {
      Class.forName("jdk.internal.foreign.MappedMemorySegmentImpl", false, null);
    } catch (ClassNotFoundException _) {
      // Another JDK calls it otherwise: mapping a file then discards code once.
    }
  }

  /** Whether a system property chose the width. */
  public static boolean forced() {
    return FORCED;
  }

  /** The reason for the width, in a few words. */
  public static String why() {
    return FORCED ? "forced by -D" + PROPERTY : "preferred by this machine";
  }

  /**
   * Chooses the width in bits.
   *
   * @param property the value of the system property, or null where it is not set
   * @param preferred the width this machine prefers
   */
  static int chooseBits(@Nullable String property, int preferred) {
    if (property == null) {
      return Math.min(preferred, WIDEST);
    }
    int bits =
        switch (property) {
          case "128" -> 128;
          case "256" -> 256;
          case "512" -> 512;
          default ->
              throw new IllegalArgumentException(
                  "-D" + PROPERTY + " must be 128, 256 or 512, not '" + property + "'");
        };
    if (bits > preferred) {
      throw new IllegalArgumentException(
          ("-D" + PROPERTY + "=" + bits)
              + (" asks for more than the " + preferred + " bits this machine prefers"));
    }
    return bits;
  }

  /**
   * Checks that a segment is native and holds {@code n} four-byte elements from {@code offset} on.
   *
   * @throws IndexOutOfBoundsException where the elements reach outside the segment
   * @throws IllegalArgumentException where the segment lies on the heap
   */
  static void check(MemorySegment segment, long offset, long n) {
    long size = segment.byteSize() >>> 2;
    if ((offset | n) < 0 || offset > size - n) {
      throw new IndexOutOfBoundsException(
          (n + " elements from offset " + offset)
              + (" do not lie within a segment of " + size + " elements"));
    }
    if (!segment.isNative()) {
      throw new IllegalArgumentException("kernels want native segments, not one on the heap");
    }
  }

  /**
   * Checks a segment of {@code rows} times {@code cols} contiguous elements and returns their
   * number.
   */
  static long check(MemorySegment segment, long offset, long rows, long cols) {
    long n = area(rows, cols);
    check(segment, offset, n);
    return n;
  }

  /** The number of elements of a matrix, whose sizes must not be negative. */
  static long area(long rows, long cols) {
    if ((rows | cols) < 0 || Math.multiplyHigh(rows, cols) != 0 || rows * cols < 0) {
      throw new IllegalArgumentException(
          "a matrix of " + rows + " rows and " + cols + " columns cannot be");
    }
    return rows * cols;
  }

  /**
   * Checks that a segment is native and holds every element of a strided matrix; strides count
   * elements and may be zero or negative.
   *
   * @param name what the matrix is called in the error
   */
  static void checkMatrix(
      String name,
      MemorySegment segment,
      long offset,
      long rows,
      long rowStride,
      long cols,
      long colStride) {
    boolean usual = (offset | rows | rowStride | cols | colStride) >>> 30 == 0;
    if (usual && rows != 0 && cols != 0 && segment.isNative()) {
      long last = offset + (rows - 1) * rowStride + (cols - 1) * colStride;
      if (last < segment.byteSize() >>> 2) {
        return; // without a division or a comparison more
      }
    }
    if (area(rows, cols) == 0) {
      check(segment, offset, 0);
      return;
    }
    long down = (rows - 1) * rowStride;
    long right = (cols - 1) * colStride;
    long first = offset + Math.min(down, 0) + Math.min(right, 0);
    long last = offset + Math.max(down, 0) + Math.max(right, 0);
    long size = segment.byteSize() >>> 2;
    if (first < 0 || last < first || last >= size || overflows(rows, rowStride, cols, colStride)) {
      throw new IndexOutOfBoundsException(
          (name + ", " + rows + " rows by " + cols + " columns from offset " + offset)
              + (" with strides " + rowStride + " and " + colStride)
              + (", does not lie within a segment of " + size + " elements"));
    }
    if (!segment.isNative()) {
      throw new IllegalArgumentException("kernels want native segments, not one on the heap");
    }
  }

  private static boolean overflows(long rows, long rowStride, long cols, long colStride) {
    long limit = Long.MAX_VALUE >>> 2;
    return (rowStride != 0 && rows - 1 > limit / Math.abs(rowStride))
        || (colStride != 0 && cols - 1 > limit / Math.abs(colStride));
  }
}
