package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The caches' sizes, read from folders such as Linux has. */
class CachesTest {
  private static final long USUAL = 7;

  @TempDir Path folder;

  private void cache(int index, String level, String type, String size) throws IOException {
    Path cache = Files.createDirectory(folder.resolve("index" + index));
    Files.writeString(cache.resolve("level"), level + "\n");
    Files.writeString(cache.resolve("type"), type + "\n");
    Files.writeString(cache.resolve("size"), size + "\n");
  }

  @Test
  void size_ofEachLevel() throws IOException {
    cache(0, "1", "Data", "48K");
    cache(1, "1", "Instruction", "32K");
    cache(2, "2", "Unified", "1024K");
    cache(3, "3", "Unified", "32768K");
    assertThat(Caches.size(folder, 1, USUAL)).isEqualTo(48 << 10);
    assertThat(Caches.size(folder, 2, USUAL)).isEqualTo(1 << 20);
    assertThat(Caches.size(folder, 3, USUAL)).isEqualTo(32 << 20);
    assertThat(Caches.size(folder, 4, USUAL)).isEqualTo(USUAL);
  }

  @Test
  void size_notOfInstructions() throws IOException {
    cache(0, "1", "Instruction", "32K");
    assertThat(Caches.size(folder, 1, USUAL)).isEqualTo(USUAL);
    cache(1, "1", "Data", "48K");
    assertThat(Caches.size(folder, 1, USUAL)).isEqualTo(48 << 10);
  }

  @ParameterizedTest
  @CsvSource({"512, 512", "96K, 98304", "3M, 3145728", "2G, 2147483648"})
  void size_inEachUnit(String size, long bytes) throws IOException {
    cache(2, "2", "Unified", size);
    assertThat(Caches.size(folder, 2, USUAL)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "12X", "K", "-1K", "1.5M", "0K", "12KB", "1 M", "99999999999999999999"})
  void size_malformed(String size) throws IOException {
    cache(2, "2", "Unified", size);
    assertThat(Caches.size(folder, 2, USUAL)).isEqualTo(USUAL);
  }

  @Test
  void size_missing() throws IOException {
    assertThat(Caches.size(folder.resolve("none"), 2, USUAL)).isEqualTo(USUAL);
    cache(2, "2", "Unified", "1M");
    Files.delete(folder.resolve("index2/size"));
    assertThat(Caches.size(folder, 2, USUAL)).isEqualTo(USUAL);
  }

  @Test
  void here_bothArePositive() {
    assertThat(Caches.L2).isPositive();
    assertThat(Caches.L3).isPositive();
  }
}
