package dev.lanewise.bench.coldstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColdStartCommandTest {
  private static final String CLASS_PATH =
      System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

  @TempDir private Path folder;

  @Test
  void everyContender_predictsRightInAFreshJvm() throws Exception {
    ColdStarts measured = ColdStartCommand.measure(1, CLASS_PATH);
    assertThat(measured.contenders().getFirst().name()).isEqualTo(ColdStarts.LANEWISE);
    assertThat(measured.contenders())
        .allSatisfy(contender -> {
          assertThat(contender.firstMillis()).hasSize(1).allMatch(millis -> millis > 0);
          assertThat(contender.thousandthMillis().getFirst())
              .isGreaterThanOrEqualTo(contender.firstMillis().getFirst());
        });
    assertThat(measured.leftOut())
        .contains("Lanewise, AOT cache is left out: only classes in a jar can be cached.");
  }

  @Test
  void aProcessThatFails_isNamedWithWhatItPrinted() {
    FreshJvm none = new FreshJvm("Nobody", List.of(), "no.such.Main");
    assertThatThrownBy(() -> none.run(CLASS_PATH, folder))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Nobody ended with exit code 1 and printed:")
        .hasMessageContaining("no.such.Main");
  }

  @Test
  void aPredictionIsRightOnlyNearTheReference() {
    double[] output = ColdStartNetwork.expected();
    assertThat(ColdStartNetwork.isRight(output)).isTrue();
    output[3] += 1e-4;
    assertThat(ColdStartNetwork.isRight(output)).isFalse();
    output[3] = Double.NaN;
    assertThat(ColdStartNetwork.isRight(output)).isFalse();
    assertThat(ColdStartNetwork.isRight(new double[0])).isFalse();
  }

  @Test
  void json_isOneObjectWithItsForm() throws IOException {
    ColdStarts starts =
        new ColdStarts(
            "1-1",
            "25",
            List.of(new ColdStarts.Contender("Lanewise", List.of(1.5), List.of(2.5))),
            List.of("X is left out."));
    assertThat(new String(starts.json(), StandardCharsets.UTF_8).replaceAll("\\s", ""))
        .isEqualTo(
            "{\"coldStart\":{\"network\":\"1-1\",\"jdk\":\"25\",\"contenders\":[{\"name\":"
                + "\"Lanewise\",\"firstMillis\":[1.5],\"thousandthMillis\":[2.5]}],"
                + "\"leftOut\":[\"Xisleftout.\"]}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--frob 1; there is no option --frob",
        "--runs; --runs should be followed by its value",
        "--runs x; --runs should be a number, not 'x'",
        "--runs 0; --runs should be from 1 to 1000, not 0",
      })
  void badUsage_isExplained(String args, String sentence) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    int code = ColdStartCommand.run(List.of(args.split(" ", -1)), System.out, stream);
    assertThat(code).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains(sentence, "usage: coldstart");
  }
}
