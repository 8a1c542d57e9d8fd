package dev.lanewise.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.memory.Memory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NpzTest {
  /**
   * What {@code numpy.savez_compressed} makes of {@code w}, four floats in two rows, and of {@code
   * arr_0}, three 64-bit integers: lengths in zip64 fields before the data, too.
   */
  private static final String COMPRESSED =
      "504b03042d0000000800000021000ca264a3ffffffffffffffff05001400772e6e707901001000900000"
          + "000000000055000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a2aea3a09e"
          + "965f54529498179f5f94920a12774bcc294e058a17672416a402f91a463a0a469a3a0ab50a64032e0686"
          + "067b060686030c0c090e40b61d00504b03042d0000000800000021001bfbe5a2ffffffffffffffff0900"
          + "14006172725f302e6e70790100100098000000000000004d000000000000009bec17ea1b10c9c850c650"
          + "ad9e925a9c5ca46ea5a06e9369a1aea3a09e965f54529498179f5f94920a12774bcc294e058a17672416"
          + "a402f91ac63a9a3a0ab50a1400aeff50c000053a8c101a00504b01022d032d0000000800000021000ca2"
          + "64a35500000090000000050000000000000000000000800100000000772e6e7079504b01022d032d0000"
          + "000800000021001bfbe5a24d0000009800000009000000000000000000000080018c0000006172725f30"
          + "2e6e7079504b050600000000020002006a000000140100000000";

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("a.npz");
  }

  @Test
  void read_asNumpyWrites() throws IOException {
    Files.write(file, HexFormat.of().parseHex(COMPRESSED));
    Map<String, NDArray> arrays = Npz.read(file);
    assertThat(arrays.keySet()).containsExactly("w", "arr_0");
    assertThat(arrays.get("w").shape()).isEqualTo(Shape.of(2, 2));
    assertThat(arrays.get("w").toFloatArray()).containsExactly(1, -2, 3.5f, 0.25f);
    assertThat(arrays.get("arr_0").toFloatArray()).containsExactly(-1, 0, 300);
  }

  @Test
  void write_goldenBytes() throws IOException {
    Npz.write(file, Map.of("w", NDArray.of(new float[] {1, -2}, 2)));
    Path alone = folder.resolve("w.npy");
    Npy.write(alone, NDArray.of(new float[] {1, -2}, 2));
    byte[] npy = Files.readAllBytes(alone);
    CRC32 checksum = new CRC32();
    checksum.update(npy);
    ByteBuffer zip = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN);
    byte[] name = {'w', '.', 'n', 'p', 'y'};
    zip.putInt(0x04034b50).putShort((short) 10);
    common(zip, (int) checksum.getValue(), npy.length).put(name).put(npy);
    int directory = zip.position();
    zip.putInt(0x02014b50).putShort((short) 10).putShort((short) 10);
    common(zip, (int) checksum.getValue(), npy.length);
    zip.putShort((short) 0).putInt(0).putInt(0).putInt(0).put(name);
    int length = zip.position() - directory;
    zip.putInt(0x06054b50).putInt(0).putShort((short) 1).putShort((short) 1);
    zip.putInt(length).putInt(directory).putShort((short) 0);
    assertThat(Files.readAllBytes(file)).isEqualTo(Arrays.copyOf(zip.array(), zip.position()));
  }

  /** The fields that stand before the data and in the directory alike: stored, of 1980-02-01. */
  private static ByteBuffer common(ByteBuffer zip, int checksum, int length) {
    zip.putShort((short) 0x800).putShort((short) 0).putShort((short) 0).putShort((short) 0x41);
    return zip.putInt(checksum)
        .putInt(length)
        .putInt(length)
        .putShort((short) 5)
        .putShort((short) 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void write_roundTrip(boolean compressed) throws IOException {
    float[] large = new float[700_001];
    for (int i = 0; i < large.length; i++) {
      large[i] = i % 1000;
    }
    Map<String, NDArray> written = new TreeMap<>();
    written.put("large", NDArray.of(large));
    written.put("scalar", NDArray.scalar(-0.5f));
    written.put("none", NDArray.zeros(Shape.of(2, 0)));
    written.put("turned", NDArray.of(new float[] {1, 2, 3, 4, 5, Float.NaN}, 2, 3).transpose());
    written.put("dense/kernel:0", NDArray.of(new float[] {1}));
    written.put("a.npy", NDArray.of(new float[] {2}));
    written.put("\u00e9\ud83d\ude00", NDArray.of(new float[] {3}));
    write(written, compressed);
    Map<String, NDArray> read = Npz.read(file);
    assertThat(read.keySet()).containsExactlyElementsOf(written.keySet());
    written.forEach((name, array) -> {
      assertThat(read.get(name).shape()).isEqualTo(array.shape());
      assertThat(read.get(name).toFloatArray()).isEqualTo(array.toFloatArray());
    });
    if (compressed) {
      assertThat(Files.size(file)).isLessThan(4L * large.length / 10);
    }
    byte[] first = Files.readAllBytes(file);
    write(written, compressed);
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
  }

  private void write(Map<String, NDArray> arrays, boolean compressed) throws IOException {
    if (compressed) {
      Npz.writeCompressed(file, arrays);
    } else {
      Npz.write(file, arrays);
    }
  }

  @Test
  void read_noArrays() throws IOException {
    Npz.write(file, Map.of());
    assertThat(Npz.read(file)).isEmpty();
  }

  @Test
  void read_notAZip() throws IOException {
    assertThatThrownBy(() -> Npz.read(file)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Npz.read(folder)).hasMessage(folder + " is not a plain file");
    Files.writeString(file, "no zip at all");
    assertRefused("at byte 0: no zip file, or a damaged one");
    Files.write(file, new byte[0]);
    assertRefused("at byte 0: no zip file, or a damaged one");
    Npy.write(file, NDArray.scalar(1));
    assertRefused("at byte 0: no zip file, or a damaged one");
  }

  @ParameterizedTest
  @CsvSource({
    "'/etc/w.npy', leads out of the folder",
    "'../w.npy', leads out of the folder",
    "'a/../../w.npy', leads out of the folder",
    "'a\\w.npy', has a backslash",
    "'a\u0007.npy', a control character",
    "'a/', 'it is empty, or a folder''s'",
  })
  void names_thatLeadAstray(String entry, String rule) throws IOException {
    zip(Map.of(entry, npy(1)));
    assertRefused(rule);
    String name = entry.replace(".npy", "");
    assertThatThrownBy(() -> Npz.write(file, Map.of(name, NDArray.scalar(1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(rule);
  }

  @Test
  void names_thatCannotBeStored() {
    NDArray one = NDArray.scalar(1);
    assertThatThrownBy(() -> Npz.write(file, Map.of("", one))).hasMessageContaining("it is empty");
    assertThatThrownBy(() -> Npz.write(file, Map.of("\ud83d", one)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("half a surrogate pair");
    assertThat(file).doesNotExist();
  }

  @Test
  void read_nameTwice() throws IOException {
    Map<String, byte[]> entries = new TreeMap<>();
    entries.put("w", npy(1));
    entries.put("w.npy", npy(2));
    zip(entries);
    assertRefused("the array \"w\" stands twice");
    entries.put("v", entries.remove("w"));
    entries.put("x", npy(1));
    zip(entries);
    replace("x", "v");
    assertRefused("the array \"v\" stands twice");
  }

  @Test
  void read_entryThatIsNoArray() throws IOException {
    zip(Map.of("note.txt", "hello, hello".getBytes(StandardCharsets.US_ASCII)));
    assertRefused(" (note.txt), at byte 0: an npy file begins with \\x93NUMPY");
    zip(Map.of("w.npy", Arrays.copyOf(npy(1), 131)));
    assertRefused(" (w.npy), at byte 128: the shape [1] of F32 takes 4 bytes of data, but");
    zip(Map.of("w.npy", Arrays.copyOf(npy(1), 50)));
    assertRefused(" (w.npy), at byte 8: the header's length is 118, over the limit");
  }

  @Test
  void read_damagedData() throws IOException {
    Npz.write(file, Map.of("w", NDArray.of(new float[] {1, 2})));
    byte[] good = Files.readAllBytes(file);
    byte[] bad = good.clone();
    bad[30 + 5 + 128] ^= 1;
    Files.write(file, bad);
    assertRefused(" (w.npy), at byte 136: the entry's checksum is not what the zip says");
    Npz.writeCompressed(file, Map.of("w", NDArray.of(new float[] {1, 2})));
    bad = Files.readAllBytes(file);
    Arrays.fill(bad, 40, 60, (byte) 0xff);
    Files.write(file, bad);
    assertRefused(" (w.npy), at byte 0: the packed bytes are damaged");
  }

  /** A header and a directory that both promise far more than the deflated bytes hold. */
  @Test
  void read_lyingLengths_takeNoMemory() throws IOException {
    byte[] lying =
        new String(npy(1), StandardCharsets.ISO_8859_1)
            .replace("(1,), }          ", "(1000000000,), } ")
            .getBytes(StandardCharsets.ISO_8859_1);
    zip(Map.of("w.npy", lying));
    Memory.resetPeak();
    long before = Memory.peak();
    assertRefused(" takes 4000000000 bytes of data, but the file holds 4");
    byte[] bytes = Files.readAllBytes(file);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(zip.getEntry("w.npy").getSize()).isEqualTo(132);
    }
    ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int directory = all.getInt(bytes.length - 6);
    all.putInt(directory + 24, 2_000_000_000);
    Files.write(file, bytes);
    assertRefused(
        " (w.npy), at byte 132: the entry unpacks to 132 bytes, and the zip says 2000000000");
    assertThat(Memory.peak() - before).isLessThan(1000);
  }

  /** Small files that are honest about unpacking to more than the reader allows. */
  @Test
  void read_bomb_takesNoMemory() throws IOException {
    Npz.writeCompressed(file, Map.of("w", NDArray.zeros(Shape.of(3, 1 << 20))));
    assertThat(Files.size(file)).isLessThan(1 << 14);
    Memory.resetPeak();
    long before = Memory.peak();
    assertThatThrownBy(() -> Npz.read(file, 12 << 20))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(file + " (w.npy), at byte ")
        .hasMessageContaining("unpack to more than the 12582912 bytes allowed");
    zip(Map.of("w.npy", bytes(1 << 20)));
    assertThatThrownBy(() -> Npz.read(file, 2 << 20))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("take more as float32 than the 2097152 bytes allowed");
    assertThat(Memory.peak() - before).isLessThan(1 << 20);
    assertThat(Npz.read(file, 4 << 20).get("w").size()).isEqualTo(1 << 20);
  }

  private void assertRefused(String rule) {
    assertThatThrownBy(() -> Npz.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(rule);
  }

  private static byte[] npy(float value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Npy.write(Channels.newChannel(out), NDArray.of(new float[] {value}));
    return out.toByteArray();
  }

  /** An npy file of as many bytes of zeros. */
  private static byte[] bytes(int count) {
    String dict = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + count + ",), }";
    byte[] head =
        ("\u0093NUMPY\1\0v\0" + dict + " ".repeat(117 - dict.length()) + "\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    return Arrays.copyOf(head, head.length + count);
  }

  private void zip(Map<String, byte[]> entries) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
        zip.closeEntry();
      }
    }
  }

  /** Renames an entry, in both of its places, to a name as long. */
  private void replace(String name, String by) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 0; i < bytes.length - 46; i++) {
      boolean local = bytes[i] == 'P' && bytes[i + 1] == 'K' && bytes[i + 2] == 3;
      boolean central = bytes[i] == 'P' && bytes[i + 1] == 'K' && bytes[i + 2] == 1;
      int at = i + (local ? 30 : 46);
      if ((local || central) && bytes[at] == name.charAt(0) && bytes[at - (local ? 4 : 18)] == 1) {
        bytes[at] = (byte) by.charAt(0);
      }
    }
    Files.write(file, bytes);
  }
}
