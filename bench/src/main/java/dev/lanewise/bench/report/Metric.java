package dev.lanewise.bench.report;

import dev.lanewise.bench.Distribution;
import java.util.ArrayList;
import java.util.List;

/** The values of one quantity, fork by fork. */
record Metric(String unit, List<Distribution> forks) {
  /** Reads one of JMH's metrics. */
  static Metric of(Json json) {
    List<Distribution> forks = new ArrayList<>();
    if (json.has("rawDataHistogram")) {
      for (Object fork : json.list("rawDataHistogram")) {
        forks.add(sampled(json, fork));
      }
    } else {
      for (Object fork : json.list("rawData")) {
        forks.add(Distribution.of(json.numbers("rawData", fork)));
      }
    }
    if (forks.isEmpty() || forks.stream().anyMatch(Distribution::isEmpty)) {
      throw new Failure(json.where() + " has a fork without a measurement");
    }
    return new Metric(json.string("scoreUnit"), forks);
  }

  /** A fork of sampled times: of each iteration, pairs of a time and how often it was seen. */
  private static Distribution sampled(Json json, Object fork) {
    Distribution values = new Distribution();
    if (fork instanceof List<?> iterations) {
      for (Object iteration : iterations) {
        if (iteration instanceof List<?> pairs) {
          for (Object pair : pairs) {
            List<Double> timeAndCount = json.numbers("rawDataHistogram", pair);
            values.add(timeAndCount.getFirst(), timeAndCount.getLast().longValue());
          }
        }
      }
    }
    return values;
  }

  /** The forks of this metric and then those of {@code other}. */
  Metric and(Metric other) {
    List<Distribution> all = new ArrayList<>(forks);
    all.addAll(other.forks);
    return new Metric(unit, all);
  }

  /** This percentile of each fork, in place of all that the fork measured. */
  Metric at(Percentile percentile) {
    return new Metric(
        unit,
        forks.stream()
            .map(fork -> Distribution.of(List.of(fork.quantile(percentile.share()))))
            .toList());
  }

  /** All values of all forks. */
  Distribution all() {
    Distribution all = new Distribution();
    forks.forEach(all::addAll);
    return all;
  }
}
