package dev.lanewise.cli;

import dev.lanewise.kernel.Roofline;
import dev.lanewise.kernel.Simd;
import dev.lanewise.kernel.Workers;
import dev.lanewise.memory.Memory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command that trains the network. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    abbreviateSynopsis = true,
    header = "Trains a network to tell handwritten digits apart.",
    description = {
      "The network has four fully connected layers, followed by ReLU, sigmoid, sigmoid, and a"
          + " sigmoid rescaled to the targets' range, -1 to 1; the loss is the mean squared error."
          + " A linear model is trained beside it for comparison."
    },
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise train",
      "  lanewise train --data mnist --optimizer adam --epochs 20 --out runs/mnist",
      "  lanewise train --optimizer both --learning-rate adam=0.001,sgd=2",
      "",
      "The folder holds model.safetensors, metrics.csv, loss.png and summary.txt in the end.",
    })
final class TrainCommand implements Callable<Integer> {
  private static final int MOST_SAMPLES = 1_000_000;
  private static final int MOST_EPOCHS = 100_000;

  private final Screen screen;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder with MNIST's IDX files, gzipped or plain. Where only the t10k pair is there, four"
              + " fifths of it serve for training. Default: synthetic digits drawn from the seed.")
  private @Nullable Path folder;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description =
          "Synthetic training images; a quarter as many others are made for testing. Default:"
              + " 8000.")
  private @Nullable Integer samples;

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      defaultValue = "both",
      description =
          "adam, sgd or both, which trains the same initial weights on the same batches with each."
              + " Default: ${DEFAULT-VALUE}.")
  private String optimizer = "both";

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      description =
          "A number, or one for each optimizer, as in adam=0.001,sgd=2. Default: adam=0.002,sgd=3.")
  private @Nullable String learningRate;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "12",
      description = "Passes over the training images. Default: ${DEFAULT-VALUE}.")
  private int epochs;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "32",
      description = "Images in a training step. Default: ${DEFAULT-VALUE}.")
  private int batchSize;

  @Option(
      names = "--hidden",
      paramLabel = "N,N,N",
      defaultValue = "256,128,64",
      split = ",",
      hideParamSyntax = true,
      description = "Sizes of the three hidden layers. Default: ${DEFAULT-VALUE}.")
  private List<Integer> hidden = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Start of all randomness: weights, order of the images, synthetic digits."
              + " Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads to compute with; they change no result. Default: all processors.")
  private @Nullable Integer threads;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for the results, made if need be; those of an earlier training there are"
              + " replaced. Default: runs/TIME-train.")
  private @Nullable Path out;

  TrainCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws IOException {
    TrainSettings settings = settings();
    int before = Workers.threads();
    try {
      if (threads != null) {
        Workers.setThreads(threads);
      }
      run(settings);
    } finally {
      Workers.setThreads(before);
    }
    return 0;
  }

  private void run(TrainSettings settings) throws IOException {
    TrainingData data = data();
    RunFolder results = RunFolder.make(out);
    Checkpoint checkpoint = new Checkpoint(results.model(), settings, data);
    List<OptimizerKind> kinds = List.copyOf(settings.learningRates().keySet());
    checkpoint.saveUntrained(
        kinds.getFirst(), Trainer.untrained(settings, data.features(), kinds.getFirst()));
    results.clearReports();

    String plan = plan(settings, data, results);
    screen.out().println(plan);
    screen.out().flush();
    Trainer trainer = new Trainer(settings, data, checkpoint, this::display);
    List<TrainedNetwork> trained = new ArrayList<>();
    for (OptimizerKind kind : kinds) {
      trained.add(trainer.train(kind));
    }
    int threadsUsed = Workers.threads();
    TrainReport report =
        new TrainReport(
            trained,
            LinearBaseline.accuracy(settings, data),
            settings.layers(data.features()).trainingFlops(),
            Roofline.peakGflops(threadsUsed),
            threadsUsed,
            Memory.inUse());
    RunFolder.write(results.metrics(), report.metrics());
    String chart = writeChart(results, trained);
    String summary =
        report.table() + System.lineSeparator() + written(results, checkpoint.held(), chart);
    RunFolder.write(results.summary(), plan + System.lineSeparator() + summary);
    screen.out().println();
    screen.out().print(summary);
  }

  /** Draws the loss curves and says where they are or why they are not there. */
  private static String writeChart(RunFolder results, List<TrainedNetwork> trained)
      throws IOException {
    byte[] chart;
    try {
      chart = LossChart.draw(trained);
    } catch (RuntimeException | LinkageError | InternalError e) {
      // So ends Java's drawing in a container without fonts; it must not take the training with it.
      return "not drawn, for want of fonts or fontconfig: " + e;
    }
    RunFolder.write(results.chart(), chart);
    return results.chart().toString();
  }

  private Progress display(String name, int epochCount, int sampleCount) {
    return screen.interactive()
        ? new ProgressOnTerminal(name, epochCount, sampleCount)
        : new ProgressLines(screen.out(), name, epochCount);
  }

  private TrainingData data() throws IOException {
    return folder != null
        ? TrainingData.mnist(folder)
        : TrainingData.synthetic(samples == null ? 8000 : samples, seed);
  }

  private TrainSettings settings() {
    requireRange("--epochs", epochs, MOST_EPOCHS);
    requireRange("--batch-size", batchSize, MOST_SAMPLES);
    if (threads != null) {
      requireRange("--threads", threads, Workers.MAX);
    }
    if (samples != null) {
      requireRange("--samples", samples, MOST_SAMPLES);
      if (folder != null) {
        throw new UsageException("--samples counts synthetic digits and does not go with --data");
      }
    }
    if (hidden.size() != 3) {
      throw new UsageException(
          "--hidden wants three sizes, such as 256,128,64, not " + hidden.size());
    }
    for (int size : hidden) {
      requireRange("--hidden", size, Layers.LARGEST);
    }
    Map<OptimizerKind, Double> rates = LearningRates.parse(optimizer, learningRate);
    return new TrainSettings(rates, epochs, batchSize, hidden, seed);
  }

  private static void requireRange(String option, int value, int largest) {
    if (value < 1 || value > largest) {
      throw new UsageException(option + " must be from 1 to " + largest + ", not " + value);
    }
  }

  private static String plan(TrainSettings settings, TrainingData data, RunFolder results) {
    String rates =
        settings.learningRates().entrySet().stream()
            .map(e -> e.getKey().label() + " at learning rate " + Text.number(e.getValue()))
            .collect(Collectors.joining(", then "));
    return Text.table(
        2,
        List.of(
            List.of(
                "network",
                settings.layers(data.features()).join("-")
                    + ", ReLU, sigmoid, sigmoid, sigmoid rescaled to "
                    + Text.number(NeuralNetwork.LOW)
                    + " to "
                    + Text.number(NeuralNetwork.HIGH)),
            List.of("loss", "mean squared error"),
            List.of("data", data.counts()),
            List.of("", data.origin()),
            List.of("optimizer", rates),
            List.of("epochs", settings.epochs() + ", in batches of " + settings.batchSize()),
            List.of("seed", Long.toString(settings.seed())),
            List.of(
                "machine",
                Text.count(Workers.threads(), "thread") + ", vectors of " + Simd.BITS + " bits"),
            List.of("results", results.path().toString())));
  }

  private static String written(RunFolder results, String held, String chart) {
    return Text.table(
        2,
        List.of(
            List.of("model", results.model() + ", " + held),
            List.of("loss curves", chart),
            List.of("metrics", results.metrics().toString()),
            List.of("summary", results.summary().toString())));
  }
}
