package dev.lanewise.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the peers' native libraries read from the environment when they are loaded. */
final class PeerEnvironment {
  private static final String AMD = "AuthenticAMD";

  private PeerEnvironment() {}

  /**
   * Returns the variables that let the peers do what they can on this machine, with one thread
   * until a benchmark asks for more. OpenBLAS takes AMD processors that are newer than itself for
   * ones of AVX2; where they have what its kernels for Cooper Lake need, it is told to use those.
   *
   * @param root the folder of {@code proc/cpuinfo}, which is / but in tests
   */
  static Map<String, String> of(Path root) throws IOException {
    Map<String, String> variables = new TreeMap<>();
    variables.put("OMP_NUM_THREADS", "1");
    variables.put("MKL_NUM_THREADS", "1");
    Path processors = root.resolve("proc/cpuinfo");
    List<String> lines = Files.isReadable(processors) ? Files.readAllLines(processors) : List.of();
    if (has(lines, "vendor_id", AMD) && has(lines, "flags", "avx512_bf16")) {
      variables.put("OPENBLAS_CORETYPE", "Cooperlake");
    }
    return variables;
  }

  /** Returns those of this machine's variables that this process's environment does not have. */
  static Map<String, String> missing() throws IOException {
    Map<String, String> missing = of(Path.of("/"));
    missing.keySet().removeAll(System.getenv().keySet());
    return missing;
  }

  private static boolean has(List<String> lines, String field, String word) {
    return lines.stream()
        .filter(line -> line.startsWith(field))
        .anyMatch(line -> List.of(line.split("[\\s:]+", -1)).contains(word));
  }
}
