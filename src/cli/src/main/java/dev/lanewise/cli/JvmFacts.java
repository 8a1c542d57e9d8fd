package dev.lanewise.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.Runtime.Version;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/** What tells how fast, and how soundly, this Java will run vector code. */
record JvmFacts(Version version, String mode, Optional<String> lastTier, Optional<String> fma) {
  private static final Version MENDED = Version.parse("25.0.3");
  private static final int C2 = 4;

  /** The facts of the Java that runs this. */
  static JvmFacts ofThisJvm() {
    return new JvmFacts(
        Runtime.version(),
        System.getProperty("java.vm.info", ""),
        option("TieredStopAtLevel"),
        option("UseFMA"));
  }

  private static Optional<String> option(String name) {
    try {
      HotSpotDiagnosticMXBean hotSpot =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return hotSpot == null ? Optional.empty() : Optional.of(hotSpot.getVMOption(name).getValue());
    } catch (IllegalArgumentException | LinkageError e) {
      // Another JVM, another processor or a trimmed runtime may not have the option.
      return Optional.empty();
    }
  }

  /** Whether this Java has the defect of its garbage collector that 25.0.3 mends. */
  boolean hasPinningBug() {
    return version.feature() == MENDED.feature() && version.compareToIgnoreOptional(MENDED) < 0;
  }

  /**
   * Whether the optimizing compiler C2, which alone makes vector code of the kernels, is at work.
   */
  boolean hasC2() {
    return !mode.contains("interpreted")
        && lastTier.map(tier -> Integer.parseInt(tier) >= C2).orElse(true);
  }
}
