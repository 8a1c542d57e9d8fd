package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The sentences a person meets whose JVM was started wrongly, each in a JVM of its own. */
class VectorModuleTest {
  private static final String[] WITH_MODULE = {"--add-modules", "jdk.incubator.vector"};

  static final class RequireMain {
    private RequireMain() {}

    public static void main(String[] args) {
      VectorModule.require();
      System.out.println("required");
    }
  }

  static final class SimdMain {
    private SimdMain() {}

    public static void main(String[] args) {
      System.out.println(Simd.BITS + " bits, " + Simd.why());
    }
  }

  @Test
  void require_here() {
    assertThatCode(VectorModule::require).doesNotThrowAnyException();
  }

  @Test
  void require_withTheModule() throws Exception {
    assertThat(fork(RequireMain.class, WITH_MODULE)).contains("required");
  }

  @Test
  void require_withoutTheModule() throws Exception {
    assertThat(fork(RequireMain.class))
        .contains(
            "IllegalStateException: Lanewise needs the Vector API: start java with --add-modules"
                + " jdk.incubator.vector")
        .doesNotContain("required");
  }

  @Test
  void width_forced() throws Exception {
    assertThat(fork(SimdMain.class, forced("128")))
        .contains("128 bits, forced by -Ddev.lanewise.vectorBits");
  }

  @Test
  void width_notAWidth() throws Exception {
    assertThat(fork(SimdMain.class, forced("wide")))
        .contains("-Ddev.lanewise.vectorBits must be 128, 256 or 512, not 'wide'");
  }

  private static String[] forced(String bits) {
    return new String[] {WITH_MODULE[0], WITH_MODULE[1], "-D" + Simd.PROPERTY + "=" + bits};
  }

  /** Runs a main class and returns what it printed. */
  private static String fork(Class<?> main, String... options)
      throws IOException, InterruptedException, URISyntaxException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add("-cp");
    command.add(root(VectorModule.class) + File.pathSeparator + root(main));
    command.add(main.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return printed;
  }

  /** The folder a class was loaded from, also where it was patched into a module. */
  private static Path root(Class<?> type) throws URISyntaxException {
    String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
    return Path.of(type.getResource(file).toURI()).resolve("../../../..").normalize();
  }
}
