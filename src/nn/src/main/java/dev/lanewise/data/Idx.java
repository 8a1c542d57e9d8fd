package dev.lanewise.data;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.io.AtomicFile;
import dev.lanewise.io.FormatException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/**
 * The contents of an IDX file, the format of MNIST: one array of numbers with its dimensions.
 *
 * <p>The numbers stay as the file stores them, big-endian and row-major, until they are asked for.
 */
public final class Idx {
  /** The most bytes of numbers that are read, which is what one Java array holds. */
  private static final int LARGEST = Integer.MAX_VALUE - 8;

  /** No deflate stream unpacks to more than this many times its own length. */
  private static final int HIGHEST_RATIO = 1032;

  private final Type type;
  private final int[] dims;
  private final ByteBuffer data;

  private Idx(Type type, int[] dims, byte[] data) {
    this.type = type;
    this.dims = dims;
    this.data = ByteBuffer.wrap(data).asReadOnlyBuffer();
  }

  /** The type of the numbers in an IDX file. */
  public enum Type {
    /** An unsigned byte. */
    U8(0x08, 1),
    /** A signed byte. */
    I8(0x09, 1),
    /** A signed 16-bit integer. */
    I16(0x0B, 2),
    /** A signed 32-bit integer. */
    I32(0x0C, 4),
    /** A single-precision float. */
    F32(0x0D, 4),
    /** A double-precision float. */
    F64(0x0E, 8);

    private final int code;
    private final int bytes;

    Type(int code, int bytes) {
      this.code = code;
      this.bytes = bytes;
    }

    /** The bytes that one number takes. */
    public int bytes() {
      return bytes;
    }
  }

  /**
   * The array of {@code type} and {@code dims} whose numbers, big-endian and row-major, are {@code
   * data}.
   */
  public static Idx of(Type type, byte[] data, int... dims) {
    if (dims.length > 255) {
      throw new IllegalArgumentException("an IDX array has at most 255 dimensions");
    }
    long length = type.bytes;
    for (int dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException("negative dimension in " + Arrays.toString(dims));
      }
      length = Math.multiplyExact(length, (long) dim);
    }
    if (length != data.length) {
      throw new IllegalArgumentException(
          type + " " + Arrays.toString(dims) + " takes " + length + " bytes, not " + data.length);
    }
    return new Idx(type, dims.clone(), data.clone());
  }

  /**
   * Reads {@code file}, gzipped or plain; which of the two is seen from its first bytes.
   *
   * @throws FormatException for a file that breaks any rule of the format
   */
  public static Idx read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "there is no such file");
    }
    long length = Files.size(file);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      in.mark(2);
      boolean zipped = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      return zipped
          ? readZipped(file, in.readAllBytes())
          : read(file.toString(), in, length, false);
    }
  }

  private static Idx readZipped(Path file, byte[] zipped) throws IOException {
    String name = file + " (unzipped)";
    try (Gunzip in = new Gunzip(zipped)) {
      Idx idx = read(name, in, (long) zipped.length * HIGHEST_RATIO, true);
      if (in.unread() != 0) {
        throw new FormatException(
            file.toString(),
            zipped.length - in.unread(),
            "bytes follow the end of the gzip stream");
      }
      return idx;
    } catch (ZipException | EOFException e) {
      throw new FormatException(
          file.toString(), 0, "the gzip stream is damaged: " + e.getMessage(), e);
    }
  }

  /**
   * Reads the format itself.
   *
   * @param length the bytes in {@code in}, or with {@code zipped} the most there can be
   */
  private static Idx read(String file, InputStream in, long length, boolean zipped)
      throws IOException {
    byte[] magic = in.readNBytes(4);
    if (magic.length < 4) {
      throw new FormatException(
          file, magic.length, "an IDX file begins with 4 bytes, and this one ends before them");
    }
    if (magic[0] != 0 || magic[1] != 0) {
      throw new FormatException(file, 0, "an IDX file begins with two zero bytes");
    }
    Type type = type(file, magic[2]);
    int[] dims = readDims(file, in, magic[3] & 0xff);
    long start = 4 + 4L * dims.length;
    long size = type.bytes;
    for (int axis = 0; axis < dims.length; axis++) {
      size *= dims[axis];
      if (size > LARGEST) {
        throw new FormatException(
            file,
            4 + 4L * axis,
            "the dimensions " + Arrays.toString(dims) + " promise more than 2 GB of " + type);
      }
    }
    if (zipped ? size > length - start : size != length - start) {
      throw new FormatException(
          file,
          start,
          "the dimensions "
              + Arrays.toString(dims)
              + " of "
              + type
              + " promise "
              + size
              + " bytes of data, but the file "
              + (zipped ? "cannot unpack to so many" : "holds " + (length - start)));
    }
    byte[] data = in.readNBytes((int) size);
    if (data.length < size) {
      throw new FormatException(
          file,
          start + data.length,
          "the file ends here, " + (size - data.length) + " bytes too early");
    }
    if (in.read() >= 0) {
      throw new FormatException(
          file,
          start + size,
          "bytes follow the data that the dimensions " + Arrays.toString(dims) + " promise");
    }
    return new Idx(type, dims, data);
  }

  private static Type type(String file, byte code) throws FormatException {
    for (Type type : Type.values()) {
      if (type.code == code) {
        return type;
      }
    }
    throw new FormatException(
        file, 2, String.format(Locale.ROOT, "the type 0x%02x is none of IDX's six types", code));
  }

  private static int[] readDims(String file, InputStream in, int rank) throws IOException {
    byte[] bytes = in.readNBytes(4 * rank);
    if (bytes.length < 4 * rank) {
      throw new FormatException(
          file, 4 + bytes.length, "the file ends within its " + rank + " dimensions");
    }
    int[] dims = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      dims[axis] = ByteBuffer.wrap(bytes).getInt(4 * axis);
      if (dims[axis] < 0) {
        throw new FormatException(
            file, 4 + 4L * axis, "dimension " + axis + " is negative: " + dims[axis]);
      }
    }
    return dims;
  }

  /** Creates or replaces {@code file}, which is gzipped if its name ends in {@code .gz}. */
  public void write(Path file) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(4 + 4 * dims.length);
    head.putShort((short) 0).put((byte) type.code).put((byte) dims.length);
    for (int dim : dims) {
      head.putInt(dim);
    }
    AtomicFile.write(
        file,
        channel -> {
          OutputStream plain = Channels.newOutputStream(channel);
          boolean zipped = file.toString().endsWith(".gz");
          OutputStream out = zipped ? new GZIPOutputStream(plain, 1 << 16) : plain;
          out.write(head.array());
          out.write(bytes());
          if (out instanceof GZIPOutputStream gzip) {
            gzip.finish();
          }
        });
  }

  /** The type of the numbers. */
  public Type type() {
    return type;
  }

  /** The dimensions, outermost first. */
  public int[] dims() {
    return dims.clone();
  }

  /** The count of numbers. */
  public int size() {
    return data.capacity() / type.bytes;
  }

  /** A copy of the numbers as the file stores them: big-endian and row-major. */
  public byte[] bytes() {
    byte[] copy = new byte[data.capacity()];
    data.get(0, copy);
    return copy;
  }

  /** The number at the row-major position {@code i}. */
  public double at(int i) {
    int at = i * type.bytes;
    return switch (type) {
      case U8 -> data.get(at) & 0xff;
      case I8 -> data.get(at);
      case I16 -> data.getShort(at);
      case I32 -> data.getInt(at);
      case F32 -> data.getFloat(at);
      case F64 -> data.getDouble(at);
    };
  }

  /** The numbers as an array of float32 that outlives every scope. */
  public NDArray toArray() {
    NDArray array = NDArray.persistent(Shape.of(dims));
    MemorySegment to = array.segment();
    long start = array.offset();
    for (int i = 0; i < size(); i++) {
      to.setAtIndex(ValueLayout.JAVA_FLOAT, start + i, (float) at(i));
    }
    return array;
  }

  /**
   * The numbers as labels.
   *
   * @throws IllegalStateException unless this is one-dimensional and of an integer type
   */
  public int[] toLabels() {
    if (dims.length != 1 || type == Type.F32 || type == Type.F64) {
      throw new IllegalStateException("labels are one dimension of integers, and this is " + this);
    }
    int[] labels = new int[size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (int) at(i);
    }
    return labels;
  }

  /** The type and the dimensions, as in {@code U8 [10000, 28, 28]}. */
  @Override
  public String toString() {
    return type + " " + Arrays.toString(dims);
  }

  /** A gzip stream over bytes at hand, which can tell how many of them it left unread. */
  private static final class Gunzip extends GZIPInputStream {
    private static final int TRAILER = 8;

    Gunzip(byte[] zipped) throws IOException {
      super(new ByteArrayInputStream(zipped), zipped.length);
    }

    /** The bytes after the last member, once the stream has been read to its end. */
    int unread() {
      return inf.getRemaining() - TRAILER;
    }
  }
}
