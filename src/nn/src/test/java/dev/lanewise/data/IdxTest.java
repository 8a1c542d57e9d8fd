package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.Shape;
import dev.lanewise.io.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IdxTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "08, 00ff, '0,255'",
    "09, 00ff, '0,-1'",
    "0b, 0100fffe, '256,-2'",
    "0c, 00010000fffffffe, '65536,-2'",
    "0d, 3f800000c0200000, '1,-2.5'",
    "0e, 3ff0000000000000c004000000000000, '1,-2.5'",
  })
  void read_everyType(String type, String data, String values) throws IOException {
    Idx idx = Idx.read(file("0000" + type + "01" + "00000002" + data));
    float[] expected = new float[2];
    for (int i = 0; i < 2; i++) {
      expected[i] = Float.parseFloat(values.split(",", -1)[i]);
    }
    assertThat(idx.toArray().toFloatArray()).isEqualTo(expected);
    assertThat(idx.size()).isEqualTo(2);
    if (idx.type() != Idx.Type.F32 && idx.type() != Idx.Type.F64) {
      assertThat(idx.toLabels()).containsExactly((int) expected[0], (int) expected[1]);
    } else {
      assertThatThrownBy(idx::toLabels)
          .hasMessageContaining("labels are one dimension of integers");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.idx", "a.gz"})
  void write_roundTrip(String name) throws IOException {
    byte[] data = new byte[2 * 3 * 4 * 2];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 37);
    }
    Idx written = Idx.of(Idx.Type.I16, data, 2, 3, 4);
    Path file = folder.resolve(name);
    written.write(file);
    Idx read = Idx.read(file);
    assertThat(read).hasToString("I16 [2, 3, 4]");
    assertThat(read.bytes()).isEqualTo(data);
    assertThat(read.toArray().shape()).isEqualTo(Shape.of(2, 3, 4));
    assertThat(read.at(23)).isEqualTo((short) ((data[46] << 8) | (data[47] & 0xff)));
  }

  @Test
  void read_seesGzipByItsBytes() throws IOException {
    byte[] plain = HexFormat.of().parseHex("00000801" + "00000003" + "010203");
    Path misnamed = Files.write(folder.resolve("labels"), gzip(plain));
    assertThat(Idx.read(misnamed).toLabels()).containsExactly(1, 2, 3);
    misnamed = Files.write(folder.resolve("labels.gz"), plain);
    assertThat(Idx.read(misnamed).toLabels()).containsExactly(1, 2, 3);
  }

  @Test
  void read_gzipOfTwoMembers() throws IOException {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(gzip(HexFormat.of().parseHex("0000080100000003")));
    both.writeBytes(gzip(HexFormat.of().parseHex("010203")));
    Path file = Files.write(folder.resolve("labels"), both.toByteArray());
    assertThat(Idx.read(file).toLabels()).containsExactly(1, 2, 3);
  }

  @Test
  void read_noDimensionsOrEmptyOnes() throws IOException {
    assertThat(Idx.read(file("00000800" + "07")).at(0)).isEqualTo(7);
    assertThat(Idx.read(file("00000802" + "00000000" + "7fffffff")).size()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0, 'begins with 4 bytes, and this one ends before them'",
    "000008, 3, 'begins with 4 bytes, and this one ends before them'",
    "01000801, 0, 'an IDX file begins with two zero bytes'",
    "00000a01, 2, 'the type 0x0a is none of IDX''s six types'",
    "000008020000, 6, 'the file ends within its 2 dimensions'",
    "00000801ffffffff, 4, 'dimension 0 is negative: -1'",
    "000008037fffffff7fffffff7fffffff, 4, 'promise more than 2 GB of U8'",
    "00000801000000030102, 8, '[3] of U8 promise 3 bytes of data, but the file holds 2'",
    "0000080100000003010203ff, 8, 'promise 3 bytes of data, but the file holds 4'",
    "000008017fffff0001, 8, 'promise 2147483392 bytes of data, but the file holds 1'",
  })
  void read_malformed(String hex, long offset, String rule) throws IOException {
    assertRefused(file(hex), offset, rule);
  }

  @ParameterizedTest
  @CsvSource({
    "00000801000000030102, 10, 'the file ends here, 1 bytes too early'",
    "0000080100000003010203ff, 11, 'bytes follow the data that the dimensions [3] promise'",
    "000008017fffff0001, 8, 'promise 2147483392 bytes of data, but the file cannot unpack to so"
        + " many'",
    "00001801000000030102, 2, 'the type 0x18'",
  })
  void read_malformedInsideGzip(String hex, long offset, String rule) throws IOException {
    byte[] zipped = gzip(HexFormat.of().parseHex(hex));
    Path file = Files.write(folder.resolve("file"), zipped);
    assertRefused(file, offset, rule);
    assertThatThrownBy(() -> Idx.read(file)).hasMessageStartingWith(file + " (unzipped), at byte");
  }

  @Test
  void read_damagedGzip() throws IOException {
    byte[] zipped = gzip(HexFormat.of().parseHex("0000080100000003010203"));
    Path file = folder.resolve("file");
    for (int length = 2; length < zipped.length; length++) {
      Files.write(file, Arrays.copyOf(zipped, length));
      assertRefused(file, 0L, "the gzip stream is damaged");
    }
    byte[] checksum = zipped.clone();
    checksum[zipped.length - 8] ^= 1;
    Files.write(file, checksum);
    assertRefused(file, 0L, "the gzip stream is damaged: Corrupt GZIP trailer");
    for (int extra : new int[] {1, 8, 100}) {
      Files.write(file, Arrays.copyOf(zipped, zipped.length + extra));
      assertRefused(file, zipped.length, "bytes follow the end of the gzip stream");
    }
  }

  @Test
  void read_noSuchFile() {
    Path file = folder.resolve("absent");
    assertThatThrownBy(() -> Idx.read(file))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(file + ": there is no such file");
  }

  @Test
  void of_refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> Idx.of(Idx.Type.I32, new byte[5], 1))
        .hasMessage("I32 [1] takes 4 bytes, not 5");
    assertThatThrownBy(() -> Idx.of(Idx.Type.U8, new byte[1], -1))
        .hasMessage("negative dimension in [-1]");
  }

  private static void assertRefused(Path file, long offset, String rule) {
    assertThatThrownBy(() -> Idx.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(rule)
        .satisfies(e -> assertThat(((FormatException) e).offset()).isEqualTo(offset));
  }

  private Path file(String hex) throws IOException {
    return Files.write(folder.resolve("file"), HexFormat.of().parseHex(hex));
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(bytes);
    }
    return zipped.toByteArray();
  }
}
