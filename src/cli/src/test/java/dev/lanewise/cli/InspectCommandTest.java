package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.cli.Cli.Run;
import dev.lanewise.data.SyntheticDigits;
import dev.lanewise.io.Npy;
import dev.lanewise.io.SafeTensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InspectCommandTest {
  @TempDir private Path temp;

  @Test
  void safetensors() throws IOException {
    Path file = temp.resolve("x.safetensors");
    Map<String, NDArray> tensors =
        Map.of("a", NDArray.zeros(Shape.of(2, 3)), "b", NDArray.zeros(Shape.SCALAR));
    SafeTensors.write(file, tensors, Map.of("maker", "a\u001b[31mtest"));
    Run run = Cli.run("inspect", file);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .containsExactly(
            "tensor  dtype  shape   bytes  from  to",
            "a       F32    [2, 3]     24     0  24",
            "b       F32    []          4    24  28",
            "",
            "2 tensors, 7 elements, 28 B of data, " + Files.size(file) + " B in all",
            "",
            "maker  a?[31mtest");
  }

  @Test
  void npy() throws IOException {
    Path file = temp.resolve("x.npy");
    Npy.write(file, NDArray.zeros(Shape.of(4, 5)));
    assertThat(Cli.run("inspect", file).out())
        .isEqualToNormalizingNewlines("npy  F32 [4, 5], C order\n");
    Npy.write(file, NDArray.zeros(Shape.of(4)));
    assertThat(Cli.run("inspect", file).out()).contains("F32 [4],");
    Npy.write(file, NDArray.zeros(Shape.SCALAR));
    assertThat(Cli.run("inspect", file).out()).contains("F32 [],");
  }

  @Test
  void idx() throws IOException {
    for (String name : new String[] {"x", "x.gz"}) {
      Path file = temp.resolve(name);
      Digits.writeImages(file, SyntheticDigits.generate(3, 1));
      assertThat(Cli.run("inspect", file).out().strip()).isEqualTo("IDX  U8 [3, 28, 28]");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | takes 8 bytes, but its"
            + " offsets span 4",
        "{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}} | unknown dtype \"F33\"",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | ends at 8, but the file"
            + " holds only 4",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}} | the last tensor ends at"
            + " 0",
        "{\"a\":} | the header is not valid JSON",
        "[1,2] | the header does not begin with '{'",
      })
  void malformedSafetensors(String header, String rule) throws IOException {
    Path file = temp.resolve("x.safetensors");
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    Files.write(
        file,
        ByteBuffer.allocate(8 + json.length + 4)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .array());
    assertRefused(file, rule);
  }

  @Test
  void safetensorsCutShort() throws IOException {
    Path file = temp.resolve("x.safetensors");
    SafeTensors.write(file, Map.of("a", NDArray.zeros(Shape.of(9))), Map.of());
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 7, 9, whole.length / 2, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(file, file + ", at byte ");
    }
  }

  @Test
  void noFile() {
    Path none = temp.resolve("none");
    assertRefused(none, "there is no " + none);
    assertRefused(temp, temp + " is not a plain file");
  }

  private static void assertRefused(Path file, String rule) {
    Run run = Cli.run("inspect", file);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains(rule);
  }
}
