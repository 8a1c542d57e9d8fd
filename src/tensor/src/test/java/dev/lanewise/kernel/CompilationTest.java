package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.lanewise.kernel.ChildJvm.Output;
import dev.lanewise.kernel.KernelCalls.KernelCall;
import dev.lanewise.kernel.KernelLoad.Measure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every kernel, warm in a JVM of its own, is C2's work and allocates nothing.
 *
 * <p>A kernel that one of the compilers refuses may stay boxed for as long as the JVM lives, and
 * then runs a hundred times slower: in one start of several, since it depends on how busy the
 * compilers were. Two signs show it in every start: the refusal is recorded, and a warm call
 * allocates. One with so many nodes that C2 leaves a call in its loop runs several times slower.
 * With {@code -XX:Tier3DelayOn=0} the compilers take the order that most often ends so.
 */
@DisabledIfSystemProperty(named = Simd.PROPERTY, matches = ".*", disabledReason = "once is enough")
class CompilationTest {
  /** Far more than the warm-up of every kernel takes on one slow processor. */
  private static final String PATIENCE_SECONDS = "240";

  /** The program of the child: it prints what is wrong, each on a line that begins so. */
  static final class Main {
    private static final String MARK = "! ";

    private Main() {}

    /** Arguments: the seconds after which it gives up waiting, and what {@link KernelLoad} runs. */
    public static void main(String[] args) throws IOException {
      String what = args[1];
      boolean all = KernelLoad.isAllKernels(what);
      Set<String> kernels = all ? KernelMethods.all() : Set.of("BadKernels::" + what);
      CompilationLog log = new CompilationLog();
      try (RecordingStream recorder = log.listen()) {
        List<KernelCall> calls = KernelLoad.calls(List.of(what));
        KernelLoad.warm(
            calls,
            Double.parseDouble(args[0]),
            cold -> (!all || cold.isEmpty()) && log.settled(kernels));
        for (Measure kernel : KernelLoad.measure(calls)) {
          if (kernel.bytesPerCall() > 0) {
            long bytes = Math.round(kernel.bytesPerCall());
            System.out.println(MARK + kernel.name() + " allocates " + bytes + " bytes a call");
          }
        }
        recorder.stop();
      }
      log.findings(kernels).forEach(finding -> System.out.println(MARK + finding));
    }

    static List<String> findings(Output child) {
      assertThat(child.code()).as(child.err()).isZero();
      Stream<String> lines = child.out().lines().filter(line -> line.startsWith(MARK));
      return lines.map(line -> line.substring(MARK.length())).toList();
    }
  }

  @Test
  void kernels_areCompiled_inTheBadOrder() throws Exception {
    assertThat(KernelMethods.all())
        .contains("ZeroTiles::tile4x4", "Pack::column", "Update::adamLoop", "Gemv::restOfRows");
    Map<String, Integer> loops = KernelMethods.carryingLoops();
    assertThat(loops)
        .containsKeys("ZeroTiles::tile4x4", "Gemv::restOfRows", "SoftmaxRows::expQuick")
        .doesNotContainKeys("Pack::column", "Update::adamLoop", "Gemv::eightRows");
    assertThat(loadLogged(loops, String.valueOf(KernelCalls.N), "-XX:Tier3DelayOn=0")).isEmpty();
  }

  @Test
  void kernels_areCompiled_whateverMemoryTheyMeet() throws Exception {
    assertThat(load(KernelLoad.MIXED)).isEmpty();
  }

  /** Profiles are shared by all users of the Vector API, and may say anything. */
  @Test
  void kernels_needNoProfileOfTheVectorsTheyMeet() throws Exception {
    assertThat(load(String.valueOf(KernelCalls.N), "-XX:TypeProfileWidth=0")).isEmpty();
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({"128, 0", "128, 5", "256, 0", "256, 5", "512, 5"})
  void kernels_areCompiled(int bits, int delay) throws Exception {
    if (bits <= Simd.BITS) {
      String n = String.valueOf(5 * bits / Float.SIZE + 3);
      String width = "-D" + Simd.PROPERTY + "=" + bits;
      assertThat(load(n, width, "-XX:Tier3DelayOn=" + delay)).isEmpty();
    }
  }

  /** Otherwise C2 compiles its loop without knowing them where it inlines it early. */
  @Test
  void kernels_castTheirSegments() throws IOException {
    assertThat(KernelMethods.uncast()).isEmpty();
  }

  /** What these tests are there to catch, they catch. */
  @Test
  void tooWide_isCaught() throws Exception {
    assertThat(load("wide", "-XX:Tier3DelayOn=0"))
        .anyMatch(finding -> finding.startsWith("BadKernels::wide was refused at tier 3: out of"));
  }

  @Test
  void tooManyNodes_areCaught() throws Exception {
    assertThat(loadLogged(Map.of("BadKernels::deep", Integer.MAX_VALUE), "deep"))
        .singleElement(STRING)
        .matches(
            "BadKernels::deep makes a vector of its loop after 1[789],\\d+ nodes of C2's 18,000");
  }

  @Test
  void helperNotInlined_isCaught() throws Exception {
    assertThat(
            load("helped", "-XX:CompileCommand=dontinline,dev.lanewise.kernel.BadKernels::helper"))
        .anyMatch(finding -> finding.matches("helped allocates [1-9]\\d+ bytes a call"));
  }

  @Test
  void forgottenKernel_andCallInOne_areCaught() {
    CompilationLog log = new CompilationLog();
    log.compiled("Gemm::slow", 3, true, 1);
    log.compiled("Gemm::good", 4, true, 2);
    log.inlined("Gemm::small");
    log.called("Unsafe::get", 3);
    log.compiled("Gemm::large", 4, true, 3);
    log.called("Unsafe::get", 4);
    log.compiled("Gemm::again", 4, true, 4);
    log.compiled("Gemm::again", 4, true, 5);
    Set<String> kernels =
        Set.of(
            "Gemm::forgotten",
            "Gemm::slow",
            "Gemm::good",
            "Gemm::small",
            "Gemm::large",
            "Gemm::again");
    assertThat(log.findings(kernels))
        .containsExactly(
            "Gemm::forgotten is reached by none of KernelCalls",
            "Gemm::large has too many nodes for C2 to inline Unsafe::get",
            "Gemm::slow never reached C2");
  }

  /** As {@link #load}, and what {@link InliningLog} finds in the compilers' log. */
  private static List<String> loadLogged(
      Map<String, Integer> loopEnds, String what, String... options) throws Exception {
    Path log = Files.createTempFile("compilation", ".log");
    try {
      List<String> all = new ArrayList<>(InliningLog.options(log));
      all.addAll(List.of(options));
      List<String> findings = new ArrayList<>(load(what, all.toArray(String[]::new)));
      findings.addAll(InliningLog.findings(log, loopEnds));
      return findings;
    } finally {
      Files.delete(log);
    }
  }

  private static List<String> load(String what, String... options) throws Exception {
    List<String> all = ChildJvm.likeThisOne(options);
    all.add("-Ddev.lanewise.threads=1");
    return Main.findings(ChildJvm.run(Main.class, all, PATIENCE_SECONDS, what));
  }
}
