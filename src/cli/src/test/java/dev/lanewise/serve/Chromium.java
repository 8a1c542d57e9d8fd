package dev.lanewise.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** A page in a headless Chromium, led through its DevTools protocol. */
final class Chromium implements AutoCloseable {
  private static final JsonFactory JSON = new JsonFactory();
  private static final long PATIENCE_SECONDS = 30;
  private static final Path SCRIPT = Path.of("src/test/scripts/chromium.sh");
  private static final Path LOG = Path.of("target", "chromium.log");

  private final Process process;
  private final WebSocket socket;
  private final Map<Integer, CompletableFuture<String>> calls;
  private int count;

  private Chromium(
      Process process, WebSocket socket, Map<Integer, CompletableFuture<String>> calls) {
    this.process = process;
    this.socket = socket;
    this.calls = calls;
  }

  /** The attempt to install it, made once for all pages. */
  private static boolean tried;

  /** Opens {@code url}; skips the test, saying why, where there is no Chromium to be had. */
  static Chromium open(URI url, Path profile) throws Exception {
    Process process =
        new ProcessBuilder(
                program().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--remote-debugging-port=0",
                "--window-size=900,720",
                "--user-data-dir=" + profile,
                url.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      Map<Integer, CompletableFuture<String>> calls = new ConcurrentHashMap<>();
      WebSocket socket =
          HttpClient.newHttpClient()
              .newWebSocketBuilder()
              .buildAsync(page(profile), new Answers(calls))
              .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return new Chromium(process, socket, calls);
    } catch (Exception e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static synchronized Path program() throws IOException, InterruptedException {
    Path program = Path.of("/usr/bin/chromium");
    boolean root = "root".equals(System.getProperty("user.name"));
    if (!Files.isExecutable(program) && root && !tried) {
      tried = true;
      Files.createDirectories(LOG.toAbsolutePath().getParent());
      Process script =
          new ProcessBuilder("bash", SCRIPT.toString())
              .redirectErrorStream(true)
              .redirectOutput(LOG.toFile())
              .start();
      if (!script.waitFor(3, TimeUnit.MINUTES)) {
        script.destroyForcibly();
      }
    }
    Assumptions.assumeTrue(
        Files.isExecutable(program),
        "there is no "
            + program
            + ", and "
            + SCRIPT
            + " could not install it: "
            + (root ? "see " + LOG.toAbsolutePath() : "only root may"));
    return program;
  }

  /** Finds the page's address once the browser has written down its port. */
  private static URI page(Path profile) throws Exception {
    Path told = profile.resolve("DevToolsActivePort");
    HttpClient client = HttpClient.newHttpClient();
    for (int tries = 0; tries < 10 * PATIENCE_SECONDS; tries++) {
      if (Files.exists(told) && Files.readAllLines(told).size() > 1) {
        String list = "http://127.0.0.1:" + Files.readAllLines(told).getFirst() + "/json/list";
        String targets =
            client
                .send(HttpRequest.newBuilder(URI.create(list)).build(), BodyHandlers.ofString())
                .body();
        String address = field(targets, "webSocketDebuggerUrl");
        if (address != null && targets.contains("\"page\"")) {
          return URI.create(address);
        }
      }
      Thread.sleep(100);
    }
    throw new IllegalStateException("Chromium did not start within " + PATIENCE_SECONDS + " s");
  }

  /** Returns the first string field of that name, anywhere in the text. */
  private static @Nullable String field(String json, String name) throws IOException {
    try (JsonParser parser = JSON.createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME && parser.currentName().equals(name)) {
          return parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
        }
      }
    }
    return null;
  }

  private String call(String method, String params) throws Exception {
    int id = ++count;
    CompletableFuture<String> answer = new CompletableFuture<>();
    calls.put(id, answer);
    socket
        .sendText("{\"id\":%d,\"method\":\"%s\",\"params\":%s}".formatted(id, method, params), true)
        .join();
    return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Returns the text that a JavaScript expression without double quotes gives. */
  String evaluate(String expression) throws Exception {
    String answer =
        call(
            "Runtime.evaluate",
            "{\"awaitPromise\":true,\"expression\":\"String(%s)\"}".formatted(expression));
    String value = field(answer, "value");
    if (value == null) {
      throw new IllegalStateException(expression + ": " + answer);
    }
    return value;
  }

  /** Waits until {@code expression} gives {@code wanted}, and returns what it gave last. */
  String await(String expression, String wanted) throws Exception {
    String value = evaluate(expression);
    for (int tries = 0; tries < 200 && !value.equals(wanted); tries++) {
      Thread.sleep(25);
      value = evaluate(expression);
    }
    return value;
  }

  /** Presses, moves or releases the mouse. */
  void mouse(String type, double x, double y) throws Exception {
    String _ =
        call(
            "Input.dispatchMouseEvent",
            String.format(
                Locale.ROOT,
                "{\"type\":\"%s\",\"x\":%.1f,\"y\":%.1f,\"button\":\"left\",\"buttons\":1}",
                type,
                x,
                y));
  }

  /** Has the page believe that the user prefers dark or light colours, and a width. */
  void look(String scheme, int width) throws Exception {
    String _ =
        call(
            "Emulation.setEmulatedMedia",
            "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + scheme + "\"}]}");
    String _ =
        call(
            "Emulation.setDeviceMetricsOverride",
            "{\"width\":" + width + ",\"height\":760,\"deviceScaleFactor\":1,\"mobile\":false}");
  }

  /** Writes what the page looks like as a PNG. */
  void screenshot(Path file) throws Exception {
    String answer = call("Page.captureScreenshot", "{\"format\":\"png\"}");
    String data = field(answer, "data");
    if (data == null) {
      throw new IllegalStateException(answer);
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, Base64.getDecoder().decode(data));
  }

  /** Asks the browser to go, for one that is killed leaves files behind outside its profile. */
  @Override
  public void close() {
    String request = "{\"id\":" + ++count + ",\"method\":\"Browser.close\"}";
    // One that is gone already is waited for no longer.
    socket.sendText(request, true).exceptionally(_ -> socket).join();
    process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
    socket.abort();
    process.destroyForcibly().onExit().join();
  }

  /** Hands each answer to the call of its number; events have none. */
  private static final class Answers implements WebSocket.Listener {
    private final Map<Integer, CompletableFuture<String>> calls;
    private final StringBuilder text = new StringBuilder();

    Answers(Map<Integer, CompletableFuture<String>> calls) {
      this.calls = calls;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        String message = text.toString();
        text.setLength(0);
        if (message.startsWith("{\"id\":")) {
          int id = Integer.parseInt(message.substring(6, message.indexOf(',')));
          CompletableFuture<String> call = calls.remove(id);
          if (call != null) {
            call.complete(message);
          }
        }
      }
      from.request(1);
      return null;
    }
  }
}
