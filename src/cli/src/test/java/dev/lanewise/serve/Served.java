package dev.lanewise.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.io.SafeTensors;
import dev.lanewise.kernel.Weights;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Module;
import dev.lanewise.nn.Sequential;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A service of a small network whose answers tell which version gave them: two layers without
 * biases, all weights of both the version's factor f, so that each output is {@link #HIDDEN} f f
 * times the sum of the row. Of the first layer of one version and the second of another the product
 * would be no square. With small whole numbers no step rounds.
 */
final class Served implements AutoCloseable {
  static final int WIDTH = 4;
  static final int HIDDEN = 64;
  static final int OUT = 3;
  static final String JSON = "application/json";
  static final String FLOATS = "application/octet-stream";

  static {
    // The server reads it once for all services of this process.
    System.setProperty("sun.net.httpserver.maxReqTime", "3");
  }

  final Path file;
  final LiveModel model;
  final Service service;
  final List<String> told = Collections.synchronizedList(new ArrayList<>());
  final HttpClient client = HttpClient.newHttpClient();

  private Served(Path file, Limits limits, @Nullable Batching batching) throws IOException {
    this.file = file;
    model = new LiveModel(file, Served::load, new int[] {WIDTH}, 64, Weights.FLOAT32);
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    service = new Service(model, address, limits, batching, Duration.ofSeconds(60), told::add);
  }

  static Limits limits() {
    return limits(Duration.ofSeconds(20));
  }

  static Limits limits(Duration timeout) {
    return new Limits(10_000, 64, timeout, 64, 1024);
  }

  /** Serves the version of factor 1. */
  static Served start(Path folder, Limits limits, @Nullable Batching batching) throws IOException {
    Path file = folder.resolve("model.safetensors");
    write(file, 1);
    return new Served(file, limits, batching);
  }

  static Served start(Path folder) throws IOException {
    return start(folder, limits(), null);
  }

  static void write(Path file, float factor) throws IOException {
    write(file, factor, WIDTH);
  }

  static void write(Path file, float factor, int width) throws IOException {
    SafeTensors.write(
        file,
        Map.of(
            "0.weight", NDArray.full(Shape.of(HIDDEN, width), factor),
            "1.weight", NDArray.full(Shape.of(OUT, HIDDEN), factor)),
        Map.of());
  }

  static Module load(Path file) throws IOException {
    Module network =
        new Sequential(new Linear(WIDTH, HIDDEN, false), new Linear(HIDDEN, OUT, false));
    network.loadStateDict(SafeTensors.read(file).loadAll());
    return network;
  }

  /** The answer to a row of this sum by the version of this factor, each of the outputs. */
  static float answer(float factor, float sum) {
    return HIDDEN * factor * factor * sum;
  }

  HttpRequest.Builder to(String path) {
    int port = service.address().getPort();
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(30));
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(to(path).build());
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString());
  }

  HttpResponse<String> post(String type, BodyPublisher body)
      throws IOException, InterruptedException {
    return send(to("/predict").header("Content-Type", type).POST(body).build());
  }

  HttpResponse<String> post(String body) throws IOException, InterruptedException {
    return post(JSON, BodyPublishers.ofString(body));
  }

  /** A metric's value as its text. */
  String metric(String name) throws IOException, InterruptedException {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> line.substring(name.length() + 1))
        .findFirst()
        .orElse("none");
  }

  /** A connection that speaks bytes. */
  Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.address().getPort());
    socket.setSoTimeout(30_000);
    return socket;
  }

  static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(ISO_8859_1));
    out.flush();
  }

  /** All that comes until the service closes the connection. */
  static String readAll(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
  }

  /** What comes of these bytes, after which the client sends nothing more. */
  String exchange(String text) throws IOException {
    try (Socket socket = connect()) {
      write(socket, text);
      socket.shutdownOutput();
      return readAll(socket);
    }
  }

  /** The head of a request to predict whose body is said to have so many bytes. */
  static String head(int length) {
    return "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: "
        + JSON
        + "\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }

  @Override
  public void close() {
    client.close();
    service.close();
  }
}
