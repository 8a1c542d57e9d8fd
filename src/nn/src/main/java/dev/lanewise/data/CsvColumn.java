package dev.lanewise.data;

import dev.lanewise.io.FormatException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A column of a CSV file, as somebody names it who has not seen the file. */
sealed interface CsvColumn {
  /** The number of this column in a file, counted from 0. */
  int find(CsvReader in) throws FormatException;

  /** The numbers of several columns. */
  static int[] find(List<CsvColumn> columns, CsvReader in) throws FormatException {
    int[] found = new int[columns.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = columns.get(i).find(in);
    }
    return found;
  }

  static List<CsvColumn> of(String... names) {
    return Arrays.stream(names).<CsvColumn>map(Named::new).toList();
  }

  static List<CsvColumn> of(int... numbers) {
    return Arrays.stream(numbers).<CsvColumn>mapToObj(Numbered::new).toList();
  }

  /** A column by its name. */
  record Named(String name) implements CsvColumn {
    private static final int SHOWN = 20;

    @Override
    public int find(CsvReader in) throws FormatException {
      List<String> names = in.names();
      int column = names.indexOf(name);
      if (column < 0) {
        String shown = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
        throw in.broken(
            "there is no column named "
                + name
                + " among "
                + shown
                + (names.size() > SHOWN ? ", ..." : ""));
      }
      if (names.lastIndexOf(name) != column) {
        throw in.broken("two columns are named " + name);
      }
      return column;
    }
  }

  /** A column by its number. */
  record Numbered(int number) implements CsvColumn {
    public Numbered {
      if (number < 0) {
        throw new IllegalArgumentException("columns are counted from 0, not " + number);
      }
    }

    @Override
    public int find(CsvReader in) throws FormatException {
      if (number >= in.names().size()) {
        throw in.broken(
            "there is no column number " + number + ", counted from 0, of " + in.names().size());
      }
      return number;
    }
  }
}
