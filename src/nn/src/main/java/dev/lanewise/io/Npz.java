package dev.lanewise.io;

import dev.lanewise.array.NDArray;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The npz format of NumPy: named arrays in a zip file, each an npy file {@code NAME.npy}, stored or
 * deflated.
 *
 * <p>Each entry is unpacked twice: first to nowhere, so that its length and checksum are known and
 * within the limit, and only then into memory. A zip file that promises more than it holds, or
 * unpacks to more than its reader wants, takes no memory.
 */
public final class Npz {
  /** The most bytes that {@link #read(Path)} unpacks: 4 GB. */
  public static final long LIMIT = 1L << 32;

  private static final String EXTENSION = ".npy";

  /** The date of every entry, so that the same arrays give the same bytes. */
  private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 2, 1, 0, 0);

  private static final int CHUNK = 1 << 16;

  private Npz() {}

  /**
   * Reads the arrays in {@code file} as float32, by name and in the order of the file.
   *
   * @throws FormatException for a file that breaks any rule of zip or npy, or unpacks to more than
   *     {@link #LIMIT} bytes
   */
  public static Map<String, NDArray> read(Path file) throws IOException {
    return read(file, LIMIT);
  }

  /**
   * As {@link #read(Path)}, with a limit of one's own.
   *
   * @param mostBytes the most bytes that all entries may unpack to, and that all arrays may take as
   *     float32
   * @throws FormatException as there
   */
  public static Map<String, NDArray> read(Path file, long mostBytes) throws IOException {
    Elements.checkFile(file);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return new Reader(file, zip, mostBytes).read();
    } catch (ZipException | EOFException e) {
      throw new FormatException(
          file.toString(), 0, "no zip file, or a damaged one: " + e.getMessage(), e);
    }
  }

  /** Creates or replaces {@code file} with {@code arrays}, sorted by name and not compressed. */
  public static void write(Path file, Map<String, NDArray> arrays) throws IOException {
    write(file, arrays, ZipEntry.STORED);
  }

  /** Creates or replaces {@code file} with {@code arrays}, sorted by name and deflated. */
  public static void writeCompressed(Path file, Map<String, NDArray> arrays) throws IOException {
    write(file, arrays, ZipEntry.DEFLATED);
  }

  private static void write(Path file, Map<String, NDArray> arrays, int method) throws IOException {
    Map<String, NDArray> sorted = new TreeMap<>(arrays);
    for (String name : sorted.keySet()) {
      String fault = fault(Elements.checkText(name, "the name of an array"));
      if (fault != null) {
        throw new IllegalArgumentException(
            "no array may be named " + Elements.quote(name) + ": " + fault);
      }
    }
    AtomicFile.write(
        file,
        out -> {
          ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(out));
          for (Map.Entry<String, NDArray> array : sorted.entrySet()) {
            zip.putNextEntry(entry(array.getKey(), array.getValue(), method));
            Npy.write(Channels.newChannel(zip), array.getValue());
            zip.closeEntry();
          }
          zip.finish();
        });
  }

  /** The entry of an array; one that is stored tells length and checksum before the bytes. */
  private static ZipEntry entry(String name, NDArray array, int method) throws IOException {
    ZipEntry entry = new ZipEntry(name + EXTENSION);
    entry.setTimeLocal(EPOCH);
    entry.setMethod(method);
    if (method == ZipEntry.STORED) {
      CRC32 checksum = new CRC32();
      OutputStream nowhere = new CheckedOutputStream(OutputStream.nullOutputStream(), checksum);
      try (WritableByteChannel out = Channels.newChannel(nowhere)) {
        Npy.write(out, array);
      }
      int head = Npy.head(array.shape().toArray()).remaining();
      entry.setSize(head + Float.BYTES * array.size());
      entry.setCrc(checksum.getValue());
    }
    return entry;
  }

  /** Why a name is refused, which would lead whoever unpacks the file astray; null if it is not. */
  private static @Nullable String fault(String name) {
    if (name.isEmpty() || name.endsWith("/")) {
      return "it is empty, or a folder's";
    }
    if (name.startsWith("/") || List.of(name.split("/", -1)).contains("..")) {
      return "it leads out of the folder that it would be unpacked to";
    }
    if (name.indexOf('\\') >= 0 || name.chars().anyMatch(Character::isISOControl)) {
      return "it has a backslash or a control character";
    }
    return null;
  }

  /** One pass over the entries of a file. */
  private static final class Reader {
    private final Path file;
    private final ZipFile zip;
    private final long limit;
    private final byte[] chunk = new byte[CHUNK];
    private long unpacked;
    private long taken;

    Reader(Path file, ZipFile zip, long limit) {
      this.file = file;
      this.zip = zip;
      this.limit = limit;
    }

    Map<String, NDArray> read() throws IOException {
      Map<String, NDArray> arrays = new LinkedHashMap<>();
      for (ZipEntry entry : zip.stream().toArray(ZipEntry[]::new)) {
        String name = name(entry);
        if (arrays.containsKey(name)) {
          throw new FormatException(
              file.toString(), 0, "the array " + Elements.quote(name) + " stands twice");
        }
        arrays.put(name, read(entry));
      }
      return arrays;
    }

    private String name(ZipEntry entry) throws FormatException {
      String name = entry.getName();
      String fault = fault(name);
      if (fault != null) {
        throw new FormatException(
            file.toString(), 0, "the name " + Elements.quote(name) + " is refused: " + fault);
      }
      return name.endsWith(EXTENSION) && name.length() > EXTENSION.length()
          ? name.substring(0, name.length() - EXTENSION.length())
          : name;
    }

    private NDArray read(ZipEntry entry) throws IOException {
      String where = file + " (" + entry.getName() + ")";
      try {
        long length = unpackToNowhere(where, entry);
        try (ReadableByteChannel in = Channels.newChannel(zip.getInputStream(entry))) {
          NpyHeader header = Npy.readHeader(where, in, length);
          long elements = (length - header.end()) / (header.dtype().bits() / 8);
          taken += Float.BYTES * elements;
          if (taken > limit) {
            throw tooMuch(where, header.end(), "take more as float32");
          }
          return Npy.readData(where, in, header);
        }
      } catch (ZipException | EOFException e) {
        throw new FormatException(where, 0, "the packed bytes are damaged: " + e.getMessage(), e);
      }
    }

    /** The length of an entry, once it is found to be whole and within the limit. */
    private long unpackToNowhere(String where, ZipEntry entry) throws IOException {
      CRC32 checksum = new CRC32();
      long length = 0;
      try (InputStream in = zip.getInputStream(entry)) {
        for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
          checksum.update(chunk, 0, count);
          length += count;
          unpacked += count;
          if (unpacked > limit) {
            throw tooMuch(where, length, "unpack to more");
          }
        }
      }
      if (length != entry.getSize()) {
        throw new FormatException(
            where,
            length,
            "the entry unpacks to " + length + " bytes, and the zip says " + entry.getSize());
      }
      if (checksum.getValue() != entry.getCrc()) {
        throw new FormatException(where, length, "the entry's checksum is not what the zip says");
      }
      return length;
    }

    private FormatException tooMuch(String where, long at, String what) {
      return new FormatException(
          where, at, "the arrays up to here " + what + " than the " + limit + " bytes allowed");
    }
  }
}
