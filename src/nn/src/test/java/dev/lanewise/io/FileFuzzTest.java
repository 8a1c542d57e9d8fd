package dev.lanewise.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.array.NDArray;
import dev.lanewise.memory.Memory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Damaged files end in an exception of I/O that names the file, or in arrays that the file has the
 * bytes for; either way no more memory is taken than the file backs up.
 */
final class FileFuzzTest {
  /** The most bytes of float32 that a byte of a file becomes, twice for an array turned around. */
  private static final int WIDENED = 2 * Float.BYTES;

  /** The alignment and the slack of the few arrays in these files. */
  private static final int MARGIN = 16 * 128;

  /** The most that a zip file may unpack to here: less than its bombs do. */
  private static final long UNPACKED = 1 << 16;

  private static Path folder;
  private static Path file;
  private static byte[] safeTensors;
  private static byte[] npy;
  private static byte[] npz;
  private static byte[] compressed;

  @BeforeContainer
  static void makeFiles() throws IOException {
    folder = Files.createTempDirectory("lanewise-fuzz");
    file = folder.resolve("f");
    NDArray array = NDArray.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    Map<String, NDArray> arrays =
        Map.of("fc1.weight", array, "fc1.bias", NDArray.of(new float[] {1, 2}));
    SafeTensors.write(file, arrays, Map.of("step", "12"));
    safeTensors = Files.readAllBytes(file);
    Npy.write(file, array);
    npy = Files.readAllBytes(file);
    Npz.write(file, arrays);
    npz = Files.readAllBytes(file);
    Npz.writeCompressed(file, arrays);
    compressed = Files.readAllBytes(file);
  }

  @AfterContainer
  static void removeFiles() throws IOException {
    Files.deleteIfExists(file);
    Files.delete(folder);
  }

  @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
  void safeTensors(@ForAll long seed) throws IOException {
    fuzz(seed, 0, FileFuzzTest::readSafeTensors, random -> Mutations.mutate(safeTensors, random));
  }

  /** The header is damaged and its length then set right, so that what it says is looked at. */
  @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
  void safeTensorsHeader(@ForAll long seed) throws IOException {
    fuzz(
        seed,
        0,
        FileFuzzTest::readSafeTensors,
        random -> {
          int data = safeTensors.length - 8 * Float.BYTES;
          byte[] json = Mutations.mutate(Arrays.copyOfRange(safeTensors, 8, data), random);
          return ByteBuffer.allocate(8 + json.length + safeTensors.length - data)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(json.length)
              .put(json)
              .put(safeTensors, data, safeTensors.length - data)
              .array();
        });
  }

  private static void readSafeTensors(long length) throws IOException {
    SafeTensors read = SafeTensors.read(file);
    Map<String, NDArray> mapped = read.mapAll();
    read.loadAll()
        .forEach((name, array) -> {
          SafeTensors.Entry entry = read.entries().get(name);
          assertThat(array.size() * entry.dtype().bits() / 8)
              .isEqualTo(entry.end() - entry.begin());
          assertThat(mapped.get(name).shape()).isEqualTo(array.shape());
          assertThat(mapped.get(name).toFloatArray()).isEqualTo(array.toFloatArray());
        });
  }

  @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
  void npy(@ForAll long seed) throws IOException {
    fuzz(seed, 0, FileFuzzTest::readNpy, random -> Mutations.mutate(npy, random));
  }

  @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
  void npyHeader(@ForAll long seed) throws IOException {
    fuzz(seed, 0, FileFuzzTest::readNpy, FileFuzzTest::npyOfDamagedHeader);
  }

  /** The header is damaged, given its newline, and its length then set right. */
  private static byte[] npyOfDamagedHeader(Random random) {
    String[] types = {"<f4", ">f4", "|u1", "<f2", "<i8", "|b1", "<f8", "|O", "<c8", "<U9"};
    String dict = new String(npy, 10, 118, StandardCharsets.ISO_8859_1).stripTrailing();
    if (random.nextBoolean()) {
      dict = dict.replace("<f4", types[random.nextInt(types.length)]);
    }
    if (random.nextBoolean()) {
      dict = dict.replace("False", "True");
    }
    byte[] text = dict.getBytes(StandardCharsets.ISO_8859_1);
    text = random.nextInt(4) == 0 ? text : Mutations.mutate(text, random);
    int data = random.nextInt(64);
    return ByteBuffer.allocate(10 + text.length + 1 + data)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(npy, 0, 8)
        .putShort((short) (text.length + 1))
        .put(text)
        .put((byte) '\n')
        .put(npy, 128 - data, data)
        .array();
  }

  private static void readNpy(long length) throws IOException {
    assertThat(Npy.read(file).size()).isLessThanOrEqualTo(length);
  }

  @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
  void npz(@ForAll long seed) throws IOException {
    fuzz(
        seed,
        UNPACKED,
        FileFuzzTest::readNpz,
        random -> Mutations.mutate(random.nextBoolean() ? npz : compressed, random));
  }

  /** Entries that are damaged before they are packed, many of them bombs. */
  @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
  void npzEntries(@ForAll long seed) throws IOException {
    fuzz(
        seed,
        UNPACKED,
        FileFuzzTest::readNpz,
        random -> {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setLevel(random.nextBoolean() ? Deflater.BEST_SPEED : Deflater.BEST_COMPRESSION);
            for (int i = random.nextInt(4); i >= 0; i--) {
              zip.putNextEntry(new ZipEntry("a" + i + ".npy"));
              zip.write(npyOfDamagedHeader(random));
              if (random.nextInt(4) == 0) {
                zip.write(new byte[random.nextInt(300_000)]);
              }
              zip.closeEntry();
            }
          }
          byte[] whole = bytes.toByteArray();
          return random.nextBoolean() ? whole : Mutations.mutate(whole, random);
        });
  }

  private static void readNpz(long length) throws IOException {
    long bytes =
        Npz.read(file, UNPACKED).values().stream().mapToLong(a -> Float.BYTES * a.size()).sum();
    assertThat(bytes).isLessThanOrEqualTo(UNPACKED);
  }

  /** Reads the file, which is {@code length} bytes long. */
  @FunctionalInterface
  private interface Reading {
    void read(long length) throws IOException;
  }

  /** Makes the bytes of a file. */
  @FunctionalInterface
  private interface Making {
    byte[] make(Random random) throws IOException;
  }

  /**
   * Makes and reads files.
   *
   * @param allowed the most bytes that they may unpack to; 0 where they are not packed
   */
  private static void fuzz(long seed, long allowed, Reading reading, Making making)
      throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < Mutations.rounds(); i++) {
      byte[] bytes = making.make(random);
      long most = allowed == 0 ? bytes.length : allowed;
      Mutations.replace(file, bytes);
      Memory.resetPeak();
      long before = Memory.peak();
      try {
        reading.read(bytes.length);
      } catch (IOException e) {
        assertThat(e).hasMessageContaining(file.toString());
      }
      assertThat(Memory.peak() - before).isLessThanOrEqualTo(WIDENED * most + MARGIN);
    }
  }
}
