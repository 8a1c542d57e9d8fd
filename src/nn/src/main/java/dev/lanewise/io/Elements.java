package dev.lanewise.io;

import dev.lanewise.array.NDArray;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The passage between the bytes of a file and the floats of an array.
 *
 * <p>Files are read through their channel unless a mapping is asked for: one that somebody cuts
 * short meanwhile then ends in an exception, where a mapped one faults.
 */
public final class Elements {
  private static final int CHUNK = 1 << 20;

  private Elements() {}

  /** Opens {@code file} for reading; what is not a plain file is refused with a sentence. */
  public static FileChannel open(Path file) throws IOException {
    checkFile(file);
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  /** Refuses what is not a plain file. */
  static void checkFile(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString(), null, "there is no such file");
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is not a plain file");
    }
  }

  /** Fills {@code bytes} up to its limit; the channel stands at byte {@code at} of the file. */
  public static void readFully(ReadableByteChannel in, String file, long at, ByteBuffer bytes)
      throws IOException {
    long next = at;
    while (bytes.hasRemaining()) {
      int count = in.read(bytes);
      if (count < 0) {
        throw new FormatException(
            file, next, "the file ends here, " + bytes.remaining() + " bytes too early");
      }
      next += count;
    }
  }

  /**
   * Reads elements of {@code type}, row-major, into all of {@code to}; the channel stands at byte
   * {@code at} of the file.
   */
  public static void read(
      ReadableByteChannel in, String file, long at, DType type, ByteOrder order, NDArray to)
      throws IOException {
    MemorySegment floats = floats(to);
    if (type == DType.F32 && order == ByteOrder.nativeOrder()) {
      for (long done = 0; done < floats.byteSize(); done += CHUNK) {
        long length = Math.min(CHUNK, floats.byteSize() - done);
        readFully(in, file, at + done, floats.asSlice(done, length).asByteBuffer());
      }
      return;
    }
    int width = type.bits() / 8;
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(order);
    long size = to.size();
    int perChunk = CHUNK / width;
    for (long done = 0; done < size; done += perChunk) {
      int count = (int) Math.min(perChunk, size - done);
      readFully(in, file, at + done * width, chunk.clear().limit(count * width));
      for (int i = 0; i < count; i++) {
        floats.setAtIndex(ValueLayout.JAVA_FLOAT, done + i, type.read(chunk, i * width));
      }
    }
  }

  /**
   * Reads elements of {@code type}, row-major from the beginning of {@code bytes} in that buffer's
   * byte order, into all of {@code to}, which is contiguous.
   */
  public static void read(ByteBuffer bytes, DType type, NDArray to) {
    MemorySegment floats = floats(to);
    if (type == DType.F32 && bytes.order() == ByteOrder.nativeOrder()) {
      floats.copyFrom(MemorySegment.ofBuffer(bytes).asSlice(0, floats.byteSize()));
      return;
    }
    int width = type.bits() / 8;
    for (int i = 0; i < to.size(); i++) {
      floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, type.read(bytes, i * width));
    }
  }

  /** Appends all of {@code from}, row-major, as little-endian float32. */
  static void write(WritableByteChannel out, NDArray from) throws IOException {
    NDArray dense = from.contiguous();
    MemorySegment floats = floats(dense);
    boolean swap = ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN;
    ByteBuffer swapped = ByteBuffer.allocate(swap ? CHUNK : 0).order(ByteOrder.LITTLE_ENDIAN);
    for (long done = 0; done < floats.byteSize(); done += CHUNK) {
      MemorySegment part = floats.asSlice(done, Math.min(CHUNK, floats.byteSize() - done));
      if (swap) {
        swapped.clear();
        swapped
            .asFloatBuffer()
            .put(part.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer());
        writeFully(out, swapped.limit((int) part.byteSize()));
      } else {
        writeFully(out, part.asByteBuffer());
      }
    }
  }

  /** Appends what remains in {@code bytes}. */
  static void writeFully(WritableByteChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  /** A name as an error shows it: short, in quotes, and on one line. */
  static String quote(String name) {
    String shown = name.length() > 80 ? name.substring(0, 80) + "..." : name;
    return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
  }

  /** Refuses half a surrogate pair, which has no UTF-8; {@code what} the text is. */
  static String checkText(String text, String what) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException(what + " holds half a surrogate pair: \"" + text + "\"");
    }
    return text;
  }

  /** Returns the bytes of a contiguous array, and no others. */
  public static MemorySegment floats(NDArray array) {
    return array.segment().asSlice(array.offset() * Float.BYTES, array.size() * Float.BYTES);
  }
}
