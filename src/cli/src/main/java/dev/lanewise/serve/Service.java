package dev.lanewise.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.lanewise.array.Shape;
import dev.lanewise.infer.Metrics;
import dev.lanewise.infer.MicroBatcher;
import dev.lanewise.infer.Predictor;
import dev.lanewise.infer.QueueFullException;
import dev.lanewise.memory.Memory;
import dev.lanewise.memory.MemoryLimitException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A predictor behind HTTP, on the JDK's own server with a virtual thread for each request.
 *
 * <ul>
 *   <li>{@code POST /predict} answers rows, as JSON or as floats: see {@link Encoding}.
 *   <li>{@code GET /} is a page to try it by hand, {@code GET /model} what a row must be, {@code
 *       GET /healthz} whether the service is up, {@code GET /metrics} what it has done.
 * </ul>
 *
 * <p>A request that cannot be answered gets a status of 4xx, or 503 to come again, and {@code
 * {"error": "a sentence"}}. The exceptions are what the JDK's server refuses before it hands the
 * request on: a malformed head gets a status of 4xx and a line of HTML, and one that does not come
 * in time gets its connection closed.
 */
public final class Service implements AutoCloseable {
  private static final Duration POLL = Duration.ofSeconds(1);

  /** How long a service that stops looks whether anything is still to be done. */
  private static final Duration SETTLING = Duration.ofMillis(500);

  private final LiveModel model;
  private final Limits limits;
  private final Duration grace;
  private final Consumer<String> told;
  private final int width;
  private final int answerWidth;
  private final @Nullable MicroBatcher batcher;
  private final HttpServer http;
  private final Map<String, Route> routes;
  private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledThreadPoolExecutor clock;
  private final Semaphore free;
  private final AtomicInteger handling = new AtomicInteger();
  private final Map<Integer, LongAdder> answers = new ConcurrentSkipListMap<>();
  private volatile boolean stopping;

  /** What answers one path. */
  private record Route(String method, Handler handler) {
    String allowed() {
      return method.equals("GET") ? "GET, HEAD" : method;
    }

    boolean allows(String wanted) {
      return wanted.equals(method) || (wanted.equals("HEAD") && method.equals("GET"));
    }
  }

  @FunctionalInterface
  private interface Handler {
    Answer answer(HttpExchange exchange) throws IOException, InterruptedException;
  }

  /** The client was told already that it was late. */
  private static final class LateException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Starts a service, which answers from now on.
   *
   * @param address where it listens; port 0 takes any that is free
   * @param batching how single rows are gathered, or null to answer each request by itself
   * @param grace the longest that {@link #close} waits for requests in flight
   * @param told takes a sentence about each reload, and about what should not happen
   * @throws IOException if it cannot listen there
   */
  public Service(
      LiveModel model,
      InetSocketAddress address,
      Limits limits,
      @Nullable Batching batching,
      Duration grace,
      Consumer<String> told)
      throws IOException {
    this.model = model;
    this.limits = limits;
    this.grace = grace;
    this.told = told;
    Answer page = Page.load();
    Predictor predictor = model.predictor();
    width = (int) predictor.inputShape().size();
    answerWidth = (int) predictor.outputShape().size();
    free = new Semaphore(limits.inFlight());
    routes =
        Map.of(
            "/", new Route("GET", _ -> page),
            "/model", new Route("GET", _ -> describe()),
            "/healthz", new Route("GET", _ -> Answer.of("text/plain", "ok\n")),
            "/metrics", new Route("GET", _ -> Answer.of(Exposition.TYPE, measure())),
            "/predict", new Route("POST", this::predict));
    configure(limits);
    http = HttpServer.create(address, 0);
    batcher =
        batching == null
            ? null
            : MicroBatcher.of(
                predictor, batching.rows(), batching.longestWait(), batching.capacity());
    clock =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("clock").factory());
    clock.setRemoveOnCancelPolicy(true);
    Thread.ofPlatform().daemon().name("reload").start(this::watch);
    http.setExecutor(handlers);
    http.createContext("/", this::handle);
    http.start();
  }

  /**
   * Sets what the JDK's server takes from system properties when it is first used in a process;
   * what is set already stays.
   */
  private static void configure(Limits limits) {
    // Later than the deadline of a body, which tells the client that it is late.
    long seconds = limits.timeout().toSeconds() + 2;
    set("sun.net.httpserver.maxReqTime", seconds);
    set("sun.net.httpserver.maxRspTime", seconds);
    set("jdk.httpserver.maxConnections", limits.connections());
    // What is left of a body that was refused is read, lest the client miss the answer.
    set("sun.net.httpserver.drainAmount", limits.bodyBytes());
    // The head and the body of an answer are written one after the other.
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
  }

  private static void set(String property, long value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Long.toString(value));
    }
  }

  /** Returns where the service listens. */
  public InetSocketAddress address() {
    return http.getAddress();
  }

  /**
   * Takes no more connections, finishes what is in flight as far as the grace period allows, and
   * ends the rest.
   */
  @Override
  public void close() {
    if (stopping) {
      return;
    }
    stopping = true;
    // The server counts an exchange whose connection broke as unfinished for ever; this does not.
    Thread stopper =
        Thread.ofPlatform().start(() -> http.stop((int) Math.max(1, grace.toSeconds())));
    boolean interrupted = false;
    while (true) {
      try {
        if (stopper.join(SETTLING)) {
          break;
        }
        if (handling.get() == 0) {
          stopper.interrupt();
        }
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    clock.shutdownNow();
    handlers.shutdownNow();
    if (batcher != null) {
      batcher.close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch() {
    while (!stopping) {
      try {
        Thread.sleep(POLL);
      } catch (InterruptedException _) {
        return;
      }
      model.refresh(told);
    }
  }

  private void handle(HttpExchange exchange) {
    handling.incrementAndGet();
    try {
      send(exchange, answer(exchange));
      // Not the exchange's own close, which drops the connection if anything is left to be read.
      exchange.getResponseBody().close();
    } catch (LateException _) {
      exchange.close();
    } catch (IOException _) {
      // The client is gone.
      exchange.close();
    } finally {
      handling.decrementAndGet();
    }
  }

  private Answer answer(HttpExchange exchange) throws LateException {
    try {
      String path = exchange.getRequestURI().getPath();
      Route route = routes.get(path);
      if (route == null) {
        return Answer.error(404, "there is nothing at " + path);
      }
      String method = exchange.getRequestMethod();
      if (!route.allows(method)) {
        return Answer.error(405, path + " takes " + route.allowed() + ", not " + method)
            .with("Allow", route.allowed());
      }
      return route.handler().answer(exchange);
    } catch (LateException e) {
      throw e;
    } catch (Refusal e) {
      return Answer.error(e.status(), String.valueOf(e.getMessage()));
    } catch (QueueFullException | MemoryLimitException e) {
      return busy(String.valueOf(e.getMessage()));
    } catch (InterruptedException _) {
      return busy("the service stops");
    } catch (Throwable e) { // Errors too must not end in silence, and the process lives on.
      told.accept("a request failed: " + e);
      return Answer.error(500, "the service failed: " + e);
    }
  }

  private static Answer busy(String sentence) {
    return Answer.error(503, sentence).with("Retry-After", "1");
  }

  private void send(HttpExchange exchange, Answer answer) throws IOException {
    answers.computeIfAbsent(answer.status(), _ -> new LongAdder()).increment();
    (stopping ? answer.with("Connection", "close") : answer).send(exchange);
  }

  private Answer predict(HttpExchange exchange) throws IOException, InterruptedException {
    if (!free.tryAcquire()) {
      return busy(limits.inFlight() + " requests are in flight, and no more may be");
    }
    try {
      Encoding encoding = checkHead(exchange);
      Rows rows = new Rows(width, limits.rows());
      read(exchange, encoding, rows);
      float[] outputs = new float[Math.multiplyExact(rows.count(), answerWidth)];
      if (batcher != null && rows.count() == 1) {
        batcher.predict(rows.values(), outputs);
      } else {
        model.predictor().predict(rows.count(), rows.values(), outputs);
      }
      return encoding.answer(outputs, rows.count(), answerWidth);
    } finally {
      free.release();
    }
  }

  /** Refuses what can be refused before the body is read. */
  private Encoding checkHead(HttpExchange exchange) throws IOException {
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    if (length == null && !exchange.getRequestHeaders().containsKey("Transfer-Encoding")) {
      throw new Refusal(411, "the body must have a Content-Length or come in chunks");
    }
    if (length != null && Long.parseLong(length) > limits.bodyBytes()) {
      throw Body.tooLong(limits.bodyBytes());
    }
    String coding = exchange.getRequestHeaders().getFirst("Content-Encoding");
    if (coding != null && !coding.equalsIgnoreCase("identity")) {
      throw new Refusal(415, "the body must not be encoded, and its Content-Encoding is " + coding);
    }
    return Encoding.of(exchange.getRequestHeaders().getFirst("Content-Type"));
  }

  private void read(HttpExchange exchange, Encoding encoding, Rows rows) throws IOException {
    try (Deadline deadline = new Deadline(clock, limits.timeout(), () -> late(exchange))) {
      IOException refused = null;
      try {
        encoding.read(new Body(exchange.getRequestBody(), limits.bodyBytes()), rows);
      } catch (IOException e) {
        refused = e;
      }
      if (!deadline.meet()) {
        throw new LateException();
      }
      if (refused != null) {
        throw refused;
      }
    }
  }

  private void late(HttpExchange exchange) {
    Answer answer =
        Answer.error(408, "the body did not come within " + seconds(limits.timeout()))
            .with("Connection", "close");
    try {
      send(exchange, answer);
    } catch (IOException _) {
      // The client is gone.
    }
  }

  private static String seconds(Duration time) {
    return time.toMillis() / 1000.0 + " seconds";
  }

  private Answer describe() {
    Predictor predictor = model.predictor();
    return Answer.json(
        200,
        json -> {
          json.writeFieldName("input");
          json.writeArray(dims(predictor.inputShape()), 0, predictor.inputShape().rank());
          json.writeFieldName("output");
          json.writeArray(dims(predictor.outputShape()), 0, predictor.outputShape().rank());
          json.writeNumberField("maxRows", limits.rows());
          json.writeNumberField("version", model.version());
        });
  }

  private static int[] dims(Shape shape) {
    return shape.toArray();
  }

  private String measure() {
    Metrics predictor = model.predictor().metrics();
    Exposition text =
        new Exposition().family("lanewise_requests_total", "counter", "Answers by status.");
    answers.forEach((status, count) ->
        text.sample("lanewise_requests_total{status=\"" + status + "\"}", count.sum()));
    int inFlight = limits.inFlight() - free.availablePermits();
    text.gauge("lanewise_requests_in_flight", "Requests to predict in flight.", inFlight)
        .counter("lanewise_predictor_calls_total", "Answered calls.", predictor.calls())
        .counter("lanewise_predictor_rows_total", "Answered rows.", predictor.rows())
        .counter("lanewise_predictor_failures_total", "Failed calls.", predictor.failures())
        .latencies("lanewise_predictor_seconds", "Time of a predictor's call.", predictor);
    if (batcher != null) {
      Metrics waited = batcher.metrics();
      text.counter("lanewise_batches_total", "Batches that were run.", batcher.batches())
          .counter("lanewise_batch_rejections_total", "Rows turned away.", waited.rejections())
          .latencies("lanewise_batch_seconds", "Time of a row in line and batch.", waited);
    }
    Runtime runtime = Runtime.getRuntime();
    return text.gauge("lanewise_memory_bytes", "Off-heap memory in use.", Memory.inUse())
        .gauge("lanewise_predictor_bytes", "Weights and work spaces.", predictor.bytes())
        .gauge("lanewise_heap_bytes", "Heap in use.", runtime.totalMemory() - runtime.freeMemory())
        .gauge("lanewise_model_version", "Version that answers.", model.version())
        .counter("lanewise_model_reload_failures_total", "Files not taken.", model.failures())
        .toString();
  }
}
