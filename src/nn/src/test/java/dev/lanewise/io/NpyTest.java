package dev.lanewise.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NpyTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "1", "7", "2,3", "1,1,1", "3,0,2", "2,3,4,5"})
  void write_roundTrip(String shape) throws IOException {
    int[] dims =
        shape.isEmpty()
            ? new int[0]
            : Arrays.stream(shape.split(",", -1)).mapToInt(Integer::parseInt).toArray();
    NDArray array = NDArray.zeros(Shape.of(dims));
    for (int i = 0; i < array.size(); i++) {
      array.reshape(-1).set(i * 0.5f - 3, i);
    }
    Path file = folder.resolve("a.npy");
    Npy.write(file, array);
    assertThat(Files.size(file)).isEqualTo(128 + 4 * array.size());
    NDArray read = Npy.read(file);
    assertThat(read.shape()).isEqualTo(array.shape());
    assertThat(read.toFloatArray()).isEqualTo(array.toFloatArray());
    assertThat(Npy.header(file))
        .isEqualTo(new Npy.Header(DType.F32, Arrays.stream(dims).boxed().toList(), false));
  }

  @Test
  void write_asNumpyDoes() throws IOException {
    Path file = folder.resolve("a.npy");
    Npy.write(file, NDArray.of(new float[] {1}, 1));
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
        .isEqualTo(
            "\u0093NUMPY\1\0v\0" + header + " ".repeat(117 - header.length()) + "\n\0\0\u0080?");
  }

  @ParameterizedTest
  @CsvSource({
    "'|b1', 000107, '0,1,1'",
    "'|i1', 00ff80, '0,-1,-128'",
    "'|u1', 00ff80, '0,255,128'",
    "'<i2', 0000ffff0001, '0,-1,256'",
    "'>i2', 0000ffff0001, '0,-1,1'",
    "'<u2', 0000ffff0001, '0,65535,256'",
    "'<i4', 00000000fefffffff0000000, '0,-2,240'",
    "'>u4', 00000000ffffff0000000001, '0,4294967040,1'",
    "'<i8', 0000000000000000ffffffffffffffff0001000000000000, '0,-1,256'",
    "'<u8', 000000000000000000000000000000800100000000000000, '0,9223372036854775808,1'",
    "'<f2', 0000003c00c5, '0,1,-5'",
    "'>f4', 000000003f800000c0000000, '0,1,-2'",
    "'<f8', 0000000000000000000000000000f03f00000000000000c0, '0,1,-2'",
  })
  void read_types(String descr, String hex, String values) throws IOException {

    Path file = file(1, header(descr, "False", "(3,)"), HexFormat.of().parseHex(hex));
    float[] expected = new float[3];
    for (int i = 0; i < 3; i++) {
      expected[i] = Float.parseFloat(values.split(",", -1)[i]);
    }
    assertThat(Npy.read(file).toFloatArray()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void read_versions(int version) throws IOException {
    Path file = file(version, header("|u1", "False", "(1, 2)"), new byte[] {3, 4});
    assertThat(Npy.read(file).toFloatArray()).containsExactly(3, 4);
  }

  @Test
  void read_fortranOrder() throws IOException {
    byte[] data = new byte[24];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) i;
    }
    NDArray array = Npy.read(file(1, header("|u1", "True", "(2, 3, 4)"), data));
    assertThat(array.shape()).isEqualTo(Shape.of(2, 3, 4));
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 4; k++) {
          assertThat(array.get(i, j, k)).isEqualTo(i + 2 * (j + 3 * k));
        }
      }
    }
    assertThat(
            Npy.read(file(1, header("|u1", "True", "(3,)"), new byte[] {1, 2, 3})).toFloatArray())
        .containsExactly(1, 2, 3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "{'descr': '|O', 'fortran_order': False, 'shape': (3,), } ~ holds Python objects, which are"
            + " never unpickled",
        "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (3,), } ~ the array holds"
            + " records",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (3,), } ~ the type '<c8' cannot be read"
            + " as float32",
        "{'descr': '<U3', 'fortran_order': False, 'shape': (3,), } ~ the type '<U3' cannot be read",
        "{'descr': '|f4', 'fortran_order': False, 'shape': (3,), } ~ does not say its byte order",
        "{'descr': '=f4', 'fortran_order': False, 'shape': (3,), } ~ must begin with '<', '>' or"
            + " '|'",
        "{'descr': 'f', 'fortran_order': False, 'shape': (3,), } ~ 'f' is not a type",
        "{'descr': f4, 'fortran_order': False, 'shape': (3,), } ~ a string in quotes is expected"
            + " here",
        "{'descr': '<f4, } ~ this string has no end",
        "{'descr': '|u1', 'fortran_order': 0, 'shape': (3,), } ~ 'fortran_order' must be True or"
            + " False",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (3), } ~ written with a comma, as in"
            + " (3,)",
        "{'descr': '|u1', 'fortran_order': False, 'shape': 3, } ~ '(' is expected here",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1 3), } ~ a comma must stand between"
            + " two dimensions",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-3,), } ~ a dimension must be a whole"
            + " number, not negative",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (3L,), } ~ a comma must stand between"
            + " two dimensions",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (,), } ~ a dimension must be a whole"
            + " number",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2147483648,), } ~ a dimension is over"
            + " 2^31 - 1",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (3, ~ a dimension must be a whole"
            + " number",
        "{'descr': '|u1', 'fortran_order': False} ~ must have the keys 'descr', 'fortran_order' and"
            + " 'shape'",
        "{'descr': '|u1', 'descr': '|u1', 'shape': (3,), } ~ has the key 'descr' twice",
        "{'descr': '|u1', 'fortran_order': False, 'size': (3,), } ~ the header has the unknown key"
            + " 'size'",
        "{'descr': '|u1' 'fortran_order': False, 'shape': (3,), } ~ '}' is expected here",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }x ~ spaces and one newline at its"
            + " end",
        "['descr'] ~ '{' is expected here",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), } ~ takes 2 bytes of data, but the"
            + " file holds 3",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2),} ~ takes 16 bytes of data, but"
            + " the file holds 3",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647), }"
            + " ~ overflows",
      })
  void read_malformedHeader(String dict, String rule) throws IOException {
    Path file = file(1, dict, new byte[3]);
    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(file + ", at byte ")
        .hasMessageContaining(rule);
  }

  @Test
  void read_tooManyDimensions() throws IOException {
    String shape = "(" + "1, ".repeat(65) + ")";
    assertRefused(file(1, header("|u1", "False", shape), new byte[1]), "more than 64 dimensions");
  }

  @Test
  void read_malformedPrefix() throws IOException {
    Path good = file(1, header("|u1", "False", "(3,)"), new byte[3]);
    byte[] bytes = Files.readAllBytes(good);
    assertRefused(write(bytes, 0, 'x'), "an npy file begins with \\x93NUMPY");
    assertRefused(write(bytes, 6, 4), "the npy version is 4.0, not 1.0, 2.0 or 3.0");
    assertRefused(write(bytes, 7, 1), "the npy version is 1.1");
    assertRefused(write(bytes, 9, 255), "over the limit of 65536 or the file's own length");
    assertRefused(write(bytes, 6, 2), "over the limit of 65536 or the file's own length");
    assertRefused(write(bytes, bytes.length - 4, ' '), "one newline at its end");
    Path cut = Files.write(folder.resolve("cut.npy"), new byte[] {(byte) 0x93, 'N'});
    assertRefused(cut, "at byte 2: the file ends here, 6 bytes too early");
  }

  private static void assertRefused(Path file, String rule) {
    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(rule);
  }

  private Path write(byte[] bytes, int at, int value) throws IOException {
    byte[] changed = bytes.clone();
    changed[at] = (byte) value;
    return Files.write(folder.resolve("changed.npy"), changed);
  }

  private static String header(String descr, String fortran, String shape) {
    return "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }".formatted(descr, fortran, shape);
  }

  private Path file(int version, String dict, byte[] data) throws IOException {
    byte[] text = (dict + "  \n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer length = ByteBuffer.allocate(version == 1 ? 2 : 4).order(ByteOrder.LITTLE_ENDIAN);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes("\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1));
    bytes.write(version);
    bytes.write(0);
    if (version == 1) {
      length.putShort((short) text.length);
    } else {
      length.putInt(text.length);
    }
    bytes.writeBytes(length.array());
    bytes.writeBytes(text);
    bytes.writeBytes(data);
    return Files.write(folder.resolve("file.npy"), bytes.toByteArray());
  }
}
