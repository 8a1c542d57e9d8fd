package dev.lanewise.cli;

import dev.lanewise.array.NDArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command that runs a saved network. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    header = "Runs a trained network on images.",
    description = {
      "Gives for each row of the input the most probable class and a probability for every class:"
          + " the network's outputs, mapped from the targets' range to 0 to 1. Each is an answer of"
          + " its own; they need not add to 1."
    },
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise predict runs/mnist/model.safetensors --input t10k-images-idx3-ubyte.gz",
      "  lanewise predict model.safetensors --input digits.npy --format csv --output digits.csv"
    })
final class PredictCommand implements Callable<Integer> {
  private static final int ROWS_ON_SCREEN = 20;

  private final Screen screen;

  @Parameters(paramLabel = "MODEL", description = "The model.safetensors of a training.")
  private Path model = Path.of("");

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE",
      description =
          "IDX images, plain or gzipped, or an npy array: [n, features], [n, rows, cols] or"
              + " [features]. Unsigned bytes are divided by 255, as in training; other numbers are"
              + " taken as they are.")
  private Path input = Path.of("");

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "table, for people, or csv, with every digit. Default: table, or csv with --output.")
  private @Nullable Format format;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "File to write, whole or not at all. Default: standard output.")
  private @Nullable Path output;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Rows to give. Default: all, or the first 20 of a table on the screen.")
  private @Nullable Integer limit;

  PredictCommand(Screen screen) {
    this.screen = screen;
  }

  /** How predictions are laid out. */
  enum Format {
    /** For other programs. */
    CSV,
    /** For people. */
    TABLE
  }

  @Override
  public Integer call() throws IOException {
    if (limit != null && limit < 1) {
      throw new UsageException("--limit must be at least 1, not " + limit);
    }
    SavedModel saved = SavedModel.read(model);
    NDArray rows = InputRows.read(input, saved);
    int classes = saved.layers().out();
    Predictions predictions =
        Predictions.of(Predictions.outputs(saved.network(), rows, classes), classes);
    String text = text(predictions);
    if (output == null) {
      screen.out().print(text);
    } else {
      RunFolder.write(output, text);
    }
    return 0;
  }

  private String text(Predictions predictions) {
    Format chosen = format != null ? format : output == null ? Format.TABLE : Format.CSV;
    boolean onScreen = output == null && chosen == Format.TABLE;
    int shown = limit != null ? limit : onScreen ? ROWS_ON_SCREEN : Integer.MAX_VALUE;
    return chosen == Format.CSV ? predictions.csv(shown) : predictions.table(shown);
  }
}
