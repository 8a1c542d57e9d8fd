package dev.lanewise.serve;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How rows are written in a request, and the answers to them. */
enum Encoding {
  /** {@code {"rows": [[0.5, ...], ...]}}, answered by the outputs and the classes. */
  JSON("application/json"),

  /** Float32 numbers in little-endian byte order and nothing else, both ways. */
  FLOATS("application/octet-stream");

  private final String type;

  Encoding(String type) {
    this.type = type;
  }

  /** The encoding that a request's Content-Type names. */
  static Encoding of(@Nullable String contentType) throws IOException {
    if (contentType != null) {
      String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
      for (Encoding encoding : values()) {
        if (encoding.type.equals(type)) {
          return encoding;
        }
      }
    }
    throw new Refusal(
        415,
        ("the body must be of Content-Type " + JSON.type + " or " + FLOATS.type)
            + (contentType == null ? "; there is none" : ", not " + contentType));
  }

  /** Reads all of {@code body} into {@code rows}. */
  void read(InputStream body, Rows rows) throws IOException {
    switch (this) {
      case JSON -> JsonRows.read(body, rows);
      case FLOATS -> FloatRows.read(body, rows);
    }
    rows.requireSome();
  }

  /** The answer of {@code rows} rows of {@code width} numbers each. */
  Answer answer(float[] outputs, int rows, int width) throws IOException {
    return switch (this) {
      case JSON -> JsonRows.answer(outputs, rows, width);
      case FLOATS -> Answer.of(type, FloatRows.bytes(outputs, rows * width));
    };
  }
}
