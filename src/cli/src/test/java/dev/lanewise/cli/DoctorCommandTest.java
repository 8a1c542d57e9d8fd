package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.cli.Cli.Run;
import dev.lanewise.kernel.Simd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {
  private static final double FAST = 100;

  @TempDir private Path temp;

  @Test
  void doctor() {
    Run run = Cli.run("doctor");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(
            Runtime.version().toString(),
            Simd.BITS + " bits, " + Simd.LANES + " floats: " + Simd.why())
        .containsPattern("multiply-add +in hardware")
        .containsPattern("processor quota +\\S+")
        .containsPattern("FMA peak +\\d+\\.\\d GFLOPS on 1 thread")
        .containsPattern("memory bandwidth +\\d+\\.\\d GB/s reading");
  }

  @Test
  void warnings_none() {
    if (!Simd.forced()) {
      assertThat(DoctorCommand.warnings(jvm("25.0.3+9", "mixed mode", "4"), FAST)).isEmpty();
      assertThat(DoctorCommand.warnings(jvm("26", "mixed mode", "4"), FAST)).isEmpty();
    }
  }

  @Test
  void warnings_javaBefore25_0_3() {
    for (String version : new String[] {"25", "25.0.1+8", "25.0.2"}) {
      assertThat(DoctorCommand.warnings(jvm(version, "mixed mode", "4"), FAST))
          .anyMatch(warning -> warning.contains("JDK-8377811"));
    }
  }

  @Test
  void warnings_noC2() {
    assertThat(DoctorCommand.warnings(jvm("25.0.3", "interpreted mode", "4"), FAST))
        .anyMatch(warning -> warning.startsWith("the compiler C2 is off"));
    assertThat(DoctorCommand.warnings(jvm("25.0.3", "mixed mode", "1"), FAST))
        .anyMatch(warning -> warning.startsWith("the compiler C2 is off (mixed mode)"));
  }

  @Test
  void warnings_noFma() {
    assertThat(DoctorCommand.warnings(jvm("25.0.3", "mixed mode", "4"), 0.01))
        .anyMatch(warning -> warning.contains("in software"));
  }

  private static JvmFacts jvm(String version, String mode, String lastTier) {
    return new JvmFacts(
        Runtime.Version.parse(version), mode, Optional.of(lastTier), Optional.of("true"));
  }

  @Test
  void container_none() {
    Container container = new Container(temp.resolve("groups"), temp.resolve("membership"));
    assertThat(container.processors()).isEmpty();
    assertThat(container.memory()).isEmpty();
  }

  @Test
  void container_version2_countsTheTightestLimitAround() throws IOException {
    Path groups = temp.resolve("groups");
    Path inner = Files.createDirectories(groups.resolve("outer/inner"));
    Path membership = Files.writeString(temp.resolve("membership"), "0::/outer/inner\n");
    Files.writeString(groups.resolve("outer/cpu.max"), "150000 100000\n");
    Files.writeString(inner.resolve("cpu.max"), "max 100000\n");
    Files.writeString(groups.resolve("outer/memory.max"), "max\n");
    Files.writeString(inner.resolve("memory.max"), "2000000000\n");
    Container container = new Container(groups, membership);
    assertThat(container.processors()).contains("1.50 processors");
    assertThat(container.memory()).contains("2.0 GB");
  }

  @Test
  void container_version1() throws IOException {
    Path groups = temp.resolve("groups");
    Path cpu = Files.createDirectories(groups.resolve("cpu/docker"));
    Path memory = Files.createDirectories(groups.resolve("memory/docker"));
    Path membership =
        Files.writeString(temp.resolve("m"), "4:memory:/docker\n3:cpu,cpuacct:/docker\n");
    Files.writeString(groups.resolve("cpu/cpu.cfs_quota_us"), "-1\n");
    Files.writeString(groups.resolve("cpu/cpu.cfs_period_us"), "100000\n");
    Files.writeString(cpu.resolve("cpu.cfs_quota_us"), "50000\n");
    Files.writeString(cpu.resolve("cpu.cfs_period_us"), "100000\n");
    Files.writeString(memory.resolve("memory.limit_in_bytes"), "9223372036854771712\n");
    Container container = new Container(groups, membership);
    assertThat(container.processors()).contains("0.50 processors");
    assertThat(container.memory()).isEmpty();
  }
}
