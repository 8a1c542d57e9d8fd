package dev.lanewise.kernel;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import java.lang.Runtime.Version;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What tells how fast, and how soundly, a JVM will run vector code.
 *
 * @param mode what the JVM says of its compilers, as in {@code mixed mode}
 * @param arguments the JVM's own command-line options
 * @param flags those of the flags that matter here which this JVM has
 * @param codeCacheFull whether compiled code has little room left
 */
record Jvm(
    Version version,
    String name,
    String mode,
    List<String> arguments,
    Map<String, Flag> flags,
    boolean codeCacheFull) {
  private static final Version MENDED = Version.parse("25.0.3");
  private static final String C2 = "4";
  private static final double FULL = 0.95;

  /** Switches that are on in a JVM that runs kernels well, with what is lost without them. */
  private static final Map<String, String> SWITCHES =
      Map.of(
          "EnableVectorSupport", "C2 does not know the Vector API, and every vector is an object",
          "Inline", "no method is inlined, and every vector is an object",
          "DoEscapeAnalysis", "C2 keeps vectors as objects",
          "EliminateAllocations", "C2 keeps vectors as objects",
          "UseCompiler", "nothing more is compiled",
          "UseOnStackReplacement", "a loop that is under way stays slow to its end");

  /** Limits below whose usual values C2 gives up on kernels. */
  private static final Map<String, Long> LIMITS =
      Map.of(
          "MaxInlineLevel", 15L,
          "FreqInlineSize", 325L,
          "InlineSmallCode", 2500L,
          "LiveNodeCountInliningCutoff", 40_000L,
          "MaxNodeLimit", 80_000L,
          "ReservedCodeCacheSize", 48L << 20);

  private static final List<String> WIDTHS = List.of("UseAVX", "UseSSE", "MaxVectorSize");

  /**
   * The value of a flag.
   *
   * @param chosen whether a person chose it rather than the JVM
   */
  record Flag(String value, boolean chosen) {}

  /** The JVM that runs this. */
  static Jvm current() {
    Map<String, Flag> flags = new HashMap<>();
    for (String name :
        List.of("TieredStopAtLevel", "CompilationMode", "UseFMA", "UseJVMCICompiler")) {
      read(name, flags);
    }
    SWITCHES.keySet().forEach(name -> read(name, flags));
    LIMITS.keySet().forEach(name -> read(name, flags));
    WIDTHS.forEach(name -> read(name, flags));
    return new Jvm(
        Runtime.version(),
        System.getProperty("java.vm.name", ""),
        System.getProperty("java.vm.info", ""),
        ManagementFactory.getRuntimeMXBean().getInputArguments(),
        Map.copyOf(flags),
        ManagementFactory.getMemoryPoolMXBeans().stream().anyMatch(Jvm::isFullOfCode));
  }

  private static void read(String name, Map<String, Flag> flags) {
    try {
      HotSpotDiagnosticMXBean hotSpot =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      if (hotSpot != null) {
        VMOption option = hotSpot.getVMOption(name);
        boolean chosen = option.getOrigin() != VMOption.Origin.DEFAULT;
        flags.put(
            name,
            new Flag(option.getValue(), chosen && option.getOrigin() != VMOption.Origin.ERGONOMIC));
      }
    } catch (IllegalArgumentException e) {
      // Another JVM or another processor does not have the flag.
    }
  }

  private static boolean isFullOfCode(MemoryPoolMXBean pool) {
    MemoryUsage usage = pool.getUsage();
    return pool.getName().startsWith("Code")
        && !pool.getName().contains("non-nmethods")
        && usage.getMax() > 0
        && usage.getUsed() > FULL * usage.getMax();
  }

  private Optional<String> value(String flag) {
    return Optional.ofNullable(flags.get(flag)).map(Flag::value);
  }

  /**
   * Whether the optimizing compiler C2, which alone makes vector code of the kernels, is at work.
   */
  boolean hasC2() {
    return !mode.contains("interpreted")
        && value("TieredStopAtLevel").orElse(C2).equals(C2)
        && !value("CompilationMode").orElse("").startsWith("quick-only");
  }

  /** Whether multiply-adds are the processor's work, or unknown. */
  boolean hasFma() {
    return !value("UseFMA").orElse("true").equals("false");
  }

  /** A sentence for each thing about this JVM that slows or endangers the work. */
  List<String> findings() {
    List<String> findings = new ArrayList<>();
    if (version.feature() == MENDED.feature() && version.compareToIgnoreOptional(MENDED) < 0) {
      findings.add(
          "Java "
              + version
              + " has a bug of its G1 collector with pinned objects (JDK-8377811);"
              + " use 25.0.3 or later.");
    }
    if (!hasC2()) {
      findings.add(
          "The compiler C2 is off ("
              + mode
              + "), and the kernels are many times slower without"
              + " it; remove "
              + c2Switch()
              + ".");
    }
    if (!name.contains("HotSpot") && !name.contains("OpenJDK")) {
      findings.add(
          name
              + " is not HotSpot, whose compiler C2 the kernels are written for; they may run"
              + " many times slower.");
    }
    if (value("UseJVMCICompiler").orElse("false").equals("true")) {
      findings.add(
          "-XX:+UseJVMCICompiler puts another compiler in C2's place, for which the kernels are"
              + " not written; remove it.");
    }
    if (!hasFma()) {
      findings.add(
          "Multiply-adds are done in software: this machine has no FMA, or -XX:-UseFMA or a low"
              + " -XX:UseAVX hides it.");
    }
    SWITCHES.forEach((flag, loss) -> {
      if (hasC2() && value(flag).orElse("true").equals("false")) {
        findings.add("-XX:-" + flag + ": " + loss + "; remove it.");
      }
    });
    LIMITS.forEach((flag, usual) -> {
      Flag limit = flags.get(flag);
      if (limit != null && limit.chosen() && Long.parseLong(limit.value()) < usual) {
        findings.add(
            "-XX:"
                + flag
                + "="
                + limit.value()
                + " is less than the usual "
                + usual
                + ", and C2 may give up on kernels; remove it.");
      }
    });
    for (String flag : WIDTHS) {
      Flag width = flags.get(flag);
      if (width != null && width.chosen()) {
        findings.add(
            "-XX:"
                + flag
                + "="
                + width.value()
                + " may keep vectors narrower than the machine's"
                + " own; remove it.");
      }
    }
    if (codeCacheFull) {
      findings.add(
          "The code cache is full, so new code stays slow; enlarge it with"
              + " -XX:ReservedCodeCacheSize.");
    }
    if (arguments.stream().anyMatch(argument -> argument.contains("jdwp"))) {
      findings.add(
          "A debugger may attach to this JVM (jdwp); a method with a breakpoint runs"
              + " uncompiled.");
    }
    return findings.stream().sorted().toList();
  }

  private String c2Switch() {
    if (mode.contains("interpreted")) {
      return "-Xint";
    }
    String tier = value("TieredStopAtLevel").orElse(C2);
    return tier.equals(C2) ? "-XX:CompilationMode" : "-XX:TieredStopAtLevel=" + tier;
  }
}
