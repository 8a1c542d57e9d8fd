package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.kernel.ChildJvm.Output;
import dev.lanewise.kernel.KernelLoad.Measure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Many JVMs, one after another, each of which runs every kernel on mixed shapes until all are warm:
 * in none may a kernel stay boxed. Half of them start as any JVM, half with {@code
 * -XX:Tier3DelayOn=0}, which makes the compilers take the order that ends badly.
 *
 * <pre>
 *   mvn -q test -Dlong -Dtest=CliffTest -pl src/tensor [-Dcliff.forks=50] [-Dcliff.jvm=OPTIONS]
 * </pre>
 *
 * runs {@code cliff.forks} JVMs of each kind, prints a line for each kernel that fell and one for
 * the whole. A kernel has fallen where a warm call allocates. One that only runs at less than a
 * third of its median rate over all JVMs is printed too, but fails nothing: another program may
 * have held the processor.
 */
@Tag("long")
@DisabledIfSystemProperty(named = Simd.PROPERTY, matches = ".*", disabledReason = "once is enough")
class CliffTest {
  private static final int FORKS = Integer.getInteger("cliff.forks", 50);
  private static final String PATIENCE_SECONDS = "60";
  private static final double SLOW = 1.0 / 3;

  /** One JVM's measures by kernel. */
  private record Fork(String name, Map<String, Measure> kernels) {}

  @Test
  void noKernelFalls() throws Exception {
    List<Fork> forks = new ArrayList<>();
    for (int i = 1; i <= FORKS; i++) {
      forks.add(fork("default " + i));
      forks.add(fork("Tier3DelayOn=0 " + i, "-XX:Tier3DelayOn=0"));
    }
    Map<String, Double> medians = medians(forks);
    List<String> boxed = new ArrayList<>();
    List<String> slow = new ArrayList<>();
    for (Fork fork : forks) {
      for (Measure kernel : fork.kernels().values()) {
        String where = "JVM " + fork.name() + ": " + kernel.name();
        double share = kernel.callsPerSecond() / medians.get(kernel.name());
        if (kernel.bytesPerCall() > 0) {
          boxed.add(where + " allocates %.0f bytes a call".formatted(kernel.bytesPerCall()));
        } else if (share < SLOW) {
          slow.add(where + " runs at %.2f of its median rate".formatted(share));
        }
      }
    }
    boxed.forEach(System.out::println);
    slow.forEach(System.out::println);
    System.out.printf(
        "%d JVMs, %d kernel calls in each: %d with a boxed kernel, %d with a slow one%n",
        forks.size(), medians.size(), jvms(boxed), jvms(slow));
    assertThat(boxed).isEmpty();
  }

  private static Fork fork(String name, String... options) throws Exception {
    List<String> all = ChildJvm.likeThisOne(options);
    String more = System.getProperty("cliff.jvm", "");
    all.addAll(Arrays.stream(more.split(" ")).filter(option -> !option.isEmpty()).toList());
    int lanes = Simd.LANES;
    Output child =
        ChildJvm.run(
            KernelLoad.class,
            all,
            PATIENCE_SECONDS,
            String.valueOf(KernelCalls.N),
            String.valueOf(lanes - 1),
            String.valueOf(12 * lanes));
    assertThat(child.code()).as(child.err()).isZero();
    Map<String, Measure> kernels = new LinkedHashMap<>();
    Measure.parse(child.err()).forEach(kernel -> kernels.put(kernel.name(), kernel));
    assertThat(kernels).isNotEmpty();
    return new Fork(name, kernels);
  }

  private static Map<String, Double> medians(List<Fork> forks) {
    return forks.getFirst().kernels().keySet().stream()
        .collect(
            Collectors.toMap(
                name -> name,
                name -> {
                  double[] rates =
                      forks.stream()
                          .mapToDouble(fork -> fork.kernels().get(name).callsPerSecond())
                          .sorted()
                          .toArray();
                  return rates[rates.length / 2];
                }));
  }

  private static long jvms(List<String> findings) {
    return findings.stream()
        .map(finding -> finding.substring(0, finding.indexOf(':')))
        .distinct()
        .count();
  }
}
