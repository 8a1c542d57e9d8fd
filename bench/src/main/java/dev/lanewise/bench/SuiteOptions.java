package dev.lanewise.bench;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What {@code quick} and {@code full} are asked to do.
 *
 * @param selections what to run, in this order
 * @param json the file for the results
 */
record SuiteOptions(List<Selection> selections, Path json) {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmm", Locale.ROOT);

  /** Reads the arguments of {@code quick}: {@code [--json FILE]}. */
  static SuiteOptions quick(List<String> args) {
    Arguments read = Arguments.read("quick", args);
    if (!read.words.isEmpty()) {
      throw new UsageException(
          ("quick runs something of every group, so it takes no '" + read.words.getFirst() + "'")
              + "; full takes the names of groups");
    }
    List<Selection> selections = new ArrayList<>();
    for (Group group : Group.values()) {
      selections.add(group.quick());
    }
    return new SuiteOptions(selections, read.json);
  }

  /**
   * Reads the arguments of {@code full}: {@code [--json FILE] [GROUP...]}. The roofline runs with
   * every group, since a ratio needs its limit from the same run.
   */
  static SuiteOptions full(List<String> args) {
    return of("full", args);
  }

  /** Reads the arguments of {@code turns}, as those of {@code full}. */
  static SuiteOptions turns(List<String> args) {
    return of("turns", args);
  }

  private static SuiteOptions of(String command, List<String> args) {
    Arguments read = Arguments.read(command, args);
    Set<Group> groups = EnumSet.noneOf(Group.class);
    read.words.forEach(word -> groups.add(group(command, word)));
    List<Selection> selections = new ArrayList<>();
    for (Group group : Group.values()) {
      if (group == Group.ROOFLINE || groups.isEmpty() || groups.contains(group)) {
        selections.addAll(group.full());
      }
    }
    return new SuiteOptions(selections, read.json);
  }

  private static Group group(String command, String word) {
    for (Group group : Group.values()) {
      if (group.word().equals(word)) {
        return group;
      }
    }
    throw new UsageException(
        command + " has no group '" + word + "'; its groups are " + Group.words());
  }

  /** Arguments told apart: the file, and the words that belong to no option. */
  private static final class Arguments {
    final List<String> words = new ArrayList<>();
    Path json;

    private Arguments(Path json) {
      this.json = json;
    }

    static Arguments read(String command, List<String> args) {
      String date = LocalDateTime.now(ZoneId.systemDefault()).format(DATE);
      Arguments read = new Arguments(Path.of("bench-results", date + "-" + command + ".json"));
      for (int i = 0; i < args.size(); i++) {
        String arg = args.get(i);
        if (arg.equals("--json")) {
          if (++i == args.size()) {
            throw new UsageException("--json wants the name of a file after it");
          }
          read.json = Path.of(args.get(i));
        } else if (arg.startsWith("-")) {
          throw new UsageException(
              command + " has no option " + arg + "; its only one is --json FILE");
        } else {
          read.words.add(arg);
        }
      }
      return read;
    }
  }
}
