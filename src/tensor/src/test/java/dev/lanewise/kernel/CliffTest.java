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
 * runs {@code cliff.forks} JVMs of each kind, prints a line for each kernel that fell, once its JVM
 * has ended, and one for the whole. A kernel has fallen where a warm call allocates. One that only
 * runs at less than a third of its median rate over all JVMs is printed too, but fails nothing:
 * another program may have held the processor.
 */
@Tag("long")
@DisabledIfSystemProperty(named = Simd.PROPERTY, matches = ".*", disabledReason = "once is enough")
class CliffTest {
  private static final int FORKS = Integer.getInteger("cliff.forks", 50);
  private static final String PATIENCE_SECONDS = "60";
  private static final double SLOW = 1.0 / 3;

  /** One JVM's measures by kernel. */
  private record Fork(String name, Map<String, Measure> kernels) {
    List<String> boxed() {
      return kernels.values().stream()
          .filter(kernel -> kernel.bytesPerCall() > 0)
          .map(kernel ->
              "JVM %s: %s allocates %.0f bytes a call"
                  .formatted(name, kernel.name(), kernel.bytesPerCall()))
          .toList();
    }

    List<String> slow(Map<String, Double> medians) {
      List<String> slow = new ArrayList<>();
      for (Measure kernel : kernels.values()) {
        double share = kernel.callsPerSecond() / medians.get(kernel.name());
        if (kernel.bytesPerCall() == 0 && share < SLOW) {
          slow.add(
              "JVM %s: %s runs at %.2f of its median rate".formatted(name, kernel.name(), share));
        }
      }
      return slow;
    }
  }

  @Test
  void noKernelFalls() throws Exception {
    List<Fork> forks = new ArrayList<>();
    List<String> boxed = new ArrayList<>();
    for (int i = 1; i <= FORKS; i++) {
      for (String[] options : new String[][] {{}, {"-XX:Tier3DelayOn=0"}}) {
        Fork fork = fork((options.length == 0 ? "default " : "Tier3DelayOn=0 ") + i, options);
        forks.add(fork);
        fork.boxed().forEach(System.out::println);
        boxed.addAll(fork.boxed());
      }
    }
    Map<String, Double> medians = medians(forks);
    List<String> slow = forks.stream().flatMap(fork -> fork.slow(medians).stream()).toList();
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
