package dev.lanewise.cli;

import dev.lanewise.kernel.Roofline;
import dev.lanewise.kernel.SelfCheck;
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
          + " exit code is 1 where the kernels do not run as they should."
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExample:%n",
    footer = "  lanewise doctor")
final class DoctorCommand implements Callable<Integer> {
  /** More than any processor's cache, so that the bandwidth is that of memory. */
  private static final long BYTES_READ = 512L << 20;

  private final Screen screen;

  DoctorCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() {
    SelfCheck check = SelfCheck.run();
    List<List<String>> facts = new ArrayList<>();
    addJava(facts);
    addLimits(facts);
    addSpeeds(facts, check);
    screen.out().print(Text.table(2, facts));
    screen.out().println();
    List<String> warnings = warnings(check);
    warnings.forEach(warning -> screen.out().println("WARNING: " + warning));
    if (warnings.isEmpty()) {
      screen.out().println("No warnings.");
    }
    return check.sound() ? 0 : 1;
  }

  private static void addJava(List<List<String>> facts) {
    facts.add(List.of("lanewise", Version.NUMBER));
    facts.add(List.of("Java", Runtime.version() + ", " + System.getProperty("java.vendor")));
    facts.add(
        List.of(
            "",
            System.getProperty("java.vm.name") + ", " + System.getProperty("java.vm.info", "")));
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

  private static void addSpeeds(List<List<String>> facts, SelfCheck check) {
    if (Double.isNaN(check.peakGflops())) {
      facts.add(List.of("speed", "not measured: it would take minutes"));
      return;
    }
    int threads = Workers.threads();
    facts.add(List.of("FMA peak", gflops(check.peakGflops()) + " on 1 thread"));
    if (threads > 1) {
      double peakOfAll = Roofline.peakGflops(threads);
      facts.add(List.of("", gflops(peakOfAll) + " on " + Text.count(threads, "thread")));
    }
    facts.add(
        List.of(
            "matrix product",
            String.format(
                Locale.ROOT,
                "%s on 1 thread, %.0f%% of the peak",
                gflops(check.productGflops()),
                100 * check.productGflops() / check.peakGflops())));
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

  private static List<String> warnings(SelfCheck check) {
    List<String> warnings = new ArrayList<>(check.findings());
    if (Simd.forced()) {
      warnings.add(
          "The vector width is forced to "
              + Simd.BITS
              + " bits; without -D"
              + Simd.PROPERTY
              + " the machine chooses its own.");
    }
    return warnings;
  }
}
