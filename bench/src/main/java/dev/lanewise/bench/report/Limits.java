package dev.lanewise.bench.report;

import dev.lanewise.bench.report.Group.Row;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The measured rates that nothing on the machine exceeds.
 *
 * @param peaks the rate of multiply-adds by the number of threads
 * @param bandwidths the rate of one thread's reading by the level of memory, as they come
 * @param all every measurement of them
 */
record Limits(Map<String, Figure> peaks, Map<String, Figure> bandwidths, List<Measurement> all) {
  private static final String ROOFLINE = "Roofline";
  private static final String BANDWIDTH = "Bandwidth";

  /** The groups that measure them. */
  static final List<String> GROUPS = List.of(ROOFLINE, BANDWIDTH);

  /** The bytes of one element that a function reads and writes. */
  private static final double BYTES_OF_MAP = 2.0 * Float.BYTES;

  private static final Pattern MATRIX = Pattern.compile("(\\d+)x(\\d+)");

  static Limits of(List<Measurement> measurements) {
    Map<String, Figure> peaks = new TreeMap<>();
    Map<String, Figure> bandwidths = new LinkedHashMap<>();
    for (Measurement measurement : measurements) {
      String threads = measurement.params().getOrDefault("threads", "1");
      if (measurement.group().equals(ROOFLINE) && measurement.method().equals("fma")) {
        peaks.put(threads, measurement.figure());
      } else if (measurement.group().equals(BANDWIDTH) && threads.equals("1")) {
        bandwidths.put(measurement.params().getOrDefault("level", ""), measurement.figure());
      }
    }
    List<Measurement> all = measurements.stream().filter(m -> GROUPS.contains(m.group())).toList();
    return new Limits(peaks, bandwidths, all);
  }

  /** The FMA peak of one thread in GFLOPS. */
  OptionalDouble peak() {
    return median(peaks, "1");
  }

  OptionalDouble bandwidth(String level) {
    return median(bandwidths, level);
  }

  private static OptionalDouble median(Map<String, Figure> figures, String key) {
    return Optional.ofNullable(figures.get(key))
        .map(figure -> OptionalDouble.of(figure.median()))
        .orElse(OptionalDouble.empty());
  }

  /** What limits a group, as the head of a column says it; blank where nothing is known to. */
  static String words(String group) {
    return switch (group) {
      case "Sgemm" -> "of the FMA peak";
      case "Gemv", "Map" -> "of the read bandwidth";
      case "Adam" -> "of its traffic's limit";
      default -> "";
    };
  }

  /** How the ratio to the limit is reckoned, where it is not plain. */
  static String explanation(String group) {
    return switch (group) {
      case "Gemv" ->
          "The bandwidth is that of the smallest cache that holds the weights, or of memory.";
      case "Map" ->
          "An element is 4 bytes read and 4 written; the bandwidth is that of the smallest cache"
              + " that holds both, or of memory.";
      case "Adam" ->
          "The limit is `traffic`: the same arrays read and written with next to no arithmetic.";
      default -> "";
    };
  }

  /** Lanewise's share of the limit of its group. */
  OptionalDouble share(String group, Row row, Machine machine) {
    Optional<Figure> own = row.figure(Group.LANEWISE);
    if (own.isEmpty()) {
      return OptionalDouble.empty();
    }
    double rate = own.get().median();
    return switch (group) {
      case "Sgemm" -> ratio(rate, median(peaks, row.param("threads")));
      case "Gemv" -> {
        Matcher size = MATRIX.matcher(row.param("size"));
        yield size.find()
            ? ratio(rate, bandwidth(machine.levelOf(matrixBytes(size))))
            : OptionalDouble.empty();
      }
      case "Map" -> {
        double elements = Double.parseDouble(row.param("elements"));
        String level = machine.levelOf(Math.round(elements * BYTES_OF_MAP));
        yield ratio(rate * BYTES_OF_MAP, bandwidth(level));
      }
      case "Adam" ->
          ratio(
              rate,
              row.figure("traffic")
                  .map(figure -> OptionalDouble.of(figure.median()))
                  .orElse(OptionalDouble.empty()));
      default -> OptionalDouble.empty();
    };
  }

  private static long matrixBytes(Matcher size) {
    return Long.parseLong(size.group(1)) * Long.parseLong(size.group(2)) * Float.BYTES;
  }

  private static OptionalDouble ratio(double rate, OptionalDouble limit) {
    return limit.isPresent()
        ? OptionalDouble.of(rate / limit.getAsDouble())
        : OptionalDouble.empty();
  }
}
