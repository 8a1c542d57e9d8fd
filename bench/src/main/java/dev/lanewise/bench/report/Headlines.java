package dev.lanewise.bench.report;

import dev.lanewise.bench.Distribution;
import dev.lanewise.bench.coldstart.ColdStarts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * The few figures that sum a report up, by the words for each. They stand in the report itself, in
 * a comment that the index reads: one line of the form {@code words=value} for each.
 */
record Headlines(Map<String, String> figures) {
  private static final String BEGIN = "<!-- headlines";
  private static final String END = "-->";

  /** The geometric means over one thread's rows of each group. */
  static Headlines of(Results results, Machine machine) {
    Map<String, String> figures = new LinkedHashMap<>();
    Limits limits = results.limits();
    for (Group group : results.groups()) {
      if (group.isComparison()) {
        Group one = group.values("threads").contains("1") ? group.with("threads", "1") : group;
        String limit = Limits.words(group.name());
        add(
            figures,
            group.shortTitle() + " " + limit,
            one,
            row -> limits.share(group.name(), row, machine));
        add(figures, group.shortTitle() + " beside the better peer", one, group::toBetterPeer);
        if (group.isSampled()) {
          String words = group.shortTitle() + " " + Percentile.P999.words();
          add(
              figures,
              words + " beside the better peer",
              one.at(Percentile.P999),
              group::toBetterPeer);
        }
      }
    }
    results.coldStarts().ifPresent(coldStarts -> add(figures, coldStarts));
    return new Headlines(figures);
  }

  /** Lanewise's time to the first prediction, without a cache, to that of the quicker peer. */
  private static void add(Map<String, String> figures, ColdStarts coldStarts) {
    List<Double> own = new ArrayList<>();
    List<Double> peers = new ArrayList<>();
    for (ColdStarts.Contender contender : coldStarts.contenders()) {
      if (contender.name().equals(ColdStarts.LANEWISE)) {
        own.add(Distribution.of(contender.firstMillis()).median());
      } else if (!contender.name().startsWith(ColdStarts.LANEWISE)) {
        peers.add(Distribution.of(contender.firstMillis()).median());
      }
    }
    if (!own.isEmpty() && !peers.isEmpty()) {
      figures.put(
          "Cold start beside the quicker peer", Numbers.ratio(own.getFirst() / Numbers.min(peers)));
    }
  }

  private static void add(
      Map<String, String> figures,
      String words,
      Group group,
      Function<Group.Row, OptionalDouble> ratio) {
    List<Double> ratios = group.ratios(ratio);
    if (!ratios.isEmpty()) {
      figures.put(words, Numbers.ratio(Numbers.geometricMean(ratios)));
    }
  }

  /** The headlines of a report's lines; none where it has no such comment. */
  static Headlines read(List<String> lines) {
    Map<String, String> figures = new LinkedHashMap<>();
    int begin = lines.indexOf(BEGIN);
    if (begin >= 0) {
      for (String line : lines.subList(begin + 1, lines.size())) {
        if (line.equals(END)) {
          break;
        }
        int equals = line.lastIndexOf('=');
        if (equals > 0) {
          figures.put(line.substring(0, equals), line.substring(equals + 1));
        }
      }
    }
    return new Headlines(figures);
  }

  /** The comment. */
  String comment() {
    StringBuilder text = new StringBuilder(BEGIN).append('\n');
    figures.forEach((words, value) -> text.append(words).append('=').append(value).append('\n'));
    return text.append(END).append('\n').toString();
  }
}
