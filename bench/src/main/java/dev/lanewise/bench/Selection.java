package dev.lanewise.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Which benchmarks run, ours and the peers' of the same names; with which values of their
 * parameters; and how often, where that is not as often as the classes say.
 *
 * @param names the classes without the ending {@code Benchmark}, with a bar between them
 * @param params the values of parameters that differ from those that the classes have
 * @param forks the number of forks, if it differs from those that the classes have
 * @param heap whether to measure the heap that an operation allocates too
 */
record Selection(String names, Map<String, List<String>> params, OptionalInt forks, boolean heap) {

  /** Selects benchmarks as their classes say. */
  static Selection of(String names) {
    return new Selection(names, Map.of(), OptionalInt.empty(), false);
  }

  /** Returns this selection with another number of forks. */
  Selection forks(int number) {
    return new Selection(names, params, OptionalInt.of(number), heap);
  }

  /** Returns this selection with other values of one parameter. */
  Selection with(String param, String... values) {
    Map<String, List<String>> more = new LinkedHashMap<>(params);
    more.put(param, List.of(values));
    return new Selection(names, more, forks, heap);
  }

  /** Returns this selection with the heap that an operation allocates measured. */
  Selection withHeap() {
    return new Selection(names, params, forks, true);
  }

  /** Returns the regular expression over the full names of the benchmarks. */
  String include() {
    return "^dev\\.lanewise\\.bench\\.(peers\\.)?(" + names + ")(Peers)?Benchmark\\.";
  }

  /** Returns JMH's options for one of its methods with one set of parameters. */
  ChainedOptionsBuilder options(String method, Map<String, String> values) {
    ChainedOptionsBuilder options = new OptionsBuilder().include("^" + Pattern.quote(method) + "$");
    forks.ifPresent(options::forks);
    values.forEach(options::param);
    if (heap) {
      options.addProfiler(GCProfiler.class);
    }
    return options;
  }
}
