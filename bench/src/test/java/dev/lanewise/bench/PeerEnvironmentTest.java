package dev.lanewise.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerEnvironmentTest {
  private static final Map<String, String> ONE_THREAD =
      Map.of("OMP_NUM_THREADS", "1", "MKL_NUM_THREADS", "1");

  @TempDir private Path root;

  @Test
  void of_oneThread() throws IOException {
    assertThat(PeerEnvironment.of(root)).isEqualTo(ONE_THREAD);
    assertThat(of("GenuineIntel", "avx512f avx512_bf16")).isEqualTo(ONE_THREAD);
    assertThat(of("AuthenticAMD", "avx avx2")).isEqualTo(ONE_THREAD);
  }

  @Test
  void of_openBlasOnAmdWithAvx512() throws IOException {
    assertThat(of("AuthenticAMD", "avx2 avx512f avx512_bf16 clflushopt"))
        .containsAllEntriesOf(ONE_THREAD)
        .containsEntry("OPENBLAS_CORETYPE", "Cooperlake");
  }

  private Map<String, String> of(String vendor, String flags) throws IOException {
    Path file = root.resolve("proc/cpuinfo");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file, "processor\t: 0\nvendor_id\t: " + vendor + "\nflags\t\t: fpu " + flags + "\n");
    return PeerEnvironment.of(root);
  }
}
