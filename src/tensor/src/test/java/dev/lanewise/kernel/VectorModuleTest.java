package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The sentences a person meets whose JVM was started wrongly, each in a JVM of its own. */
@DisabledIfSystemProperty(named = Simd.PROPERTY, matches = ".*", disabledReason = "once is enough")
class VectorModuleTest {
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
    assertThat(fork(RequireMain.class, ChildJvm.VECTORS)).contains("required");
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
    return new String[] {
      ChildJvm.VECTORS[0], ChildJvm.VECTORS[1], "-D" + Simd.PROPERTY + "=" + bits
    };
  }

  private static String fork(Class<?> main, String... options)
      throws IOException, InterruptedException {
    return ChildJvm.run(main, List.of(options)).all();
  }
}
