package dev.lanewise.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The limits that a Linux control group sets to this process, as far as its files can be read. */
final class Container {
  /** What version 1 writes where there is no limit: a number near 2^63. */
  private static final long UNLIMITED = 1L << 60;

  private final Path groups;
  private final Path membership;

  /** The limits of this process. */
  Container() {
    this(Path.of("/sys/fs/cgroup"), Path.of("/proc/self/cgroup"));
  }

  Container(Path groups, Path membership) {
    this.groups = groups;
    this.membership = membership;
  }

  /** The processors' worth of time that may be used, in words. */
  Optional<String> processors() {
    double least = Double.POSITIVE_INFINITY;
    for (Path folder : folders("cpu")) {
      String[] max = read(folder.resolve("cpu.max")).orElse("").split(" ", -1);
      if (max.length == 2) {
        least = Math.min(least, quota(max[0], max[1]));
      }
      least =
          Math.min(
              least,
              quota(
                  read(folder.resolve("cpu.cfs_quota_us")).orElse(""),
                  read(folder.resolve("cpu.cfs_period_us")).orElse("")));
    }
    return least == Double.POSITIVE_INFINITY
        ? Optional.empty()
        : Optional.of(String.format(Locale.ROOT, "%.2f processors", least));
  }

  /** The memory that may be used, in words. */
  Optional<String> memory() {
    long least = UNLIMITED;
    for (Path folder : folders("memory")) {
      for (String name : List.of("memory.max", "memory.limit_in_bytes")) {
        least = Math.min(least, (long) number(read(folder.resolve(name)).orElse(""), UNLIMITED));
      }
    }
    return least == UNLIMITED ? Optional.empty() : Optional.of(Text.bytes(least));
  }

  /**
   * The group of this process and those around it, of version 2 and of a controller of version 1.
   */
  private List<Path> folders(String controller) {
    List<Path> folders = new ArrayList<>();
    for (Path root : List.of(groups, groups.resolve(controller))) {
      folders.add(root);
      for (String line : read(membership).orElse("").lines().toList()) {
        String[] fields = line.split(":", 3);
        if (fields.length == 3
            && (fields[1].isEmpty() || List.of(fields[1].split(",")).contains(controller))) {
          Path folder = root;
          for (Path part : Path.of(fields[2])) {
            folder = folder.resolve(part);
            folders.add(folder);
          }
        }
      }
    }
    return folders;
  }

  private static double quota(String time, String period) {
    double used = number(time, -1);
    double whole = number(period, -1);
    return used > 0 && whole > 0 ? used / whole : Double.POSITIVE_INFINITY;
  }

  private static double number(String text, double otherwise) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
