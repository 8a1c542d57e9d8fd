package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.Shape;
import dev.lanewise.io.FormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CsvTest {
  private static final String FLOWERS =
      """
      length,width,species
      5.1,3.5,virginica
      -4.9e0,.5,setosa
      +6,1E-2,virginica
      """;

  @TempDir Path folder;

  @Test
  void label_classesAreSortedByName() throws IOException {
    CsvData flowers = Csv.withHeader().label("species").read(file(FLOWERS));
    assertThat(flowers.features()).containsExactly("length", "width");
    assertThat(flowers.targets()).isEmpty();
    assertThat(flowers.classes()).containsExactly("setosa", "virginica");
    Dataset data = flowers.dataset();
    assertThat(data.features().shape()).isEqualTo(Shape.of(3, 2));
    assertThat(data.features().toFloatArray()).containsExactly(5.1f, 3.5f, -4.9f, 0.5f, 6, 0.01f);
    assertThat(data.labels()).containsExactly(1, 0, 1);
    assertThat(data.targets().shape()).isEqualTo(Shape.of(3, 1));
    assertThat(data.targets().toFloatArray()).containsExactly(1, 0, 1);
  }

  @Test
  void classes_givenAreKeptInTheirOrder() throws IOException {
    Csv csv = Csv.withHeader().label("species");
    CsvData flowers = csv.classes(List.of("virginica", "versicolor", "setosa")).read(file(FLOWERS));
    assertThat(flowers.classes()).containsExactly("virginica", "versicolor", "setosa");
    assertThat(flowers.dataset().labels()).containsExactly(0, 2, 0);
    assertRefused(
        csv.classes(List.of("virginica")),
        FLOWERS,
        "line 3, column 3 (species): \"setosa\" is none of the classes given");
    assertThatThrownBy(() -> csv.classes(List.of("a", "b", "a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two classes have the same name among [a, b, a]");
  }

  @Test
  void columns_byNameOrNumberInTheOrderGiven() throws IOException {
    Path file = file("a,b,c,d\n1,2,3,4\n5,6,7,8\n");
    CsvData byName = Csv.withHeader().features("d", "a").targets("c").read(file);
    assertThat(byName.features()).containsExactly("d", "a");
    assertThat(byName.targets()).containsExactly("c");
    assertThat(byName.dataset().features().toFloatArray()).containsExactly(4, 1, 8, 5);
    assertThat(byName.dataset().targets().toFloatArray()).containsExactly(3, 7);
    assertThat(byName.dataset().hasLabels()).isFalse();
    CsvData byNumber = Csv.withHeader().features(3, 0).targets(2).read(file);
    assertThat(byNumber.features()).containsExactly("d", "a");
    assertThat(byNumber.dataset().features().toFloatArray()).containsExactly(4, 1, 8, 5);
    CsvData rest = Csv.withHeader().targets("d", "b").label("a").read(file);
    assertThat(rest.features()).containsExactly("c");
    assertThat(rest.dataset().targets().toFloatArray()).containsExactly(4, 2, 8, 6);
    assertThat(rest.dataset().labels()).containsExactly(0, 1);
  }

  @Test
  void withoutHeader_columnsHaveNumbers() throws IOException {
    CsvData read = Csv.withoutHeader().label(1).read(file("1,x,2\n3,y,4"));
    assertThat(read.features()).containsExactly("0", "2");
    assertThat(read.dataset().features().toFloatArray()).containsExactly(1, 2, 3, 4);
    assertThat(read.dataset().labels()).containsExactly(0, 1);
    assertThatThrownBy(() -> Csv.withoutHeader().features("a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("columns have no names in a file without a header, such as a");
    assertThatThrownBy(() -> Csv.withoutHeader().label(-1))
        .hasMessage("columns are counted from 0, not -1");
  }

  @Test
  void withoutTargetsAndLabels_targetsAreEmptyRows() throws IOException {
    Dataset data = Csv.withoutHeader().read(file("1,2\n3,4\n")).dataset();
    assertThat(data.features().toFloatArray()).containsExactly(1, 2, 3, 4);
    assertThat(data.targets().shape()).isEqualTo(Shape.of(2, 0));
    for (Batch batch : new DataLoader(data, 1)) {
      assertThat(batch.y().shape()).isEqualTo(Shape.of(1, 0));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n,c\n1,\"a,\"\"b\"\"\n\"\n2,x\n",
        "n,c\r\n1,\"a,\"\"b\"\"\n\"\r\n2,x\r\n",
        "\ufeffn,c\n1,\"a,\"\"b\"\"\n\"\n2,x",
        "\"n\",\"c\"\n\"1\",\"a,\"\"b\"\"\n\"\n\" 2 \",\"x\"\n\n\r\n",
      })
  void quotesLineEndsAndBlanks(String content) throws IOException {
    CsvData read = Csv.withHeader().label("c").read(file(content));
    assertThat(read.classes()).containsExactly("a,\"b\"\n", "x");
    assertThat(read.features()).containsExactly("n");
    assertThat(read.dataset().features().toFloatArray()).containsExactly(1, 2);
  }

  @ParameterizedTest
  @ValueSource(chars = {';', '\t', '|', ' '})
  void delimiter_separatesFields(char delimiter) throws IOException {
    String content = "1,a\n2,b\n".replace(',', delimiter);
    CsvData read = Csv.withoutHeader().delimiter(delimiter).label(1).read(file(content));
    assertThat(read.classes()).containsExactly("a", "b");
    for (char bad : new char[] {'"', '\n', '\r', '\u00e9'}) {
      assertThatThrownBy(() -> Csv.withHeader().delimiter(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("fields cannot be separated by the character of code " + (int) bad);
    }
  }

  @Test
  void fields_acrossTheReadersBuffer() throws IOException {
    for (int length = (1 << 16) - 14; length <= 1 << 16; length++) {
      String wide = "w".repeat(length);
      String content = wide + ",1\r\n\"\u20ac \"\"\r\n\",2\r\nz,3\r\n";
      CsvData read = Csv.withoutHeader().label(0).read(file(content));
      assertThat(read.classes()).containsExactly(wide, "z", "\u20ac \"\r\n");
      assertThat(read.dataset().features().toFloatArray()).containsExactly(1, 2, 3);
    }
  }

  @Test
  void manyRecords_areAllThere() throws IOException {
    int records = 100_000;
    StringBuilder content = new StringBuilder();
    for (int i = 0; i < records; i++) {
      content.append(i).append(',').append(-i).append('\n');
    }
    float[] values =
        Csv.withoutHeader().read(file(content.toString())).dataset().features().toFloatArray();
    assertThat(values).hasSize(2 * records);
    for (int i = 0; i < records; i++) {
      assertThat(values[2 * i]).isEqualTo(i);
      assertThat(values[2 * i + 1]).isEqualTo(-i);
    }
  }

  @Test
  void headerAlone_isADataSetOfNoSamples() throws IOException {
    CsvData read = Csv.withHeader().label("c").read(file("a,b,c\n"));
    assertThat(read.dataset().features().shape()).isEqualTo(Shape.of(0, 2));
    assertThat(read.classes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "'a,b~1,2~3,~' # 10 # 'line 3, column 2 (b): the number is missing'",
        "'a,b~1,2~ ,4~' # 8 # 'line 3, column 1 (a): the number is missing'",
        "'a,b~1,x2~' # 6 # 'line 2, column 2 (b): \"x2\" is not a number'",
        "'a,b~1,NaN~' # 6 # 'line 2, column 2 (b): \"NaN\" is not a number'",
        "'a,b~1,Infinity~' # 6 # 'line 2, column 2 (b): \"Infinity\" is not a number'",
        "'a,b~1,1f~' # 6 # 'line 2, column 2 (b): \"1f\" is not a number'",
        "'a,b~1,0x1p3~' # 6 # 'line 2, column 2 (b): \"0x1p3\" is not a number'",
        "'a,b~1,1e~' # 6 # 'line 2, column 2 (b): \"1e\" is not a number'",
        "'a,b~1,--1~' # 6 # 'line 2, column 2 (b): \"--1\" is not a number'",
        "'a,b~1,-1e39~' # 6 # 'line 2, column 2 (b): -1e39 is too large for a float32'",
        "'a,b~1,2~3~' # 8 # 'line 3: the record has 1 fields, and the first has 2'",
        "'a,b~1,2,3~' # 4 # 'line 2: the record has 3 fields, and the first has 2'",
        "'a,b~1,2~~3,4~' # 8 # 'line 3: the line is empty, and records follow it'",
        "'~a,b~' # 0 # 'line 1: the line is empty, and records follow it'",
        "'a,b~1,\"2~3~' # 6 # 'line 2, column 2: the quote that opens the field is never closed'",
        "'a,b~1,\"2\"3~' # 9 # 'line 2, column 2: text follows the quote that closes the field'",
        "'a,b~1,2\"~' # 7 # 'line 2, column 2: a quote stands in a field that does not begin with"
            + " one'",
        "'a,b^1,2~' # 3 # 'line 1, column 2: a carriage return stands without a line feed after"
            + " it'",
        "'a,b~1,2^' # 7 # 'line 2, column 2: a carriage return stands without a line feed after"
            + " it'",
        "'a,b~1,2~^' # 8 # 'line 3, column 1: a carriage return stands without a line feed after"
            + " it'",
        "'a,b~\"~\",x~' # 8 # 'line 3, column 2 (b): \"x\" is not a number'",
      })
  void malformed(String content, long offset, String rule) throws IOException {
    Path file = file(content.replace('~', '\n').replace('^', '\r'));
    Csv csv = content.endsWith("x~") ? Csv.withHeader().features("b") : Csv.withHeader();
    assertThatThrownBy(() -> csv.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessage(file + ", at byte " + offset + ": " + rule)
        .extracting(e -> ((FormatException) e).offset())
        .isEqualTo(offset);
  }

  @Test
  void malformed_withoutHeaderOrAsAWhole() throws IOException {
    assertRefused(Csv.withoutHeader(), "1,2\n3,?\n", "line 2, column 2: \"?\" is not a number");
    assertRefused(
        Csv.withoutHeader(), "1\n" + "y".repeat(50) + "\n", "\"" + "y".repeat(40) + "...\" is not");
    assertRefused(Csv.withoutHeader(), "", "the file holds no records");
    assertRefused(Csv.withHeader(), "\n\n", "the file holds no records");
    assertRefused(Csv.withHeader().label("a"), "a\n\"\"\n", "line 2, column 1 (a): the class is");
    assertRefused(
        Csv.withHeader().label("c"), "a,b\n", "line 1: there is no column named c among a, b");
    assertRefused(
        Csv.withHeader().label("c"),
        "a,".repeat(20) + "b\n",
        "line 1: there is no column named c among " + "a, ".repeat(19) + "a, ...");
    assertRefused(Csv.withHeader().targets("a"), "a,b,a\n", "line 1: two columns are named a");
    assertRefused(
        Csv.withHeader().features(0, 2),
        "a,b\n",
        "line 1: there is no column number 2, counted from 0, of 2");
    Path binary = Files.write(folder.resolve("latin"), new byte[] {'1', ',', (byte) 0xe9, '\n'});
    assertThatThrownBy(() -> Csv.withoutHeader().read(binary))
        .isInstanceOf(FormatException.class)
        .hasMessage(binary + ", at byte 2: line 1, column 2: the text is not UTF-8");
  }

  @Test
  void read_noSuchFile() {
    Path absent = folder.resolve("absent");
    assertThatThrownBy(() -> Csv.withHeader().read(absent))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(absent + ": there is no such file");
  }

  private void assertRefused(Csv csv, String content, String rule) throws IOException {
    Path file = file(content);
    assertThatThrownBy(() -> csv.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(file + ", at byte ")
        .hasMessageContaining(rule);
  }

  private Path file(String content) throws IOException {
    return Files.write(folder.resolve("data.csv"), content.getBytes(StandardCharsets.UTF_8));
  }
}
