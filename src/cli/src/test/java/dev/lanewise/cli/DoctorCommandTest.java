package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.cli.Cli.Run;
import dev.lanewise.kernel.Simd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {
  @TempDir private Path temp;

  @Test
  void doctor() {
    Run run = Cli.run("doctor");
    assertThat(run.out())
        .contains(
            Runtime.version().toString(),
            Simd.BITS + " bits, " + Simd.LANES + " floats: " + Simd.why())
        .containsPattern("processor quota +\\S+")
        .containsPattern("FMA peak +\\d+\\.\\d GFLOPS on 1 thread")
        .containsPattern("matrix product +\\d+\\.\\d GFLOPS on 1 thread, \\d+% of the peak")
        .containsPattern("memory bandwidth +\\d+\\.\\d GB/s reading");
    assertThat(run.code()).as(run.out() + run.err()).isEqualTo(codeThatGoesWith(run.out()));
  }

  /** The code says the same as the words; a busy machine may make a kernel slow. */
  private static int codeThatGoesWith(String printed) {
    return printed.contains("should allocate nothing") || printed.contains("matrix product runs at")
        ? 1
        : 0;
  }

  @Test
  void doctor_withoutC2_fails() throws Exception {
    Process doctor =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "doctor")
            .redirectErrorStream(true)
            .start();
    String printed = new String(doctor.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(doctor.waitFor()).as(printed).isOne();
    assertThat(printed)
        .containsPattern("speed +not measured")
        .contains("WARNING: The compiler C2 is off", "remove -XX:TieredStopAtLevel=1.");
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
