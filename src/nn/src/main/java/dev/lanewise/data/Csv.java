package dev.lanewise.data;

import dev.lanewise.array.NDArray;
import dev.lanewise.io.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a CSV file is read as a data set: which columns are features, targets and labels.
 *
 * <pre>{@code
 * CsvData train = Csv.withHeader().label("species").read(Path.of("iris-train.csv"));
 * CsvData test =
 *     Csv.withHeader().label("species").classes(train.classes()).read(Path.of("iris-test.csv"));
 * }</pre>
 *
 * <p>Files are as RFC 4180 has them, in UTF-8, with line feeds or carriage returns and line feeds.
 * Columns are chosen by their names or their numbers, counted from 0; messages count lines and
 * columns from 1. Every number must be there: decimal, finite as a float, blanks around it allowed.
 */
public final class Csv {
  private final boolean header;
  private final char delimiter;
  private final @Nullable List<CsvColumn> features;
  private final List<CsvColumn> targets;
  private final List<CsvColumn> labels;
  private final @Nullable List<String> classes;

  private Csv(
      boolean header,
      char delimiter,
      @Nullable List<CsvColumn> features,
      List<CsvColumn> targets,
      List<CsvColumn> labels,
      @Nullable List<String> classes) {
    this.header = header;
    this.delimiter = delimiter;
    this.features = features;
    this.targets = targets;
    this.labels = labels;
    this.classes = classes;
  }

  /** Files whose first record names the columns, separated by commas; all are features. */
  public static Csv withHeader() {
    return new Csv(true, ',', null, List.of(), List.of(), null);
  }

  /** Files whose first record is a sample already, separated by commas; all are features. */
  public static Csv withoutHeader() {
    return new Csv(false, ',', null, List.of(), List.of(), null);
  }

  /** Files whose fields are separated by {@code delimiter}, an ASCII character. */
  public Csv delimiter(char delimiter) {
    if (delimiter > 0x7f || delimiter == '"' || delimiter == '\n' || delimiter == '\r') {
      throw new IllegalArgumentException(
          "fields cannot be separated by the character of code " + (int) delimiter);
    }
    return new Csv(header, delimiter, features, targets, labels, classes);
  }

  /** Features from the columns of these names; without this, from all that are nothing else. */
  public Csv features(String... names) {
    return features(named(names));
  }

  /** As {@link #features(String...)}, from the columns of these numbers. */
  public Csv features(int... columns) {
    return features(CsvColumn.of(columns));
  }

  private Csv features(List<CsvColumn> columns) {
    return new Csv(header, delimiter, columns, targets, labels, classes);
  }

  /** Targets from the columns of these names. */
  public Csv targets(String... names) {
    return targets(named(names));
  }

  /** Targets from the columns of these numbers. */
  public Csv targets(int... columns) {
    return targets(CsvColumn.of(columns));
  }

  private Csv targets(List<CsvColumn> columns) {
    return new Csv(header, delimiter, features, columns, labels, classes);
  }

  /**
   * Labels from the column of this name, which names a class in each record. Without targets, these
   * are the labels as numbers.
   */
  public Csv label(String name) {
    return labels(named(name));
  }

  /** As {@link #label(String)}, from the column of this number. */
  public Csv label(int column) {
    return labels(CsvColumn.of(column));
  }

  private Csv labels(List<CsvColumn> columns) {
    return new Csv(header, delimiter, features, targets, columns, classes);
  }

  private List<CsvColumn> named(String... names) {
    if (!header) {
      throw new IllegalStateException(
          "columns have no names in a file without a header, such as " + names[0]);
    }
    return CsvColumn.of(names);
  }

  /**
   * Labels are places in {@code names}, and a file with any other class is refused. Without this,
   * the classes are those of the file, sorted by name.
   */
  public Csv classes(List<String> names) {
    if (Set.copyOf(names).size() != names.size()) {
      throw new IllegalArgumentException("two classes have the same name among " + names);
    }
    return new Csv(header, delimiter, features, targets, labels, List.copyOf(names));
  }

  /**
   * Reads {@code file}.
   *
   * @throws FormatException for a file that breaks a rule of the format or lacks a column, and for
   *     a field that is missing or not a number, naming line and column
   */
  public CsvData read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "there is no such file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return read(new CsvReader(file.toString(), in, delimiter, header));
    }
  }

  private CsvData read(CsvReader in) throws IOException {
    int[] y = CsvColumn.find(targets, in);
    int[] label = CsvColumn.find(labels, in);
    int[] x = features == null ? others(in, y, label) : CsvColumn.find(features, in);
    CsvNumbers xs = new CsvNumbers(x);
    CsvNumbers ys = new CsvNumbers(y);
    CsvClasses named = new CsvClasses(label, classes);
    int samples = 0;
    while (in.next()) {
      xs.add(in);
      ys.add(in);
      named.add(in);
      samples++;
    }
    return new CsvData(
        dataset(xs.toArray(samples), ys.toArray(samples), named.labels()),
        names(in, x),
        names(in, y),
        named.names());
  }

  private Dataset dataset(NDArray x, NDArray y, int[] named) {
    if (labels.isEmpty()) {
      return Dataset.of(x, y);
    }
    return targets.isEmpty() ? Dataset.of(x, named) : Dataset.of(x, y, named);
  }

  private static int[] others(CsvReader in, int[] targets, int[] labels) {
    BitSet left = new BitSet();
    left.set(0, in.names().size());
    Arrays.stream(targets).forEach(left::clear);
    Arrays.stream(labels).forEach(left::clear);
    return left.stream().toArray();
  }

  private static List<String> names(CsvReader in, int[] columns) {
    return Arrays.stream(columns).mapToObj(in.names()::get).toList();
  }
}
