package dev.lanewise.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.io.DType;
import dev.lanewise.io.Elements;
import dev.lanewise.onnx.Value.Whole;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a model file: in the file as bytes or as lists of numbers, or as bytes of a file
 * in its folder.
 */
final class TensorReader {
  private final Path file;

  TensorReader(Path file) {
    this.file = file;
  }

  /** Says whether a tensor is of float numbers; the others that are read are of whole ones. */
  static boolean isFloat(TensorProto tensor) {
    return isFloat(tensor.getDataType());
  }

  /** Says whether a type is one of float numbers. */
  static boolean isFloat(int type) {
    return switch (DataType.forNumber(type)) {
      case FLOAT, FLOAT16, BFLOAT16, DOUBLE -> true;
      case null, default -> false;
    };
  }

  /** Returns the number of elements, which {@link #check} has found to be possible. */
  static long size(TensorProto tensor) {
    return tensor.getDimsList().stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
  }

  /** Returns the lengths, which {@link #check} has found to be possible. */
  static Shape shape(TensorProto tensor) {
    return Shape.of(tensor.getDimsList().stream().mapToInt(Long::intValue).toArray());
  }

  /**
   * Refuses a tensor of a type that is not read, or whose data are not those of its lengths.
   *
   * @param name how messages call it, such as "initializer 'w'"
   */
  void check(TensorProto tensor, String name) throws IOException {
    DType type = type(tensor, name);
    long size = 1;
    for (long dim : tensor.getDimsList()) {
      if (dim < 0 || dim > Integer.MAX_VALUE) {
        throw broken(name, "has the length " + dim + ", which is not from 0 to 2^31 - 1");
      }
      size = dim == 0 ? 0 : size > Long.MAX_VALUE / 8 / dim ? Long.MAX_VALUE / 8 : size * dim;
    }
    if (tensor.getDimsList().contains(0L)) {
      size = 0;
    }
    if (tensor.hasSegment()) {
      throw broken(name, "is a segment of a larger one, which is not read");
    }
    long bytes = size * (type.bits() / 8);
    if (isExternal(tensor)) {
      external(tensor, name, bytes).close();
      return;
    }
    if (tensor.getExternalDataCount() > 0) {
      throw broken(name, "names an external file, but says that its data are in this one");
    }
    int listed = listed(tensor);
    int all =
        tensor.getFloatDataCount()
            + tensor.getDoubleDataCount()
            + tensor.getInt32DataCount()
            + tensor.getInt64DataCount()
            + tensor.getUint64DataCount()
            + tensor.getStringDataCount();
    if (tensor.hasRawData() ? all > 0 : all != listed) {
      throw broken(name, "of " + type + " holds data of another type as well");
    }
    if (tensor.hasRawData() && tensor.getRawData().size() != bytes) {
      throw broken(
          name,
          ("of shape " + tensor.getDimsList() + " and " + type + " takes " + bytes)
              + (" bytes, but it holds " + tensor.getRawData().size()));
    }
    if (!tensor.hasRawData() && listed != size) {
      throw broken(
          name,
          ("of shape " + tensor.getDimsList() + " has " + size + " elements, but it holds ")
              + listed);
    }
  }

  /** Returns a checked tensor as a value that is the same at every call. */
  Value value(TensorProto tensor, String name) throws IOException {
    return isFloat(tensor)
        ? new Value.Floats(Tensor.of(floats(tensor, name)), true)
        : wholes(tensor, name);
  }

  /** Returns the float numbers of a checked tensor, in an array that outlives every scope. */
  NDArray floats(TensorProto tensor, String name) throws IOException {
    NDArray array = NDArray.persistent(shape(tensor));
    DType type = type(tensor, name);
    if (isExternal(tensor)) {
      try (External external = external(tensor, name, array.size() * (type.bits() / 8))) {
        external.read(type, array);
      }
    } else if (tensor.hasRawData()) {
      Elements.read(littleEndian(tensor.getRawData()), type, array);
    } else {
      IntToDoubleFunction list =
          switch (type) {
            case F32 -> tensor::getFloatData;
            case F64 -> tensor::getDoubleData;
            case F16 -> i -> Float.float16ToFloat((short) tensor.getInt32Data(i));
            default -> i -> Float.intBitsToFloat(tensor.getInt32Data(i) << 16);
          };
      MemorySegment floats = Elements.floats(array);
      for (int i = 0; i < array.size(); i++) {
        floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) list.applyAsDouble(i));
      }
    }
    return array;
  }

  /** Returns the whole numbers of a checked tensor. */
  Whole wholes(TensorProto tensor, String name) throws IOException {
    DType type = type(tensor, name);
    int width = type.bits() / 8;
    int size = (int) Math.min(size(tensor), Integer.MAX_VALUE);
    IntToLongFunction list;
    if (isExternal(tensor) || tensor.hasRawData()) {
      ByteBuffer bytes =
          isExternal(tensor)
              ? externalBytes(tensor, name, (long) size * width)
              : littleEndian(tensor.getRawData());
      list =
          switch (type) {
            case I64 -> i -> bytes.getLong(8 * i);
            case I32 -> i -> bytes.getInt(4 * i);
            default -> bytes::get;
          };
    } else {
      list = type == DType.I64 ? tensor::getInt64Data : tensor::getInt32Data;
    }
    long[] numbers = new long[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = list.applyAsLong(i);
    }
    return new Whole(numbers, shape(tensor));
  }

  /** Returns the bytes of a shape, or of other whole numbers that a model needs few of. */
  private ByteBuffer externalBytes(TensorProto tensor, String name, long bytes) throws IOException {
    try (External external = external(tensor, name, bytes)) {
      return external.bytes((int) bytes);
    }
  }

  private static ByteBuffer littleEndian(ByteString bytes) {
    return bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int listed(TensorProto tensor) {
    return switch (DataType.forNumber(tensor.getDataType())) {
      case FLOAT -> tensor.getFloatDataCount();
      case DOUBLE -> tensor.getDoubleDataCount();
      case INT64 -> tensor.getInt64DataCount();
      case null, default -> tensor.getInt32DataCount();
    };
  }

  private DType type(TensorProto tensor, String name) throws OnnxException {
    DataType type = DataType.forNumber(tensor.getDataType());
    return switch (type) {
      case FLOAT -> DType.F32;
      case DOUBLE -> DType.F64;
      case FLOAT16 -> DType.F16;
      case BFLOAT16 -> DType.BF16;
      case INT64 -> DType.I64;
      case INT32 -> DType.I32;
      case BOOL -> DType.BOOL;
      case null, default ->
          throw broken(
              name,
              "is of the type "
                  + (type == null ? "number " + tensor.getDataType() : type)
                  + "; those that are read are FLOAT, DOUBLE, FLOAT16, BFLOAT16, INT64, INT32 and"
                  + " BOOL");
    };
  }

  private OnnxException broken(String name, String rule) {
    return new OnnxException(file.toString(), name + " " + rule);
  }

  private static boolean isExternal(TensorProto tensor) {
    return tensor.getDataLocation() == DataLocation.EXTERNAL;
  }

  /**
   * Opens the external data of a tensor, once they are found to lie within a file of the folder.
   */
  private External external(TensorProto tensor, String name, long bytes) throws IOException {
    if (tensor.hasRawData() || listed(tensor) > 0) {
      throw broken(name, "has external data and data in this file as well");
    }
    Map<String, String> keys = new HashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      if (keys.put(entry.getKey(), entry.getValue()) != null) {
        throw broken(name, "has the key '" + Node.shown(entry.getKey()) + "' twice");
      }
    }
    String location = keys.get("location");
    if (location == null || location.isEmpty()) {
      throw broken(name, "has external data without a location");
    }
    Path path = inFolder(name, location);
    long offset = number(name, "offset", keys.get("offset"), 0);
    FileChannel channel = Elements.open(path);
    try {
      long left = channel.size() - offset;
      long length = number(name, "length", keys.get("length"), bytes);
      if (length != bytes) {
        throw broken(
            name,
            ("of shape " + tensor.getDimsList() + " takes " + bytes + " bytes, but its external")
                + (" data are " + length));
      }
      if (left < length) {
        throw broken(
            name,
            ("has external data from " + offset + " to " + (offset + (double) length))
                + (", but " + path + " has " + channel.size() + " bytes"));
      }
      channel.position(offset);
      return new External(channel, path, offset);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private long number(String name, String key, @Nullable String text, long otherwise)
      throws OnnxException {
    if (text == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // As a negative number.
    }
    throw broken(
        name, "has external data whose " + key + " is '" + Node.shown(text) + "', not a number");
  }

  /**
   * Returns the real path of a file that lies in the model's folder, links followed: a model that
   * somebody sent must not have other files read.
   */
  private Path inFolder(String name, String location) throws IOException {
    Path folder = file.toAbsolutePath().normalize().getParent();
    String rule = "has external data in '" + Node.shown(location) + "', which ";
    if (folder == null) {
      throw broken(name, rule + "is in no folder");
    }
    Path relative;
    try {
      relative = Path.of(location);
    } catch (InvalidPathException e) {
      throw new OnnxException(file.toString(), name + " " + rule + "is no path", e);
    }
    if (relative.isAbsolute() || location.startsWith("/") || location.startsWith("\\")) {
      throw broken(name, rule + "is an absolute path; it must be one in the model's folder");
    }
    for (Path part : relative) {
      if (part.toString().equals("..") || part.toString().startsWith("..\\")) {
        throw broken(name, rule + "leaves the model's folder");
      }
    }
    Path path = folder.resolve(relative);
    if (!Files.exists(path)) {
      throw broken(name, rule + "is not there");
    }
    Path real = path.toRealPath();
    if (!real.startsWith(folder.toRealPath())) {
      throw broken(name, rule + "is a link that leaves the model's folder");
    }
    return real;
  }

  /** External data that lie within their file, at whose first byte the channel stands. */
  private record External(FileChannel channel, Path path, long offset) implements AutoCloseable {
    void read(DType type, NDArray to) throws IOException {
      Elements.read(channel, path.toString(), offset, type, ByteOrder.LITTLE_ENDIAN, to);
    }

    ByteBuffer bytes(int count) throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
      Elements.readFully(channel, path.toString(), offset, bytes);
      return bytes;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
