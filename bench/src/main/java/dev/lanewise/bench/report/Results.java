package dev.lanewise.bench.report;

import dev.lanewise.bench.coldstart.ColdStarts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All that one run measured. */
record Results(List<Measurement> measurements, Optional<ColdStarts> coldStarts) {
  /** The groups of which it is known how they should stand; others follow by name. */
  private static final List<String> ORDER =
      List.of(
          "Sgemm",
          "Gemv",
          "Narrow",
          "Inference",
          "Predictor",
          "TrainingStep",
          "Map",
          "Operation",
          "Adam",
          "Region",
          "Callers",
          "Mixed");

  /** Reads files of JMH's JSON or of cold starts; what several have measured gets all the forks. */
  static Results read(List<Path> files) {
    List<Measurement> measurements = new ArrayList<>();
    Optional<ColdStarts> coldStarts = Optional.empty();
    for (Path file : files) {
      Object value = Json.read(file);
      if (value instanceof Map<?, ?> map && map.containsKey(ColdStarts.FORM)) {
        if (coldStarts.isPresent()) {
          throw new Failure(file + " is a second file of cold starts: a report takes one");
        }
        coldStarts = Optional.of(coldStarts(Json.object(file.toString(), map)));
      } else if (value instanceof List<?> list && !list.isEmpty()) {
        for (int i = 0; i < list.size(); i++) {
          add(measurements, Measurement.of(Json.object(file + ", result " + (i + 1), list.get(i))));
        }
      } else {
        throw new Failure(
            file
                + (value instanceof List<?>
                    ? " holds no results"
                    : " is neither JMH's JSON (-rf json) nor that of coldstart --json"));
      }
    }
    return new Results(measurements, coldStarts);
  }

  private static void add(List<Measurement> measurements, Measurement measurement) {
    for (int i = 0; i < measurements.size(); i++) {
      if (measurements.get(i).sameWork(measurement)) {
        measurements.set(i, measurements.get(i).and(measurement));
        return;
      }
    }
    measurements.add(measurement);
  }

  private static ColdStarts coldStarts(Json file) {
    Json json = file.object(ColdStarts.FORM);
    List<ColdStarts.Contender> contenders = new ArrayList<>();
    for (Object entry : json.list("contenders")) {
      Json contender = Json.object(json.where() + ": a contender", entry);
      contenders.add(
          new ColdStarts.Contender(
              contender.string("name"),
              contender.numbers("firstMillis", contender.list("firstMillis")),
              contender.numbers("thousandthMillis", contender.list("thousandthMillis"))));
    }
    if (contenders.isEmpty() || contenders.stream().anyMatch(c -> c.firstMillis().isEmpty())) {
      throw new Failure(json.where() + " holds no runs");
    }
    return new ColdStarts(
        json.string("network"), json.string("jdk"), contenders, json.strings("leftOut"));
  }

  /** What was measured, in the order of the report. */
  List<Group> groups() {
    Map<String, List<Measurement>> named = new TreeMap<>();
    for (Measurement measurement : measurements) {
      named.computeIfAbsent(measurement.group(), _ -> new ArrayList<>()).add(measurement);
    }
    Stream<String> others =
        named.keySet().stream()
            .filter(name -> !ORDER.contains(name) && !Limits.GROUPS.contains(name));
    return Stream.concat(ORDER.stream().filter(named::containsKey), others)
        .map(name -> Group.of(name, named.getOrDefault(name, List.of())))
        .toList();
  }

  Limits limits() {
    return Limits.of(measurements);
  }
}
