package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.cli.Cli.Run;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MainTest {
  @Test
  void noCommand() {
    Run run = Cli.run();
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines())
        .containsExactly(
            "lanewise: a command is missing: train, predict, serve, inspect or doctor",
            "See lanewise --help.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trian | lanewise: there is no command trian; did you mean train?",
        "--foo | lanewise: there is no option --foo",
        "train --epochz 3 | lanewise train: there is no option --epochz; did you mean --epochs?",
        "train extra | lanewise train: one too many: extra",
        "train --epochs 0 | lanewise train: --epochs must be from 1 to 100000, not 0",
        "train --epochs x | lanewise train: Invalid value for option '--epochs': 'x' is not a whole"
            + " number",
        "train --epochs 5000000000 | lanewise train: Invalid value for option '--epochs':"
            + " '5000000000' is out of range",
        "train --batch-size -4 | lanewise train: --batch-size must be from 1 to 1000000, not -4",
        "train --threads 0 | lanewise train: --threads must be from 1 to 256, not 0",
        "train --samples 0 | lanewise train: --samples must be from 1 to 1000000, not 0",
        "train --seed x | lanewise train: Invalid value for option '--seed': 'x' is not a whole"
            + " number",
        "train --hidden 3,4 | lanewise train: --hidden wants three sizes, such as 256,128,64, not"
            + " 2",
        "train --hidden 3,0,4 | lanewise train: --hidden must be from 1 to 65536, not 0",
        "train --optimizer lion | lanewise train: --optimizer knows adam, sgd and both, not 'lion'",
        "train --learning-rate 0 | lanewise train: --learning-rate must be a number above 0, not"
            + " '0'",
        "train --learning-rate NaN | lanewise train: --learning-rate must be a number above 0, not"
            + " 'NaN'",
        "train --learning-rate lion=1 | lanewise train: --learning-rate knows adam and sgd, not"
            + " 'lion'",
        "train --optimizer sgd --learning-rate adam=1 | lanewise train: --learning-rate names adam,"
            + " which is not trained",
        "train --data x --samples 9 | lanewise train: --samples counts synthetic digits and does"
            + " not go with --data",
        "predict | lanewise predict: Missing required options and parameters: '--input=FILE',"
            + " 'MODEL'",
        "predict m --input f --limit 0 | lanewise predict: --limit must be at least 1, not 0",
        "serve m --port 70000 | lanewise serve: --port must be from 0 to 65535, not 70000",
        "serve m --max-rows 0 | lanewise serve: --max-rows must be at least 1, not 0",
        "serve m --max-body 0 | lanewise serve: --max-body must be at least 1, not 0",
        "serve m --timeout 0 | lanewise serve: --timeout must be from 1 to 3600, not 0",
        "serve m --max-in-flight 0 | lanewise serve: --max-in-flight must be at least 1, not 0",
        "serve m --max-connections 0 | lanewise serve: --max-connections must be at least 1, not 0",
        "serve m --micro-batch 32 | lanewise serve: --micro-batch wants rows, from 1 to 256, and"
            + " microseconds, from 0 to 1000000, such as 32:200, not '32'",
        "serve m --micro-batch 300:1 | lanewise serve: --micro-batch wants rows, from 1 to 256, and"
            + " microseconds, from 0 to 1000000, such as 32:200, not '300:1'",
        "inspect | lanewise inspect: Missing required parameter: 'FILE'",
        "doctor now | lanewise doctor: one too many: now",
      })
  void badUsage(String line, String sentence) {
    Run run = Cli.run((Object[]) line.split(" ", -1));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    String command = sentence.substring(0, sentence.indexOf(':'));
    assertThat(run.err().lines()).containsExactly(sentence, "See " + command + " --help.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "train", "predict", "serve", "inspect", "doctor"})
  void help(String command) {
    Run run = command.isEmpty() ? Cli.run("--help") : Cli.run(command, "--help");
    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("Usage: " + ("lanewise " + command).strip())
        .containsPattern("Examples?:");
    assertThat(run.out().lines()).allMatch(line -> line.length() <= 96);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "train", "predict", "serve", "inspect", "doctor"})
  void version(String command) {
    Run run = command.isEmpty() ? Cli.run("--version") : Cli.run(command, "--version");
    assertThat(run.code()).isZero();
    assertThat(run.out()).startsWith("lanewise " + Version.NUMBER + " on ");
  }

  @Test
  void version_isThatOfTheProject() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    assertThat(pom).contains("<version>" + Version.NUMBER + "</version>");
  }

  @Test
  void trainHelp_showsTheDefaultsThatAreUsed() {
    String help = Cli.run("train", "--help").out().replaceAll("\\s+", " ");
    assertThat(help)
        .contains(
            "Default: adam="
                + Text.number(OptimizerKind.ADAM.defaultLearningRate())
                + ",sgd="
                + Text.number(OptimizerKind.SGD.defaultLearningRate())
                + ".");
  }

  @Test
  void failure_showsItsOriginOnlyWhenAsked() {
    assertThat(Cli.run("inspect", "/no/such/file").err().lines()).hasSize(1);
    assertThat(Cli.run("inspect", "/no/such/file", "--stacktrace").err())
        .contains("at dev.lanewise.cli.InspectCommand");
    assertThat(Cli.run("--stacktrace", "inspect", "/no/such/file").err())
        .contains("at dev.lanewise.cli.InspectCommand");
  }

  @Test
  void sentences() {
    assertThat(Sentences.of(new NoSuchFileException("x"))).contains("there is no x");
    assertThat(Sentences.of(new AccessDeniedException("x"))).contains("permission denied: x");
    assertThat(Sentences.of(new OutOfMemoryError("Java heap space"))).isPresent();
    assertThat(Sentences.of(new ExceptionInInitializerError("-Dx=y is wrong")))
        .contains("-Dx=y is wrong");
    assertThat(Sentences.of(new IllegalStateException("a bug"))).isEmpty();
  }
}
