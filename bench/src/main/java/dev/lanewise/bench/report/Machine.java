package dev.lanewise.bench.report;

import dev.lanewise.bench.CacheLevel;
import dev.lanewise.kernel.Caches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The machine that a report is made on, as Linux describes it.
 *
 * @param caches the bytes of each data cache that a core sees, the nearest first
 */
record Machine(String cpu, int cores, Map<String, Long> caches, String memory, String system) {
  private static final String UNKNOWN = "not known";

  private static final int MOST_LEVELS = 4;

  /** The level beyond the last cache. */
  static final String MEMORY = "DRAM";

  /** Reads the description under {@code root}, which is / but in tests. */
  static Machine of(Path root) {
    List<String> processors = lines(root.resolve("proc/cpuinfo"));
    String model = field(processors, "model name");
    String family = field(processors, "cpu family");
    String numbered =
        family.isEmpty()
            ? ""
            : " (family " + family + ", model " + field(processors, "model") + ")";
    return new Machine(
        model.isEmpty() ? UNKNOWN : model + numbered,
        (int) processors.stream().filter(line -> line.startsWith("processor")).count(),
        caches(root.resolve("sys/devices/system/cpu/cpu0/cache")),
        memory(field(lines(root.resolve("proc/meminfo")), "MemTotal")),
        system(root));
  }

  private static String system(Path root) {
    String name =
        lines(root.resolve("etc/os-release")).stream()
            .filter(line -> line.startsWith("PRETTY_NAME="))
            .map(line -> line.substring(line.indexOf('=') + 1).replace("\"", ""))
            .findFirst()
            .orElse(UNKNOWN);
    List<String> kernel = lines(root.resolve("proc/sys/kernel/osrelease"));
    return kernel.isEmpty() ? name : name + ", Linux " + kernel.getFirst();
  }

  private static String memory(String kilobytes) {
    return kilobytes.isEmpty()
        ? UNKNOWN
        : String.format(
            Locale.ROOT, "%.1f GB", Long.parseLong(kilobytes.replace(" kB", "")) / (1024.0 * 1024));
  }

  private static Map<String, Long> caches(Path folder) {
    Map<String, Long> caches = new LinkedHashMap<>();
    for (int level = 1; level <= MOST_LEVELS; level++) {
      long bytes = Caches.size(folder, level, 0);
      if (bytes > 0) {
        caches.put("L" + level, bytes);
      }
    }
    return caches;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.isReadable(file) && Files.isRegularFile(file)
          ? Files.readAllLines(file)
          : List.of();
    } catch (IOException e) {
      throw new Failure("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** The first value of a field in lines of the form {@code name : value}. */
  private static String field(List<String> lines, String name) {
    return lines.stream()
        .map(line -> line.split(":", 2))
        .filter(parts -> parts.length == 2 && parts[0].strip().equals(name))
        .map(parts -> parts[1].strip())
        .findFirst()
        .orElse("");
  }

  /** The smallest cache that holds so many bytes, or {@link #MEMORY}. */
  String levelOf(long bytes) {
    if (CacheLevel.isMemory(bytes)) {
      return MEMORY;
    }
    return caches.entrySet().stream()
        .filter(cache -> bytes <= cache.getValue())
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(MEMORY);
  }

  /** The caches in one line. */
  String cacheSizes() {
    return caches.isEmpty()
        ? UNKNOWN
        : caches.entrySet().stream()
            .map(cache -> cache.getKey() + " " + size(cache.getValue()))
            .collect(Collectors.joining(", "));
  }

  private static String size(long bytes) {
    return bytes >= 1 << 20 ? (bytes >> 20) + " MB" : (bytes >> 10) + " KB";
  }
}
