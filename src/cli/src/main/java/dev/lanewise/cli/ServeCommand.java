package dev.lanewise.cli;

import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.Weights;
import dev.lanewise.nn.Module;
import dev.lanewise.serve.Batching;
import dev.lanewise.serve.Limits;
import dev.lanewise.serve.LiveModel;
import dev.lanewise.serve.Service;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command that answers HTTP requests with a saved network. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    header = "Answers HTTP requests with a trained network.",
    description = {
      "POST /predict answers rows: JSON, {\"rows\": [[0.5, ...], ...]} or one row, [0.5, ...], or"
          + " little-endian float32 numbers as application/octet-stream, each answered likewise."
          + " GET / is a page to draw digits on, /model what a row must be, /healthz whether the"
          + " service is up, /metrics what it has done, as Prometheus reads it. A model file that"
          + " changes is taken within a second or two. Ctrl-C or SIGTERM ends it once the requests"
          + " in flight are answered."
    },
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise serve runs/mnist/model.safetensors --port 8080",
      "  curl -H 'Content-Type: application/octet-stream' --data-binary @row.f32 -o answer.f32 \\",
      "    http://127.0.0.1:8080/predict"
    })
final class ServeCommand implements Callable<Integer> {
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final int MOST_SECONDS = 3600;
  private static final int LARGEST_PORT = 65535;
  private static final int MOST_MICROS = 1_000_000;

  private final Screen screen;

  @Parameters(
      paramLabel = "MODEL",
      arity = "0..1",
      description = "The model.safetensors of a training. Default: the newest in runs/*/.")
  private @Nullable Path model;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port to listen on; 0 takes any that is free. Default: ${DEFAULT-VALUE}.")
  private int port = 8080;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      description =
          "Address to listen on; 0.0.0.0 is open to the network. Default: ${DEFAULT-VALUE}.")
  private String host = "127.0.0.1";

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description = "How the weights are kept: float32, bfloat16 or int8. Default: float32.")
  private Weights weights = Weights.FLOAT32;

  @Option(
      names = "--micro-batch",
      paramLabel = "ROWS:MICROS",
      description =
          "Gather requests of one row into batches of at most ROWS, each waiting at most MICROS"
              + " microseconds, such as 32:200. Default: answer each by itself.")
  private @Nullable String microBatch;

  @Option(
      names = "--max-body",
      paramLabel = "BYTES",
      description = "Longest body of a request. Default: ${DEFAULT-VALUE}.")
  private long maxBody = Limits.DEFAULT.bodyBytes();

  @Option(
      names = "--max-rows",
      paramLabel = "N",
      description = "Most rows of a request. Default: ${DEFAULT-VALUE}.")
  private int maxRows = Limits.DEFAULT.rows();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Time for a request to come in whole. Default: ${DEFAULT-VALUE}.")
  private int timeout = (int) Limits.DEFAULT.timeout().toSeconds();

  @Option(
      names = "--max-in-flight",
      paramLabel = "N",
      description =
          "Most requests to predict at a time; others are told to come again. Default:"
              + " ${DEFAULT-VALUE}.")
  private int maxInFlight = Limits.DEFAULT.inFlight();

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description = "Most open connections; others are closed. Default: ${DEFAULT-VALUE}.")
  private int maxConnections = Limits.DEFAULT.connections();

  @Option(
      names = "--no-warmup",
      description = "Answer at once, the first requests slowly, rather than after a few seconds.")
  private boolean cold;

  ServeCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws IOException {
    Limits limits = limits();
    Batching batching = batching(limits);
    InetSocketAddress address = address();
    Path file = model != null ? model : newest();
    LiveModel live = live(file, limits);
    if (!cold) {
      Duration warm = live.predictor().warmup();
      say(String.format(Locale.ROOT, "warmed up in %.1f s", warm.toMillis() / 1e3));
    }
    try (Service service = start(live, address, limits, batching)) {
      CountDownLatch ended = endedBySignal();
      String shown = host.contains(":") ? "[" + host + "]" : host;
      say("serving " + file + " on http://" + shown + ":" + service.address().getPort() + "/");
      ended.await();
      say("stopping");
    } catch (InterruptedException _) {
      // Only a program that has this command inside ends it so.
      Thread.currentThread().interrupt();
    }
    say("stopped");
    return 0;
  }

  private LiveModel live(Path file, Limits limits) throws IOException {
    int[] row = {SavedModel.read(file).layers().l1()};
    try {
      return new LiveModel(file, ServeCommand::load, row, limits.rows(), weights);
    } catch (ShapeException e) {
      throw new UsageException("--max-rows is too large: " + e.getMessage());
    }
  }

  /**
   * Returns what SIGTERM and Ctrl-C open, instead of ending the process, whose exit code is then
   * this command's own. The second of them ends it at once.
   */
  private static CountDownLatch endedBySignal() {
    CountDownLatch ended = new CountDownLatch(1);
    for (String name : List.of("TERM", "INT")) {
      Object _ =
          Signals.register(
              name,
              () -> {
                Object _ = Signals.registerDefault(name);
                ended.countDown();
              });
    }
    return ended;
  }

  private Limits limits() {
    require(maxBody >= 1, "--max-body must be at least 1, not " + maxBody);
    require(maxRows >= 1, "--max-rows must be at least 1, not " + maxRows);
    require(
        timeout >= 1 && timeout <= MOST_SECONDS,
        "--timeout must be from 1 to " + MOST_SECONDS + ", not " + timeout);
    require(maxInFlight >= 1, "--max-in-flight must be at least 1, not " + maxInFlight);
    require(maxConnections >= 1, "--max-connections must be at least 1, not " + maxConnections);
    return new Limits(maxBody, maxRows, Duration.ofSeconds(timeout), maxInFlight, maxConnections);
  }

  private @Nullable Batching batching(Limits limits) {
    if (microBatch == null) {
      return null;
    }
    String[] parts = microBatch.split(":", -1);
    try {
      if (parts.length == 2) {
        int rows = Integer.parseInt(parts[0]);
        int micros = Integer.parseInt(parts[1]);
        if (rows >= 1 && rows <= limits.rows() && micros >= 0 && micros <= MOST_MICROS) {
          return new Batching(rows, Duration.ofNanos(micros * 1000L));
        }
      }
    } catch (NumberFormatException _) {
      // Falls through to the one sentence for every malformed value.
    }
    throw new UsageException(
        ("--micro-batch wants rows, from 1 to " + limits.rows() + ", and microseconds, from 0 to ")
            + (MOST_MICROS + ", such as 32:200, not '" + microBatch + "'"));
  }

  private InetSocketAddress address() {
    require(
        port >= 0 && port <= LARGEST_PORT,
        "--port must be from 0 to " + LARGEST_PORT + ", not " + port);
    InetSocketAddress address = new InetSocketAddress(host, port);
    require(!address.isUnresolved(), "--host is not known: '" + host + "'");
    return address;
  }

  private static void require(boolean met, String sentence) {
    if (!met) {
      throw new UsageException(sentence);
    }
  }

  private static Path newest() throws IOException {
    Path runs = Path.of("runs");
    if (Files.isDirectory(runs)) {
      try (Stream<Path> folders = Files.list(runs)) {
        Path newest =
            folders
                .map(folder -> new RunFolder(folder).model())
                .filter(Files::isRegularFile)
                .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
                .orElse(null);
        if (newest != null) {
          return newest;
        }
      }
    }
    throw new Failure(
        "there is no model in runs: train one first, with lanewise train, or name a file");
  }

  /** Loads a network; whatever is wrong with it is told in one sentence. */
  private static Module load(Path file) throws IOException {
    try {
      return SavedModel.read(file).network();
    } catch (IOException | RuntimeException e) {
      throw new IOException(Sentences.of(e).orElse(e.toString()), e);
    }
  }

  private Service start(
      LiveModel live, InetSocketAddress address, Limits limits, @Nullable Batching batching)
      throws IOException {
    try {
      return new Service(live, address, limits, batching, GRACE, screen.err()::println);
    } catch (SocketException e) {
      throw new Failure("cannot listen on " + host + ":" + port + ": " + e.getMessage(), e);
    }
  }

  private void say(String line) {
    screen.out().println(line);
    screen.out().flush();
  }
}
