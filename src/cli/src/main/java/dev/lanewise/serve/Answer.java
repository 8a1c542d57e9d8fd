package dev.lanewise.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** What a client is answered: a status, headers and a body. */
@SuppressWarnings("ArrayRecordComponent") // written once, compared never
record Answer(int status, Map<String, String> headers, byte[] body) {
  private static final JsonFactory JSON = new JsonFactory();

  /** What writes the inside of a JSON object. */
  @FunctionalInterface
  interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  static Answer of(String type, byte[] body) {
    return new Answer(200, Map.of("Content-Type", type), body);
  }

  static Answer of(String type, String body) {
    return of(type, body.getBytes(StandardCharsets.UTF_8));
  }

  /** An answer of one JSON object. */
  static Answer json(int status, Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return new Answer(status, Map.of("Content-Type", "application/json"), bytes.toByteArray());
  }

  /** An answer that says why there is no other. */
  static Answer error(int status, String sentence) {
    return json(status, json -> json.writeStringField("error", sentence));
  }

  /** This with one header more. */
  Answer with(String header, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(header, value);
    return new Answer(status, more, body);
  }

  /** Sends this, up to its last byte, and leaves the exchange open. */
  void send(HttpExchange exchange) throws IOException {
    Headers sent = exchange.getResponseHeaders();
    headers.forEach(sent::set);
    sent.set("Cache-Control", "no-store");
    sent.set("X-Content-Type-Options", "nosniff");
    if (exchange.getRequestMethod().equals("HEAD")) {
      sent.set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length);
    OutputStream out = exchange.getResponseBody();
    out.write(body);
    out.flush();
  }
}
