package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.lanewise.array.NDArray;
import dev.lanewise.cli.Cli.Run;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class ServeCommandTest {
  private static final Pattern SERVING =
      Pattern.compile("serving (.+) on http://127.0.0.1:(\\d+)/");

  @TempDir private static Path shared;
  private static Path model;

  @TempDir private Path temp;

  @BeforeAll
  static void train() {
    Run run = Cli.trainSmall(shared);
    assertThat(run.code()).as(run.err()).isZero();
    model = new RunFolder(shared).model();
  }

  /** The command in a process of its own. */
  private record Server(Process process, BufferedReader out, String model, int port)
      implements AutoCloseable {
    static Server start(Path folder, Object... args) throws IOException {
      Process process = process(folder, args);
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      List<String> lines = new ArrayList<>();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        Matcher serving = SERVING.matcher(line);
        if (serving.matches()) {
          return new Server(process, out, serving.group(1), Integer.parseInt(serving.group(2)));
        }
        lines.add(line);
      }
      throw new AssertionError("it does not serve: " + lines);
    }

    static Process process(Path folder, Object... args) throws IOException {
      List<String> command =
          new ArrayList<>(
              List.of(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "--add-modules=jdk.incubator.vector",
                  "-cp",
                  absolute(System.getProperty("java.class.path")),
                  "dev.lanewise.cli.Main",
                  "serve"));
      for (Object arg : args) {
        command.add(arg.toString());
      }
      return new ProcessBuilder(command)
          .directory(folder.toFile())
          .redirectError(folder.resolve("err.txt").toFile())
          .start();
    }

    private static String absolute(String classPath) {
      List<String> parts = new ArrayList<>();
      for (String part : classPath.split(Pattern.quote(File.pathSeparator), -1)) {
        parts.add(Path.of(part).toAbsolutePath().toString());
      }
      return String.join(File.pathSeparator, parts);
    }

    Socket connect() throws IOException {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(30_000);
      return socket;
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  @Test
  void sigterm_endsItOnceRequestsInFlightAreAnswered() throws Exception {
    float[] row = new float[784];
    String json = json(row);
    try (Server server = Server.start(temp, model, "--port", 0, "--no-warmup");
        Socket socket = server.connect()) {
      String head =
          "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
              + json.length()
              + "\r\nExpect: 100-continue\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      byte[] goOn = socket.getInputStream().readNBytes("HTTP/1.1 100 Continue".length());
      assertThat(new String(goOn, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 100 Continue");

      // Unlike the process itself, its handle leaves the output open.
      assertThat(server.process().toHandle().supportsNormalTermination()).isTrue();
      assertThat(server.process().toHandle().destroy()).isTrue();
      assertThat(server.out().readLine()).isEqualTo("stopping");
      socket.getOutputStream().write(json.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).contains("HTTP/1.1 200 OK").contains("{\"outputs\":[[");
      assertThat(server.process().waitFor()).isZero();
      assertThat(server.out().readLine()).isEqualTo("stopped");
      assertThat(errors(temp)).isEmpty();
    }
  }

  @Test
  void connectionsBeyondTheLimit_areClosed() throws Exception {
    Object[] options = {model, "--port", 0, "--no-warmup", "--max-connections", 2};
    try (Server server = Server.start(temp, options);
        Socket kept = server.connect()) {
      assertThat(lives(kept)).isTrue();
      try (Socket other = server.connect();
          Socket third = server.connect()) {
        assertThat(lives(other)).isTrue();
        assertThat(third.getInputStream().read()).isEqualTo(-1);
        assertThat(lives(kept)).isTrue();
      }
      // The service learns by and by that a client has left.
      boolean taken = false;
      while (!taken) {
        try (Socket next = server.connect()) {
          taken = lives(next);
        }
      }
    }
  }

  /** Asks whether the service is up; says whether there was an answer. */
  private static boolean lives(Socket socket) throws IOException {
    try {
      String request = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      StringBuilder answer = new StringBuilder();
      for (int next = 0; next >= 0 && !answer.toString().endsWith("ok\n"); ) {
        next = socket.getInputStream().read();
        answer.append((char) next);
      }
      return answer.toString().startsWith("HTTP/1.1 200 OK");
    } catch (SocketException _) {
      return false; // It was closed before the request was there.
    }
  }

  @Test
  void predictsAsTheNetworkDoes_withEveryOption() throws Exception {
    Path older = Files.createDirectories(temp.resolve("runs/b")).resolve("model.safetensors");
    Files.writeString(older, "not looked at");
    Files.setLastModifiedTime(older, FileTime.fromMillis(0));
    Path newer = Files.createDirectories(temp.resolve("runs/a")).resolve("model.safetensors");
    Files.copy(model, newer);

    float[] row = new float[784];
    for (int i = 0; i < row.length; i++) {
      row[i] = i % 7 / 7f;
    }
    Object[] options = {
      "--port",
      0,
      "--host",
      "127.0.0.1",
      "--precision",
      "float32",
      "--micro-batch",
      "4:100",
      "--max-body",
      100_000,
      "--max-rows",
      8,
      "--timeout",
      5,
      "--max-in-flight",
      16,
      "--max-connections",
      32
    };
    try (Server server = Server.start(temp, options);
        HttpClient client = HttpClient.newHttpClient()) {
      assertThat(server.model()).isEqualTo("runs/a/model.safetensors");
      String answer = send(client, server.port(), json(row));
      float[] expected =
          Predictions.outputs(SavedModel.read(model).network(), NDArray.of(row, 1, 784), 10);
      String[] outputs =
          answer.substring(answer.indexOf("[[") + 2, answer.indexOf("]]")).split(",");
      assertThat(outputs).hasSize(10);
      for (int i = 0; i < outputs.length; i++) {
        // A predictor fuses and orders sums as it likes: a few roundings of values up to 1.
        assertThat(Float.parseFloat(outputs[i])).isCloseTo(expected[i], offset(1e-5f));
      }
    }
  }

  private static String send(HttpClient client, int port, String json) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/predict"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json))
            .build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  private static String json(float... row) {
    StringBuilder json = new StringBuilder("{\"rows\": [[");
    for (int i = 0; i < row.length; i++) {
      json.append(i == 0 ? "" : ",").append(row[i]);
    }
    return json.append("]]}").toString();
  }

  @Test
  void noModel() throws Exception {
    Process process = Server.process(temp, "--port", 0);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(errors(temp))
        .containsExactly(
            "lanewise serve: there is no model in runs: train one first, with lanewise train, or"
                + " name a file");
  }

  /** What a process said on its standard error, without the JVM's own words. */
  private static List<String> errors(Path folder) throws IOException {
    return Files.readAllLines(folder.resolve("err.txt")).stream()
        .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
        .toList();
  }

  @Test
  void wrongModel() throws IOException {
    Path file = temp.resolve("model.safetensors");
    Run missing = Cli.run("serve", file, "--port", 0);
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err().strip())
        .isEqualTo("lanewise serve: " + file + ": there is no such file");
    Files.writeString(file, "x");
    Run broken = Cli.run("serve", file, "--port", 0);
    assertThat(broken.code()).isEqualTo(1);
    assertThat(broken.err().lines()).hasSize(1);
    assertThat(broken.err()).startsWith("lanewise serve: " + file);
  }

  @Test
  void moreRowsThanAPredictorCanTake() {
    Run run = Cli.run("serve", model, "--max-rows", 2_000_000_000);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("lanewise serve: --max-rows is too large: 2000000000 rows of [784]");
  }

  @Test
  void portInUse() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Run run = Cli.run("serve", model, "--port", taken.getLocalPort(), "--no-warmup");
      assertThat(run.code()).isEqualTo(1);
      assertThat(run.err().strip())
          .isEqualTo(
              "lanewise serve: cannot listen on 127.0.0.1:"
                  + taken.getLocalPort()
                  + ": Address already in use");
    }
  }

  @Test
  void unknownHost() {
    Run run = Cli.run("serve", model, "--host", "no.such.host.invalid");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--host is not known: 'no.such.host.invalid'");
  }
}
