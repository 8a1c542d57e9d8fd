package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.io.FormatException;
import dev.lanewise.io.Mutations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What is written is read again; what is damaged is refused or is what some file says. */
final class CsvPropertiesTest {
  private static final String NAME_CHARACTERS = "ab ,;\"\n\r\u00e9\u20ac'1.-";
  private static final byte[] SAMPLE =
      """
      a,"b ""c\"""\u20ac,d
      1.5,-2e3,"x
      y"
      .5,+12,"z,""w\"""
      7,88,x
      """
          .getBytes(StandardCharsets.UTF_8);

  private static Path folder;
  private static Path file;

  @BeforeContainer
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("lanewise-csv");
    file = folder.resolve("f.csv");
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    Files.deleteIfExists(file);
    Files.delete(folder);
  }

  @Property
  void roundTrip(
      @ForAll Random random,
      @ForAll @IntRange(max = 20) int records,
      @ForAll @IntRange(min = 1, max = 5) int columns,
      @ForAll boolean header)
      throws IOException {
    char delimiter = ",;\t".charAt(random.nextInt(3));
    String lineEnd = random.nextBoolean() ? "\n" : "\r\n";
    List<Float> numbers = new ArrayList<>();
    List<String> classes = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    if (header || records == 0) {
      lines.add(line(names(columns + 1, random), delimiter, random));
    }
    for (int i = 0; i < records; i++) {
      List<String> fields = new ArrayList<>();
      for (int j = 0; j < columns; j++) {
        float number = Float.intBitsToFloat(random.nextInt());
        numbers.add(Float.isFinite(number) ? number : random.nextFloat());
        fields.add(numbers.getLast().toString());
      }
      classes.add(name(random));
      fields.add(classes.getLast());
      lines.add(line(fields, delimiter, random));
    }
    String text = String.join(lineEnd, lines) + (random.nextBoolean() ? lineEnd : "");
    Files.writeString(file, text);
    Csv csv = header || records == 0 ? Csv.withHeader() : Csv.withoutHeader();
    CsvData read = csv.delimiter(delimiter).label(columns).read(file);
    float[] expected = new float[numbers.size()];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = numbers.get(i);
    }
    assertThat(read.dataset().features().toFloatArray()).isEqualTo(expected);
    assertThat(read.classes()).isEqualTo(List.copyOf(new TreeSet<>(classes)));
    assertThat(named(read)).isEqualTo(classes);
  }

  private static List<String> named(CsvData read) {
    List<String> named = new ArrayList<>();
    for (int label : read.dataset().labels()) {
      named.add(read.classes().get(label));
    }
    return named;
  }

  private static List<String> names(int count, Random random) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(name(random));
    }
    return names;
  }

  private static String name(Random random) {
    StringBuilder name = new StringBuilder();
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      name.append(NAME_CHARACTERS.charAt(random.nextInt(NAME_CHARACTERS.length())));
    }
    return name.toString();
  }

  private static String line(List<String> fields, char delimiter, Random random) {
    List<String> written = new ArrayList<>();
    for (String field : fields) {
      boolean quoted =
          random.nextInt(4) == 0
              || field.indexOf(delimiter) >= 0
              || field.chars().anyMatch(c -> c == '"' || c == '\n' || c == '\r');
      written.add(quoted ? '"' + field.replace("\"", "\"\"") + '"' : field);
    }
    return String.join(String.valueOf(delimiter), written);
  }

  @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
  void damaged(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < Mutations.rounds(); i++) {
      Mutations.replace(file, Mutations.mutate(SAMPLE, random));
      CsvData read;
      try {
        read = Csv.withHeader().label(2).read(file);
      } catch (FormatException e) {
        assertThat(e).hasMessageContaining(file + ", at byte ");
        assertThat(e.offset()).isBetween(0L, Files.size(file));
        continue;
      }
      assertSaysTheFile(read, Files.readString(file));
    }
  }

  /** Reads the file once more in the plainest way, and compares. */
  private static void assertSaysTheFile(CsvData read, String text) {
    List<List<String>> records = parsed(text);
    records.removeFirst();
    List<String> classes = new ArrayList<>();
    List<Float> numbers = new ArrayList<>();
    for (List<String> record : records) {
      for (int column = 0; column < record.size(); column++) {
        if (column == 2) {
          classes.add(record.get(column));
        } else {
          numbers.add(Float.parseFloat(record.get(column)));
        }
      }
    }
    assertThat(named(read)).isEqualTo(classes);
    assertThat(read.dataset().features().toFloatArray())
        .containsExactly(numbers.toArray(Float[]::new));
  }

  /** The records of a text that keeps to the rules. */
  private static List<List<String>> parsed(String text) {
    List<List<String>> records = new ArrayList<>();
    List<String> record = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    String left = text.startsWith("\ufeff") ? text.substring(1) : text;
    for (char c : (left.replaceFirst("[\r\n]+$", "") + "\n").toCharArray()) {
      if (c == '"') {
        quoted = !quoted;
      }
      if (quoted || (c != ',' && c != '\n')) {
        field.append(c);
        continue;
      }
      String raw = c == '\n' ? field.toString().replaceFirst("\r$", "") : field.toString();
      boolean inQuotes = raw.startsWith("\"");
      record.add(inQuotes ? raw.substring(1, raw.length() - 1).replace("\"\"", "\"") : raw);
      field.setLength(0);
      if (c == '\n') {
        records.add(record);
        record = new ArrayList<>();
      }
    }
    return records;
  }
}
