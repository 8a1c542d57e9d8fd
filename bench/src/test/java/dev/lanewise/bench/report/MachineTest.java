package dev.lanewise.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineTest {
  @TempDir private Path root;

  private void file(String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content + "\n");
  }

  private void cache(int index, String level, String type, String size) throws IOException {
    String folder = "sys/devices/system/cpu/cpu0/cache/index" + index;
    file(folder + "/level", level);
    file(folder + "/type", type);
    file(folder + "/size", size);
  }

  @Test
  void readsWhatLinuxSays() throws IOException {
    String processor = "cpu family\t: 25\nmodel\t\t: 17\nmodel name\t: A CPU";
    file("proc/cpuinfo", "processor\t: 0\n" + processor + "\n\nprocessor\t: 1\n" + processor);
    file("proc/meminfo", "MemTotal:       16777216 kB\nMemFree: 1 kB");
    file("proc/sys/kernel/osrelease", "6.1");
    file("etc/os-release", "NAME=x\nPRETTY_NAME=\"A Linux 12\"");
    cache(0, "1", "Data", "32K");
    cache(1, "1", "Instruction", "64K");
    cache(2, "2", "Unified", "1024K");
    cache(3, "3", "Unified", "32768K");
    Machine machine = Machine.of(root);
    assertThat(machine.cpu()).isEqualTo("A CPU (family 25, model 17)");
    assertThat(machine.cores()).isEqualTo(2);
    assertThat(machine.cacheSizes()).isEqualTo("L1 32 KB, L2 1 MB, L3 32 MB");
    assertThat(machine.memory()).isEqualTo("16.0 GB");
    assertThat(machine.system()).isEqualTo("A Linux 12, Linux 6.1");
    assertThat(machine.levelOf(32 << 10)).isEqualTo("L1");
    assertThat(machine.levelOf((32 << 10) + 1)).isEqualTo("L2");
    assertThat(machine.levelOf(64L << 20)).isEqualTo("DRAM");
  }

  /** A machine of many processors, of which this one has two. */
  @Test
  void cacheOfOthers_doesNotHoldWhatMemoryIsMeasuredBy() throws IOException {
    cache(3, "3", "Unified", "491520K");
    Machine machine = Machine.of(root);
    assertThat(machine.levelOf(255L << 20)).isEqualTo("L3");
    assertThat(machine.levelOf(256L << 20)).isEqualTo("DRAM");
  }

  @Test
  void saysWhatItDoesNotKnow() {
    Machine machine = Machine.of(root);
    assertThat(machine.cpu()).isEqualTo("not known");
    assertThat(machine.cores()).isZero();
    assertThat(machine.cacheSizes()).isEqualTo("not known");
    assertThat(machine.memory()).isEqualTo("not known");
  }
}
