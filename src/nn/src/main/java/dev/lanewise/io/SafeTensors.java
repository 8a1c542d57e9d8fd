package dev.lanewise.io;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.memory.Storage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The contents of a safetensors file: named tensors, and strings about them.
 *
 * <p>Reading checks the whole header and opens nothing for good; each {@link #load} opens the file
 * again, refuses it if it is no longer the one whose header was read, and copies one tensor out.
 * {@link #map} leaves the tensor where it is.
 */
public final class SafeTensors {
  private final Path file;
  private final SafeTensorsHeader header;
  private final long length;
  private final FileTime modified;

  private SafeTensors(Path file, SafeTensorsHeader header, long length, FileTime modified) {
    this.file = file;
    this.header = header;
    this.length = length;
    this.modified = modified;
  }

  /**
   * A tensor as the header describes it.
   *
   * @param shape the dimensions, outermost first; empty for a scalar
   * @param begin the first byte, counted from where the file's data begins
   * @param end the byte after the last
   */
  public record Entry(String name, DType dtype, List<Long> shape, long begin, long end) {
    /** The same, with a shape that nobody can change. */
    public Entry {
      shape = List.copyOf(shape);
    }
  }

  /**
   * Reads and checks the header of {@code file}.
   *
   * @throws FormatException for a file that breaks any rule of the format
   */
  public static SafeTensors read(Path file) throws IOException {
    try (FileChannel in = Elements.open(file)) {
      FileTime modified = Files.getLastModifiedTime(file);
      long length = in.size();
      return new SafeTensors(file, SafeTensorsHeader.read(file.toString(), in), length, modified);
    }
  }

  /** The strings under {@code __metadata__}, in the order of the file. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  /** The tensors by name, in the order of their data. */
  public Map<String, Entry> entries() {
    return Collections.unmodifiableMap(header.entries());
  }

  /**
   * Copies the tensor {@code name} out of the file, as float32.
   *
   * @throws IllegalArgumentException if the file has no such tensor
   * @throws FormatException for a dtype that cannot be read as float32 or a dimension over 2^31 - 1
   * @throws IOException if the file was changed since its header was read
   */
  public NDArray load(String name) throws IOException {
    Entry entry = entry(name);
    try (FileChannel in = reopen()) {
      return load(in, entry);
    }
  }

  /** Copies every tensor out of the file, as float32, in the order of their data. */
  public Map<String, NDArray> loadAll() throws IOException {
    Map<String, NDArray> arrays = LinkedHashMap.newLinkedHashMap(header.entries().size());
    try (FileChannel in = reopen()) {
      for (Entry entry : header.entries().values()) {
        arrays.put(entry.name(), load(in, entry));
      }
    }
    return arrays;
  }

  /**
   * Returns the tensor {@code name} as a view of the mapped file where it is F32 at a multiple of 4
   * bytes, as common writers place it; else a copy, as {@link #load} makes it.
   *
   * <p>A view takes no memory but what the operating system caches of the file, refuses to be
   * written, is not counted by {@link dev.lanewise.memory.Memory}, and is unmapped by the garbage
   * collector. A file that is replaced by a rename, as {@link #write} does it, leaves the views of
   * the old one as they are.
   *
   * <p>A file that is written in place shows through, and one that is <em>cut short</em> faults: a
   * copy out of a view, as {@code Module.loadStateDict} makes it, then ends in the JVM's {@link
   * InternalError}, but a compiled vector kernel that reads the view ends the process. Compute on
   * views only of files that nobody cuts short; {@link #load} is always safe.
   *
   * @throws IllegalArgumentException if the file has no such tensor
   * @throws FormatException for a dtype that cannot be read as float32 or a dimension over 2^31 - 1
   * @throws IOException if the file was changed since its header was read
   */
  public NDArray map(String name) throws IOException {
    Entry entry = entry(name);
    try (FileChannel in = reopen()) {
      return map(in, entry);
    }
  }

  /** Returns every tensor as {@link #map} does, in the order of their data. */
  public Map<String, NDArray> mapAll() throws IOException {
    Map<String, NDArray> arrays = LinkedHashMap.newLinkedHashMap(header.entries().size());
    try (FileChannel in = reopen()) {
      for (Entry entry : header.entries().values()) {
        arrays.put(entry.name(), map(in, entry));
      }
    }
    return arrays;
  }

  private Entry entry(String name) {
    Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new IllegalArgumentException(
          file + " holds no tensor \"" + name + "\"; it holds " + header.entries().keySet());
    }
    return entry;
  }

  private FileChannel reopen() throws IOException {
    FileChannel in = Elements.open(file);
    if (in.size() == length && Files.getLastModifiedTime(file).equals(modified)) {
      return in;
    }
    in.close();
    throw new IOException(file + " was changed since its header was read: read it again");
  }

  private NDArray load(FileChannel in, Entry entry) throws IOException {
    NDArray array = NDArray.persistent(shape(entry));
    long at = header.dataStart() + entry.begin();
    in.position(at);
    Elements.read(in, file.toString(), at, entry.dtype(), ByteOrder.LITTLE_ENDIAN, array);
    return array;
  }

  private NDArray map(FileChannel in, Entry entry) throws IOException {
    long at = header.dataStart() + entry.begin();
    boolean asItLies =
        entry.dtype() == DType.F32
            && at % Float.BYTES == 0
            && entry.end() > entry.begin()
            && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    if (!asItLies) {
      return load(in, entry);
    }
    Shape shape = shape(entry);
    long bytes = entry.end() - entry.begin();
    MemorySegment mapped = in.map(MapMode.READ_ONLY, at, bytes, Arena.ofAuto());
    return NDArray.over(Storage.over(mapped), shape);
  }

  /** The shape as an array has it, of an entry whose elements can be read. */
  private Shape shape(Entry entry) throws FormatException {
    long at = header.dataStart() + entry.begin();
    if (!entry.dtype().isReadable()) {
      throw new FormatException(
          file.toString(),
          at,
          "the tensor \""
              + entry.name()
              + "\" has the dtype "
              + entry.dtype()
              + ", which cannot be read as float32");
    }
    int[] dims = new int[entry.shape().size()];
    for (int axis = 0; axis < dims.length; axis++) {
      long dim = entry.shape().get(axis);
      if (dim > Integer.MAX_VALUE) {
        throw new FormatException(
            file.toString(),
            at,
            "the tensor \"" + entry.name() + "\" has a dimension of " + dim + ", over 2^31 - 1");
      }
      dims[axis] = (int) dim;
    }
    return Shape.of(dims);
  }

  /**
   * Creates or replaces {@code file} with {@code tensors}, sorted by name, and {@code metadata}.
   *
   * <p>The file appears whole or not at all; the same tensors and metadata always give the same
   * bytes.
   *
   * @throws IOException naming the file, where it could not be written; it is then unchanged
   */
  public static void write(Path file, Map<String, NDArray> tensors, Map<String, String> metadata)
      throws IOException {
    Map<String, NDArray> sorted = new TreeMap<>(tensors);
    List<Entry> entries = new ArrayList<>();
    long end = 0;
    for (Map.Entry<String, NDArray> tensor : sorted.entrySet()) {
      String name = Elements.checkText(tensor.getKey(), "the name of a tensor");
      if (name.equals(SafeTensorsHeader.METADATA)) {
        throw new IllegalArgumentException("no tensor may be named \"__metadata__\"");
      }
      NDArray array = tensor.getValue();
      List<Long> shape = new ArrayList<>();
      for (int dim : array.shape().toArray()) {
        shape.add((long) dim);
      }
      long begin = end;
      end = Math.addExact(begin, Math.multiplyExact(array.size(), (long) Float.BYTES));
      entries.add(new Entry(name, DType.F32, shape, begin, end));
    }
    metadata.forEach((key, value) -> {
      Elements.checkText(key, "a metadata key");
      Elements.checkText(value, "the metadata value of \"" + key + "\"");
    });
    byte[] json = SafeTensorsHeader.write(new TreeMap<>(metadata), entries);
    ByteBuffer head =
        ByteBuffer.allocate(Long.BYTES + json.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .flip();
    AtomicFile.write(
        file,
        out -> {
          Elements.writeFully(out, head);
          for (NDArray array : sorted.values()) {
            Elements.write(out, array);
          }
        });
  }
}
