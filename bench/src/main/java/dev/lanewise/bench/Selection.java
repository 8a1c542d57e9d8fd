package dev.lanewise.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * One call of JMH: which benchmarks, ours and the peers' of the same names; with which values of
 * their parameters; and for how long.
 *
 * @param names the classes without the ending {@code Benchmark}, with a bar between them
 * @param params the values of parameters that differ from those that the classes have
 */
record Selection(String names, Map<String, List<String>> params, Times times) {

  /** How often and how long each benchmark runs. */
  record Times(int forks, int warmups, int warmupMillis, int iterations, int millis) {}

  /** Selects benchmarks with the parameters that their classes have. */
  static Selection of(String names, Times times) {
    return new Selection(names, Map.of(), times);
  }

  /** Returns this selection with other values of one parameter. */
  Selection with(String param, String... values) {
    Map<String, List<String>> more = new LinkedHashMap<>(params);
    more.put(param, List.of(values));
    return new Selection(names, more, times);
  }

  /** Returns the regular expression over the full names of the benchmarks. */
  String include() {
    return "^dev\\.lanewise\\.bench\\.(peers\\.)?(" + names + ")(Peers)?Benchmark\\.";
  }

  /** Returns the selection as JMH's options. */
  Options options() {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(include())
            .forks(times.forks())
            .warmupIterations(times.warmups())
            .warmupTime(TimeValue.milliseconds(times.warmupMillis()))
            .measurementIterations(times.iterations())
            .measurementTime(TimeValue.milliseconds(times.millis()));
    params.forEach((name, values) -> options.param(name, values.toArray(String[]::new)));
    return options.build();
  }
}
