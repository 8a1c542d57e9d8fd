package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.kernel.Jvm.Flag;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The self-check names the option at fault, in JVMs that were started with it. */
@DisabledIfSystemProperty(named = Simd.PROPERTY, matches = ".*", disabledReason = "once is enough")
class SelfCheckTest {
  static final class FindingsMain {
    private FindingsMain() {}

    public static void main(String[] args) {
      Jvm.current().findings().forEach(System.out::println);
    }
  }

  static final class CheckMain {
    private CheckMain() {}

    public static void main(String[] args) {
      SelfCheck check = SelfCheck.run();
      System.out.println("sound: " + check.sound());
      check.findings().forEach(System.out::println);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-Xint | The compiler C2 is off (interpreted mode",
        "-XX:TieredStopAtLevel=1 | remove -XX:TieredStopAtLevel=1.",
        "-XX:TieredStopAtLevel=3 | remove -XX:TieredStopAtLevel=3.",
        "-XX:CompilationMode=quick-only | remove -XX:CompilationMode.",
        "-XX:MaxVectorSize=16 | -XX:MaxVectorSize=16 may keep vectors narrower",
        "-XX:+UnlockExperimentalVMOptions -XX:-EnableVectorSupport | -XX:-EnableVectorSupport: C2",
        "-XX:-UseFMA | Multiply-adds are done in software",
        "-XX:-Inline | -XX:-Inline: no method is inlined",
        "-XX:-DoEscapeAnalysis | -XX:-DoEscapeAnalysis: C2 keeps vectors as objects",
        "-XX:MaxInlineLevel=2 | -XX:MaxInlineLevel=2 is less than the usual 15",
        "-XX:ReservedCodeCacheSize=8m | -XX:ReservedCodeCacheSize=8388608 is less than",
        "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=y | A debugger may attach",
      })
  void findings_nameTheOption(String options, String sentence) throws Exception {
    List<String> all = ChildJvm.likeThisOne();
    all.addAll(Arrays.asList(options.split(" ")));
    assertThat(ChildJvm.run(FindingsMain.class, all).all()).contains(sentence);
  }

  @Test
  void check_withoutC2() throws Exception {
    String printed = ChildJvm.run(CheckMain.class, ChildJvm.likeThisOne("-Xint")).all();
    assertThat(printed).contains("sound: false", "remove -Xint");
  }

  /** Where C2 does not know vectors every kernel is boxed: the check sees it by running them. */
  @Test
  void check_boxedKernels() throws Exception {
    check_boxedKernels("-XX:+UnlockExperimentalVMOptions", "-XX:-EnableVectorSupport");
  }

  @Test
  @Tag("long")
  void check_nothingInlined() throws Exception {
    check_boxedKernels("-XX:-Inline");
  }

  private static void check_boxedKernels(String... options) throws Exception {
    String printed = ChildJvm.run(CheckMain.class, ChildJvm.likeThisOne(options)).all();
    assertThat(printed)
        .contains("sound: false")
        .containsPattern("allocate up to \\d{5,} bytes a call: matrix product, ");
  }

  @Test
  void findings_none() {
    assertThat(jvm("25.0.3+9", "OpenJDK 64-Bit Server VM", Map.of(), false).findings()).isEmpty();
    assertThat(jvm("26", "Java HotSpot(TM) 64-Bit Server VM", Map.of(), false).findings())
        .isEmpty();
  }

  @Test
  void findings_javaBefore25_0_3() {
    for (String version : new String[] {"25", "25.0.1+8", "25.0.2"}) {
      assertThat(jvm(version, "OpenJDK", Map.of(), false).findings())
          .singleElement()
          .asString()
          .contains("JDK-8377811");
    }
  }

  @Test
  void findings_ofOtherJvms() {
    assertThat(jvm("25.0.3", "Eclipse OpenJ9 VM", Map.of(), false).findings())
        .containsExactly(
            "Eclipse OpenJ9 VM is not HotSpot, whose compiler C2 the kernels are written for; they"
                + " may run many times slower.");
    Map<String, Flag> graal = Map.of("UseJVMCICompiler", new Flag("true", true));
    assertThat(jvm("25.0.3", "OpenJDK", graal, false).findings())
        .singleElement()
        .asString()
        .startsWith("-XX:+UseJVMCICompiler puts another compiler in C2's place");
  }

  @Test
  void findings_fullCodeCache() {
    assertThat(jvm("25.0.3", "OpenJDK", Map.of(), true).findings())
        .containsExactly(
            "The code cache is full, so new code stays slow; enlarge it with"
                + " -XX:ReservedCodeCacheSize.");
  }

  private static Jvm jvm(String version, String name, Map<String, Flag> flags, boolean full) {
    return new Jvm(Runtime.Version.parse(version), name, "mixed mode", List.of(), flags, full);
  }
}
