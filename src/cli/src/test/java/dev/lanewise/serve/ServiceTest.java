package dev.lanewise.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ServiceTest {
  private static final String ROW = "{\"rows\": [[1, 2, 3, 4]]}";
  private static final String ANSWER = "{\"outputs\":[[640.0,640.0,640.0]],\"classes\":[0]}";

  @TempDir private static Path folder;
  private static Served served;

  @BeforeAll
  static void start() throws IOException {
    served = Served.start(folder);
  }

  @AfterAll
  static void stop() {
    served.close();
    assertThat(served.told).isEmpty();
  }

  @Test
  void predict_json() throws Exception {
    HttpResponse<String> one = served.post(ROW);
    assertThat(one.statusCode()).isEqualTo(200);
    assertThat(one.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(one.body()).isEqualTo(ANSWER);
    assertThat(served.post("[1, 2, 3, 4]").body()).isEqualTo(ANSWER);
    assertThat(served.post("{\"rows\":[[0.5,-1,1e0,0],[-1E-400,0,0,1]]}\n").body())
        .isEqualTo("{\"outputs\":[[32.0,32.0,32.0],[64.0,64.0,64.0]],\"classes\":[0,0]}");
  }

  @Test
  void predict_floats() throws Exception {
    ByteBuffer rows = ByteBuffer.allocate(2 * 4 * 4).order(ByteOrder.LITTLE_ENDIAN);
    rows.asFloatBuffer().put(new float[] {1, 2, 3, 4, 5, 6, 7, -8});
    HttpResponse<byte[]> answer =
        served.client.send(
            served
                .to("/predict")
                .header("Content-Type", Served.FLOATS)
                .POST(BodyPublishers.ofByteArray(rows.array()))
                .build(),
            BodyHandlers.ofByteArray());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains(Served.FLOATS);
    float[] outputs = new float[6];
    ByteBuffer.wrap(answer.body()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(outputs);
    assertThat(answer.body()).hasSize(24);
    assertThat(outputs).containsExactly(640, 640, 640, 640, 640, 640);
  }

  @Test
  void predict_chunked() throws Exception {
    byte[] bytes = ROW.getBytes(StandardCharsets.UTF_8);
    HttpResponse<String> answer =
        served.post(
            "application/json; charset=utf-8",
            BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)));
    assertThat(answer.body()).isEqualTo(ANSWER);
  }

  @Test
  void predict_asManyRowsAsMayBe() throws Exception {
    String rows = "[1,1,1,1],".repeat(63) + "[1,1,1,1]";
    assertThat(served.post("{\"rows\":[" + rows + "]}").statusCode()).isEqualTo(200);
    assertError(served.post("{\"rows\":[" + rows + ",[1]]}"), 413, "there are more than 64 rows");
  }

  @Test
  void model() throws Exception {
    assertThat(served.get("/model").body())
        .isEqualTo("{\"input\":[4],\"output\":[3],\"maxRows\":64,\"version\":1}");
  }

  @Test
  void page() throws Exception {
    HttpResponse<String> page = served.get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .startsWith("default-src 'none'; connect-src 'self'; img-src data:; script-src 'sha256-")
        .doesNotContain("unsafe");
    assertThat(page.body()).contains("<html");
  }

  @Test
  void health() throws Exception {
    assertThat(served.get("/healthz").body()).isEqualTo("ok\n");
    HttpResponse<String> head =
        served.send(served.to("/healthz").method("HEAD", BodyPublishers.noBody()).build());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValue("Content-Length")).contains("3");
    assertThat(head.body()).isEmpty();
  }

  @Test
  void metrics() throws Exception {
    int calls = Integer.parseInt(served.metric("lanewise_predictor_calls_total"));
    int rows = Integer.parseInt(served.metric("lanewise_predictor_rows_total"));
    served.post("{\"rows\": [[1, 2, 3, 4], [1, 2, 3, 4]]}");
    assertThat(served.metric("lanewise_predictor_calls_total")).isEqualTo("" + (calls + 1));
    assertThat(served.metric("lanewise_predictor_rows_total")).isEqualTo("" + (rows + 2));
    int missing = statuses("404");
    served.get("/nowhere");
    assertThat(statuses("404")).isEqualTo(missing + 1);
    HttpResponse<String> all = served.get("/metrics");
    assertThat(all.headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    assertThat(all.body().lines())
        .allMatch(line ->
            line.matches("# (HELP|TYPE) lanewise_\\w+ .+")
                || line.matches("lanewise_\\w+(\\{\\w+=\"[\\w.]+\"})? [0-9.]+"))
        .contains("lanewise_model_version 1", "lanewise_model_reload_failures_total 0")
        .anyMatch(line -> line.startsWith("lanewise_predictor_seconds{quantile=\"0.99\"} 0.0"))
        .anyMatch(line -> line.matches("lanewise_memory_bytes [1-9][0-9]*"));
  }

  private static int statuses(String status) throws Exception {
    String value = served.metric("lanewise_requests_total{status=\"" + status + "\"}");
    return value.equals("none") ? 0 : Integer.parseInt(value);
  }

  @Test
  void unknownPath() throws Exception {
    assertError(served.get("/predict/"), 404, "there is nothing at /predict/");
  }

  @Test
  void otherMethod() throws Exception {
    HttpResponse<String> got = served.get("/predict");
    assertError(got, 405, "/predict takes POST, not GET");
    assertThat(got.headers().firstValue("Allow")).contains("POST");
    HttpResponse<String> put =
        served.send(served.to("/model").PUT(BodyPublishers.ofString("x")).build());
    assertError(put, 405, "/model takes GET, HEAD, not PUT");
    assertThat(put.headers().firstValue("Allow")).contains("GET, HEAD");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "400 | ` ` | the body is empty; a request is {\"rows\": [[0.5, ...], ...]}",
        "400 | {\"rows\": [[1, 2, 3, NaN]]} | the body is not JSON as it should be: Non-standard"
            + " token 'NaN'",
        "400 | {\"rows\": [[1, 2, 3, -Infinity]]} | the body is not JSON as it should be:"
            + " Non-standard token '-Infinity'",
        "400 | {\"rows\": [[1, 2, 3, 4]] | the body is not JSON as it should be: Unexpected"
            + " end-of-input",
        "400 | {\"rows\": [[1, 2, 3, 4]]} x | the body is not JSON as it should be: Unrecognized"
            + " token 'x'",
        "400 | {\"rows\": [[1, 2, 3, 4]]} {} | something follows the JSON of the request",
        "400 | rows=1 | the body is not JSON as it should be: Unrecognized token 'rows'",
        "422 | {} | \"rows\" is missing; a request is {\"rows\": [[0.5, ...], ...]}",
        "400 | [1, 2, 3, 4] [1, 2, 3, 4] | something follows the JSON of the request",
        "400 | [1, 2, 3, 4 | the body is not JSON as it should be: Unexpected end-of-input",
        "422 | [[1, 2, 3, 4]] | row 0 holds something else than numbers",
        "422 | [] | row 0 has 0 numbers, not 4",
        "422 | [1, 2, 3] | row 0 has 3 numbers, not 4",
        "422 | 3 | a request is {\"rows\": [[0.5, ...], ...]}, or one row, [0.5, ...]",
        "422 | {\"rows\": 3} | \"rows\" is no array; a request is",
        "422 | {\"rows\": []} | there are no rows",
        "422 | {\"rows\": [1, 2, 3, 4]} | row 0 is no array of numbers; a request is",
        "422 | {\"rows\": [[]]} | row 0 has 0 numbers, not 4",
        "422 | {\"rows\": [[1, 2, 3, 4], [1, 2, 3]]} | row 1 has 3 numbers, not 4",
        "422 | {\"rows\": [[1, 2, 3, 4, 5]]} | row 0 has more than 4 numbers",
        "422 | {\"rows\": [[1, 2, 3, \"4\"]]} | row 0 holds something else than numbers",
        "422 | {\"rows\": [[1, 2, 3, null]]} | row 0 holds something else than numbers",
        "422 | {\"rows\": [[[1, 2], [3, 4]]]} | row 0 holds something else than numbers",
        "422 | {\"rows\": [[1, 2, 3, 1e39]]} | number 3 of row 0 is not a finite float32",
        "422 | {\"rows\": [[1e38, 1e38, 1e38, 1e38]]} | the answer to row 0 is not a finite number",
        "422 | {\"rows\": [], \"rows\": []} | \"rows\" is there twice",
        "422 | {\"lines\": []} | \"lines\" is not known; a request is",
      })
  void wrongJson(int status, String body, String sentence) throws Exception {
    assertError(served.post(body), status, sentence);
  }

  @Test
  void deepNesting() throws Exception {
    assertError(served.post("{\"rows\": " + "[".repeat(9000)), 422, "row 0 holds something else");
    assertError(served.post("[".repeat(9000)), 422, "row 0 holds something else");
  }

  @Test
  void longNumbersAndNames() throws Exception {
    String digits = "1".repeat(5000);
    assertError(
        served.post("{\"rows\": [[1, 2, 3, " + digits + "]]}"), 400, "not JSON as it should");
    assertError(served.post("{\"" + digits + "\": 1}"), 400, "not JSON as it should be");
    assertError(
        served.post("{\"rows\": [[1, 2, 3, 1e999999999]]}"), 422, "number 3 of row 0 is not");
  }

  @Test
  void wrongFloats() throws Exception {
    assertError(
        served.post(Served.FLOATS, BodyPublishers.ofByteArray(new byte[33])),
        422,
        "33 bytes are not whole rows of 4 float32 numbers, 16 bytes each");
    assertError(
        served.post(Served.FLOATS, BodyPublishers.ofByteArray(new byte[0])),
        422,
        "there are no rows");
    byte[] nan = new byte[16];
    nan[6] = (byte) 0xC0;
    nan[7] = (byte) 0x7F;
    assertError(
        served.post(Served.FLOATS, BodyPublishers.ofByteArray(nan)),
        422,
        "number 1 of row 0 is not a finite float32");
  }

  @Test
  void wrongType() throws Exception {
    assertError(
        served.post("text/plain", BodyPublishers.ofString(ROW)),
        415,
        "the body must be of Content-Type application/json or application/octet-stream, not"
            + " text/plain");
    assertError(
        served.send(served.to("/predict").POST(BodyPublishers.ofString(ROW)).build()),
        415,
        "the body must be of Content-Type application/json or application/octet-stream; there is"
            + " none");
    assertError(
        served.send(
            served
                .to("/predict")
                .header("Content-Type", Served.JSON)
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofString(ROW))
                .build()),
        415,
        "the body must not be encoded, and its Content-Encoding is gzip");
  }

  @Test
  void longBody() throws Exception {
    String sentence = "the body is longer than 10000 bytes";
    byte[] body = new byte[10_001];
    assertError(served.post(Served.JSON, BodyPublishers.ofByteArray(body)), 413, sentence);
    byte[] spaces = " ".repeat(10_001).getBytes(StandardCharsets.UTF_8);
    assertError(
        served.post(
            Served.JSON, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(spaces))),
        413,
        sentence);
  }

  @Test
  void tooManyAtOnce(@TempDir Path own) throws Exception {
    Limits one = new Limits(10_000, 64, Duration.ofSeconds(20), 1, 1024);
    try (Served busy = Served.start(own, one, null);
        Socket first = busy.connect()) {
      Served.write(first, Served.head(ROW.length()));
      Retry.until(() -> busy.metric("lanewise_requests_in_flight").equals("1"));
      HttpResponse<String> second = busy.post(ROW);
      assertError(second, 503, "1 requests are in flight, and no more may be");
      assertThat(second.headers().firstValue("Retry-After")).contains("1");
      Served.write(first, ROW);
      first.shutdownOutput();
      assertThat(Served.readAll(first)).startsWith("HTTP/1.1 200 ").endsWith(ANSWER);
      assertThat(busy.post(ROW).statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void manyCallers_eachGetTheirOwnAnswer(boolean batched, @TempDir Path own) throws Exception {
    Batching batching = batched ? new Batching(8, Duration.ofNanos(200_000)) : null;
    try (Served asked = Served.start(own, Served.limits(), batching);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> done = new ArrayList<>();
      for (int caller = 0; caller < 32; caller++) {
        int mine = caller;
        done.add(
            callers.submit(() -> {
              for (int call = 0; call < 30; call++) {
                float sum = mine * 30 + call;
                float answer = Served.answer(1, sum);
                assertThat(asked.post("{\"rows\":[[" + sum + ",0,0,0]]}").body())
                    .startsWith("{\"outputs\":[[" + answer + "," + answer + "," + answer);
              }
              return null;
            }));
      }
      for (Future<?> one : done) {
        one.get();
      }
      assertThat(asked.metric("lanewise_predictor_rows_total")).isEqualTo("960");
      if (batched) {
        assertThat(asked.metric("lanewise_batch_seconds_count")).isEqualTo("960");
      }
      assertThat(asked.told).isEmpty();
    }
  }

  private static void assertError(HttpResponse<String> answer, int status, String sentence) {
    assertThat(answer.body()).startsWith("{\"error\":\"").endsWith("\"}");
    assertThat(answer.body().replace("\\\"", "\"")).contains(sentence);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
  }
}
