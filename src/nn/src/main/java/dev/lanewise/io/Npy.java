package dev.lanewise.io;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The npy format of NumPy: one array to a file. */
public final class Npy {
  /** What every npy file begins with. */
  static final String MAGIC = "\u0093NUMPY";

  private static final int LONGEST_HEADER = 1 << 16;
  private static final int ALIGNMENT = 64;

  private Npy() {}

  /**
   * Reads the array in {@code file} as float32, whatever numbers it stores.
   *
   * <p>Versions 1 to 3, both byte orders, and both C and Fortran order are read. Arrays of Python
   * objects, of records, of text and of complex numbers are refused.
   *
   * @throws FormatException for a file that breaks any rule of the format
   */
  public static NDArray read(Path file) throws IOException {
    String name = file.toString();
    try (FileChannel in = Elements.open(file)) {
      return readData(name, in, readHeader(name, in, in.size()));
    }
  }

  /**
   * Reads what the header of {@code file} says of its array, without the array.
   *
   * @throws FormatException for a file that breaks any rule of the format, or whose size is not
   *     what the header says
   */
  public static Header header(Path file) throws IOException {
    try (FileChannel in = Elements.open(file)) {
      NpyHeader header = readHeader(file.toString(), in, in.size());
      List<Integer> shape = Arrays.stream(header.dims()).boxed().toList();
      return new Header(header.dtype(), shape, header.fortran());
    }
  }

  /**
   * What a header says.
   *
   * @param dtype the type of the numbers as they are stored
   * @param fortran whether they are stored with the first axis fastest
   */
  public record Header(DType dtype, List<Integer> shape, boolean fortran) {
    /** Copies the shape. */
    public Header {
      shape = List.copyOf(shape);
    }
  }

  /** Creates or replaces {@code file} with {@code array}: float32, little-endian, in C order. */
  public static void write(Path file, NDArray array) throws IOException {
    AtomicFile.write(file, out -> write(out, array));
  }

  /** Appends the whole of an npy file, and closes nothing. */
  static void write(WritableByteChannel out, NDArray array) throws IOException {
    Elements.writeFully(out, head(array.shape().toArray()));
    Elements.write(out, array);
  }

  /** What stands before the data of an array of float32, in C order. */
  static ByteBuffer head(int... dims) {
    String shape =
        Arrays.stream(dims).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    String dict =
        "{'descr': '<f4', 'fortran_order': False, 'shape': ("
            + shape
            + (dims.length == 1 ? "," : "")
            + "), }";
    int start = MAGIC.length() + 4;
    int end = Math.ceilDiv(start + dict.length() + 1, ALIGNMENT) * ALIGNMENT;
    ByteBuffer head = ByteBuffer.allocate(end).order(ByteOrder.LITTLE_ENDIAN);
    head.put(MAGIC.getBytes(StandardCharsets.ISO_8859_1));
    head.put((byte) 1).put((byte) 0).putShort((short) (end - start));
    head.put(dict.getBytes(StandardCharsets.US_ASCII));
    while (head.remaining() > 1) {
      head.put((byte) ' ');
    }
    return head.put((byte) '\n').flip();
  }

  /**
   * Reads the header of an npy file of {@code size} bytes, at whose first byte the channel stands;
   * then it stands at the data, which is as long as the header says.
   */
  static NpyHeader readHeader(String file, ReadableByteChannel in, long size) throws IOException {
    int prefix = MAGIC.length() + 2;
    byte[] begin = new byte[prefix];
    Elements.readFully(in, file, 0, ByteBuffer.wrap(begin));
    String magic = new String(begin, 0, MAGIC.length(), StandardCharsets.ISO_8859_1);
    if (!magic.equals(MAGIC)) {
      throw new FormatException(file, 0, "an npy file begins with \\x93NUMPY");
    }
    int major = begin[MAGIC.length()];
    int minor = begin[MAGIC.length() + 1];
    if (major < 1 || major > 3 || minor != 0) {
      throw new FormatException(
          file,
          MAGIC.length(),
          "the npy version is " + major + "." + minor + ", not 1.0, 2.0 or 3.0");
    }
    ByteBuffer count = ByteBuffer.allocate(major == 1 ? 2 : 4).order(ByteOrder.LITTLE_ENDIAN);
    Elements.readFully(in, file, prefix, count);
    long length =
        major == 1
            ? Short.toUnsignedInt(count.getShort(0))
            : Integer.toUnsignedLong(count.getInt(0));
    if (length > LONGEST_HEADER || length > size) {
      throw new FormatException(
          file,
          prefix,
          "the header's length is "
              + length
              + ", over the limit of 65536 or the file's own length");
    }
    int start = prefix + count.capacity();
    byte[] dict = new byte[(int) length];
    Elements.readFully(in, file, start, ByteBuffer.wrap(dict));
    NpyHeader header = NpyHeader.parse(file, start, dict);
    checkSize(file, size, header);
    return header;
  }

  private static void checkSize(String file, long size, NpyHeader header) throws FormatException {
    int[] dims = header.dims();
    long at = header.end();
    long held = size - at;
    long promised = header.dtype().bits() / 8;
    try {
      for (int dim : dims) {
        promised = Math.multiplyExact(promised, (long) dim);
      }
    } catch (ArithmeticException e) {
      throw new FormatException(
          file, at, "the size of the shape " + Arrays.toString(dims) + " overflows", e);
    }
    if (promised != held) {
      throw new FormatException(
          file,
          at,
          "the shape "
              + Arrays.toString(dims)
              + " of "
              + header.dtype()
              + " takes "
              + promised
              + " bytes of data, but the file holds "
              + held);
    }
  }

  /** Reads the data that follow {@code header}, which the channel stands behind. */
  static NDArray readData(String file, ReadableByteChannel in, NpyHeader header)
      throws IOException {
    int[] dims = header.dims();
    long at = header.end();
    if (!header.fortran() || dims.length < 2) {
      NDArray array = NDArray.persistent(Shape.of(dims));
      Elements.read(in, file, at, header.dtype(), header.order(), array);
      return array;
    }
    int[] reversed = new int[dims.length];
    int[] axes = new int[dims.length];
    for (int axis = 0; axis < dims.length; axis++) {
      axes[axis] = dims.length - 1 - axis;
      reversed[axis] = dims[axes[axis]];
    }
    NDArray stored = NDArray.persistent(Shape.of(reversed));
    Elements.read(in, file, at, header.dtype(), header.order(), stored);
    NDArray array = NDArray.persistent(Shape.of(dims));
    array.copyFrom(stored.permute(axes));
    return array;
  }
}
