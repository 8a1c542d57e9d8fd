package dev.lanewise.cli;

import dev.lanewise.kernel.Roofline;
import dev.lanewise.kernel.Simd;
import dev.lanewise.kernel.Workers;
import dev.lanewise.memory.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The command that examines the machine and the Java that run it. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    header = "Examines this machine and this Java.",
    description = {
      "Shows versions, vector width, threads and limits, and the speed that they allow, measured"
          + " now. Warnings say what slows or endangers the work; the"
          + " exit code is 0 with or without them."
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExample:%n",
    footer = "  lanewise doctor")
final class DoctorCommand implements Callable<Integer> {
  /** More than any processor's cache, so that the bandwidth is that of memory. */
  private static final long BYTES_READ = 512L << 20;

  /** Slower than this, a multiply-add is done by software. */
  private static final double SLOWEST_HARDWARE_GFLOPS = 0.5;

  private final Screen screen;

  DoctorCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    JvmFacts jvm = JvmFacts.ofThisJvm();
    List<List<String>> facts = new ArrayList<>();
    addJava(facts, jvm);
    addLimits(facts);
    double peak = Double.NaN;
    if (jvm.hasC2()) {
      peak = Roofline.peakGflops(1);
      addSpeeds(facts, jvm, peak);
    } else {
      facts.add(List.of("speed", "not measured: it would take minutes without C2"));
    }
    screen.out().print(Text.table(2, facts));
    screen.out().println();
    List<String> warnings = warnings(jvm, peak);
    warnings.forEach(warning -> screen.out().println("WARNING: " + warning));
    if (warnings.isEmpty()) {
      screen.out().println("No warnings.");
    }
    return 0;
  }

  private static void addJava(List<List<String>> facts, JvmFacts jvm) {
    facts.add(List.of("lanewise", Version.NUMBER));
    facts.add(List.of("Java", jvm.version() + ", " + System.getProperty("java.vendor")));
    facts.add(List.of("", System.getProperty("java.vm.name") + ", " + jvm.mode()));
    facts.add(
        List.of("machine", System.getProperty("os.name") + " on " + System.getProperty("os.arch")));
    facts.add(List.of("vectors", Simd.BITS + " bits, " + Simd.LANES + " floats: " + Simd.why()));
  }

  private static void addLimits(List<List<String>> facts) {
    Container container = new Container();
    Runtime runtime = Runtime.getRuntime();
    int processors = runtime.availableProcessors();
    facts.add(
        List.of(
            "threads", Workers.threads() + "; Java sees " + Text.count(processors, "processor")));
    facts.add(List.of("processor quota", container.processors().orElse("none found")));
    facts.add(List.of("memory quota", container.memory().orElse("none found")));
    facts.add(
        List.of(
            "memory limits",
            "heap "
                + Text.bytes(runtime.maxMemory())
                + "; off-heap "
                + (Memory.limit() == Long.MAX_VALUE
                    ? "none set by -Ddev.lanewise.memoryLimit"
                    : Text.bytes(Memory.limit()))));
  }

  private static void addSpeeds(List<List<String>> facts, JvmFacts jvm, double peak) {
    int threads = Workers.threads();
    String flag = jvm.fma().map(on -> ", UseFMA is " + on).orElse("");
    facts.add(
        List.of(
            "multiply-add",
            (peak < SLOWEST_HARDWARE_GFLOPS ? "in software" : "in hardware") + flag));
    facts.add(List.of("FMA peak", gflops(peak) + " on 1 thread"));
    if (threads > 1) {
      double peakOfAll = Roofline.peakGflops(threads);
      facts.add(List.of("", gflops(peakOfAll) + " on " + Text.count(threads, "thread")));
    }
    long bytes = Math.min(BYTES_READ, Runtime.getRuntime().maxMemory() / 4);
    facts.add(
        List.of(
            "memory bandwidth",
            String.format(
                Locale.ROOT,
                "%.1f GB/s reading %s on %s",
                Roofline.readGigabytes(threads, bytes),
                Text.bytes(bytes),
                Text.count(threads, "thread"))));
  }

  private static String gflops(double value) {
    return String.format(Locale.ROOT, "%.1f GFLOPS", value);
  }

  /** The warnings for a Java whose threads do {@code peak} GFLOPS each; NaN if not measured. */
  static List<String> warnings(JvmFacts jvm, double peak) {
    List<String> warnings = new ArrayList<>();
    if (jvm.hasPinningBug()) {
      warnings.add(
          "Java "
              + jvm.version()
              + " has a bug of its G1 collector with pinned objects (JDK-8377811); use 25.0.3 or"
              + " later.");
    }
    if (!jvm.hasC2()) {
      warnings.add(
          "the compiler C2 is off ("
              + jvm.mode()
              + "), and the kernels are many times slower without it; remove -Xint and"
              + " -XX:TieredStopAtLevel.");
    }
    if (Simd.forced()) {
      warnings.add(
          "the vector width is forced to "
              + Simd.BITS
              + " bits; without -D"
              + Simd.PROPERTY
              + " the machine chooses its own.");
    }
    if (peak < SLOWEST_HARDWARE_GFLOPS) {
      warnings.add(
          "multiply-adds are done in software: this machine has no FMA, or -XX:-UseFMA hides it.");
    }
    return warnings;
  }
}
