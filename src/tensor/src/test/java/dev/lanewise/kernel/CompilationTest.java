package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lanewise.kernel.ChildJvm.Output;
import dev.lanewise.kernel.KernelLoad.Measure;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every kernel, warm in a JVM of its own, is C2's work and allocates nothing.
 *
 * <p>A kernel that one of the compilers refuses may stay boxed for as long as the JVM lives, and
 * then runs a hundred times slower: in one start of several, since it depends on how busy the
 * compilers were. Two signs show it in every start: the refusal is printed, and a warm call
 * allocates. With {@code -XX:Tier3DelayOn=0} the compilers take the order that most often ends so.
 */
class CompilationTest {
  private static final boolean LONG = System.getProperty("long") != null;

  /** Far more than the warm-up of every kernel takes on one slow processor. */
  private static final String PATIENCE_SECONDS = "120";

  /** A bad kernel never gets warm, so the wait for it is always this long. */
  private static final String BAD_PATIENCE_SECONDS = "8";

  @Test
  void kernels_areCompiled_inTheBadOrder() throws Exception {
    kernels_areCompiled("-XX:Tier3DelayOn=0");
  }

  @Test
  @Tag("long")
  void kernels_areCompiled_inTheUsualOrder() throws Exception {
    kernels_areCompiled("-XX:Tier3DelayOn=5");
  }

  private static void kernels_areCompiled(String order) throws Exception {
    assumeTrue(LONG || !Simd.forced(), "narrower vectors only with -Dlong");
    Set<String> kernels = KernelMethods.all();
    assertThat(kernels)
        .contains("MicroKernel::zero4x4", "Pack::column", "Update::adamLoop", "Gemm::strip");
    Output child = load(List.of(order), PATIENCE_SECONDS, String.valueOf(KernelCalls.N));
    assertThat(findings(child, kernels)).isEmpty();
  }

  /** What these tests are there to catch, they catch. */
  @Test
  void tooWide_isCaught() throws Exception {
    Output child = load(List.of("-XX:Tier3DelayOn=0"), BAD_PATIENCE_SECONDS, "wide");
    assertThat(findings(child, Set.of("BadKernels::wide")))
        .anyMatch(finding ->
            finding.startsWith("BadKernels::wide was refused at tier 3: COMPILE SKIPPED: out of"));
  }

  @Test
  void helperNotInlined_isCaught() throws Exception {
    Output child =
        load(
            List.of("-XX:CompileCommand=dontinline,dev.lanewise.kernel.BadKernels::helper"),
            BAD_PATIENCE_SECONDS,
            "helped");
    assertThat(findings(child, Set.of("BadKernels::helped")))
        .anyMatch(finding -> finding.matches("helped allocates [1-9]\\d+ bytes a call"));
  }

  @Test
  void forgottenKernel_isCaught() throws Exception {
    assertThat(new CompilationLog("").findings(Set.of("Gemm::forgotten")))
        .containsExactly("Gemm::forgotten is reached by none of KernelCalls");
    assertThat(
            new CompilationLog("  12   34    b  3       dev.lanewise.kernel.Gemm::slow (9 bytes)")
                .findings(Set.of("Gemm::slow")))
        .containsExactly("Gemm::slow never reached C2");
  }

  private static Output load(List<String> options, String patience, String what) throws Exception {
    List<String> all = ChildJvm.likeThisOne(CompilationLog.OPTIONS);
    all.addAll(options);
    all.add("-Ddev.lanewise.threads=1");
    Output child = ChildJvm.run(KernelLoad.class, all, patience, what);
    assertThat(child.code()).as(child.err()).isZero();
    return child;
  }

  private static List<String> findings(Output child, Set<String> kernels) {
    Stream<String> allocating =
        Measure.parse(child.err()).stream()
            .filter(kernel -> kernel.bytesPerCall() > 0)
            .map(kernel ->
                kernel.name()
                    + " allocates "
                    + Math.round(kernel.bytesPerCall())
                    + " bytes a call");
    Set<String> findings = new TreeSet<>(new CompilationLog(child.out()).findings(kernels));
    allocating.forEach(findings::add);
    return findings.stream().toList();
  }
}
