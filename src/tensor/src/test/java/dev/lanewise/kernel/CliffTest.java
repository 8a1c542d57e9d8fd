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
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Many JVMs, one after another, each of which runs every kernel on mixed shapes until all are warm:
 * in none may a kernel stay boxed. A third of them start as any JVM, a third with {@code
 * -XX:Tier3DelayOn=0}, which makes the compilers take the order that ends badly, and a third run
 * every kernel in memory of every kind.
 *
 * <pre>
 *   mvn -q test -Dlong -Dtest=CliffTest -pl src/tensor [-Dcliff.forks=50] [-Dcliff.jvm=OPTIONS]
 * </pre>
 *
 * runs {@code cliff.forks} JVMs of each kind, prints a line for each kernel that fell, once its JVM
 * has ended, and one for the whole. A kernel has fallen where a warm call allocates. One that only
 * runs at less than a third of its median rate over all JVMs of its kind is printed too, but fails
 * nothing: another program may have held the processor.
 */
@Tag("long")
@DisabledIfSystemProperty(named = Simd.PROPERTY, matches = ".*", disabledReason = "once is enough")
class CliffTest {
  private static final int FORKS = Integer.getInteger("cliff.forks", 50);
  private static final String PATIENCE_SECONDS = "180";
  private static final double SLOW = 1.0 / 3;

  /** JVMs with the same options and load. */
  private record Kind(String name, List<String> options, List<String> load) {}

  private static final List<String> LENGTHS =
      Stream.of(KernelCalls.N, Simd.LANES - 1, 12 * Simd.LANES).map(String::valueOf).toList();

  private static final List<Kind> KINDS =
      List.of(
          new Kind("default", List.of(), LENGTHS),
          new Kind("Tier3DelayOn=0", List.of("-XX:Tier3DelayOn=0"), LENGTHS),
          // Confined memory is the calling thread's alone.
          new Kind("mixed", List.of("-Ddev.lanewise.threads=1"), List.of(KernelLoad.MIXED)));

  /** One JVM's measures by kernel: the worst of those in several kinds of memory. */
  private record Fork(Kind kind, String name, Map<String, Measure> kernels) {
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
      for (Kind kind : KINDS) {
        Fork fork = fork(kind.name() + " " + i, kind);
        forks.add(fork);
        fork.boxed().forEach(System.out::println);
        boxed.addAll(fork.boxed());
      }
    }
    List<String> slow = new ArrayList<>();
    for (Kind kind : KINDS) {
      List<Fork> alike = forks.stream().filter(fork -> fork.kind().equals(kind)).toList();
      Map<String, Double> medians = medians(alike);
      System.out.printf("%d JVMs %s: %d kernels%n", alike.size(), kind.name(), medians.size());
      alike.forEach(fork -> slow.addAll(fork.slow(medians)));
    }
    slow.forEach(System.out::println);
    System.out.printf(
        "%d JVMs: %d with a boxed kernel, %d with a slow one%n",
        forks.size(), jvms(boxed), jvms(slow));
    assertThat(boxed).isEmpty();
  }

  private static Fork fork(String name, Kind kind) throws Exception {
    List<String> options = ChildJvm.likeThisOne(kind.options().toArray(String[]::new));
    String more = System.getProperty("cliff.jvm", "");
    options.addAll(Arrays.stream(more.split(" ")).filter(option -> !option.isEmpty()).toList());
    List<String> arguments = new ArrayList<>(List.of(PATIENCE_SECONDS));
    arguments.addAll(kind.load());
    Output child = ChildJvm.run(KernelLoad.class, options, arguments.toArray(String[]::new));
    assertThat(child.code()).as(child.err()).isZero();
    Map<String, Measure> kernels = new LinkedHashMap<>();
    Measure.parse(child.err())
        .forEach(kernel -> kernels.merge(kernel.name(), kernel, Measure::worse));
    assertThat(kernels).isNotEmpty();
    return new Fork(kind, name, kernels);
  }

  private static Map<String, Double> medians(List<Fork> forks) {
    Map<String, List<Double>> rates =
        forks.stream()
            .flatMap(fork -> fork.kernels().values().stream())
            .collect(
                Collectors.groupingBy(
                    Measure::name,
                    Collectors.mapping(Measure::callsPerSecond, Collectors.toList())));
    return rates.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                kernel -> {
                  List<Double> sorted = kernel.getValue().stream().sorted().toList();
                  return sorted.get(sorted.size() / 2);
                }));
  }

  private static long jvms(List<String> findings) {
    return findings.stream()
        .map(finding -> finding.substring(0, finding.indexOf(':')))
        .distinct()
        .count();
  }
}
