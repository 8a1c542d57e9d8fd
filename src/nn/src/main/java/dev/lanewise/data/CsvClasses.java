package dev.lanewise.data;

import dev.lanewise.io.FormatException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The classes that a column of a CSV file names, if one does, gathered record by record. */
final class CsvClasses {
  private final int[] columns;
  private final boolean open;
  private final Map<String, Integer> numbers = new LinkedHashMap<>();
  private final IntStream.Builder gathered = IntStream.builder();

  /**
   * The classes in the one column or none of {@code columns}, which are all of {@code names} if
   * these are given.
   */
  CsvClasses(int[] columns, @Nullable List<String> names) {
    this.columns = columns;
    open = names == null;
    if (names != null) {
      names.forEach(name -> numbers.put(name, numbers.size()));
    }
  }

  /** Adds the class of the reader's record. */
  void add(CsvReader in) throws FormatException {
    for (int column : columns) {
      gathered.add(number(in, column));
    }
  }

  private int number(CsvReader in, int column) throws FormatException {
    String name = in.field(column);
    if (name.isEmpty()) {
      throw in.broken(column, "the class is missing");
    }
    Integer number = numbers.get(name);
    if (number == null) {
      if (!open) {
        throw in.broken(
            column, "\"" + CsvReader.shortened(name) + "\" is none of the classes given");
      }
      number = numbers.size();
      numbers.put(name, number);
    }
    return number;
  }

  /** The classes by their labels: as they were given, or else sorted by name. */
  List<String> names() {
    return List.copyOf(open ? new TreeSet<>(numbers.keySet()) : numbers.keySet());
  }

  /** The label of each record. */
  int[] labels() {
    if (!open) {
      return gathered.build().toArray();
    }
    List<String> names = names();
    int[] labels = new int[numbers.size()];
    numbers.forEach((name, number) -> labels[number] = Collections.binarySearch(names, name));
    return gathered.build().map(number -> labels[number]).toArray();
  }
}
