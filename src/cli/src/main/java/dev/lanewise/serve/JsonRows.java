package dev.lanewise.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.InputStream;

/**
 * Rows as JSON: {@code {"rows": [[0.5, ...], ...]}}, or one row by itself, {@code [0.5, ...]}; each
 * row's numbers one after the other whatever its shape. They are read as they come in, and what is
 * not as it should be is refused at once.
 */
final class JsonRows {
  private static final String ROWS = "rows";
  private static final String FORM =
      "a request is {\"rows\": [[0.5, ...], ...]}, or one row, [0.5, ...]";

  /** Longer than any decimal that a double prints as. */
  private static final int LONGEST_NUMBER = 400;

  private static final int LONGEST_NAME = 100;
  private static final int LONGEST_REASON = 200;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(8)
                  .maxNumberLength(LONGEST_NUMBER)
                  .maxNameLength(LONGEST_NAME)
                  .maxStringLength(LONGEST_NAME)
                  .build())
          .build();

  private JsonRows() {}

  static void read(InputStream body, Rows rows) throws IOException {
    try (JsonParser json = JSON.createParser(body)) {
      readRequest(json, rows);
      if (json.nextToken() != null) {
        throw new Refusal(400, "something follows the JSON of the request");
      }
    } catch (JsonProcessingException e) {
      throw new Refusal(400, "the body is not JSON as it should be: " + reason(e));
    }
  }

  private static void readRequest(JsonParser json, Rows rows) throws IOException {
    JsonToken first = json.nextToken();
    if (first == null) {
      throw new Refusal(400, "the body is empty; " + FORM);
    }
    if (first == JsonToken.START_ARRAY) {
      readRow(json, rows);
      return;
    }
    require(first == JsonToken.START_OBJECT, FORM);
    boolean read = false;
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      require(name.equals(ROWS), "\"" + name + "\" is not known; " + FORM);
      require(!read, "\"" + ROWS + "\" is there twice");
      require(json.nextToken() == JsonToken.START_ARRAY, "\"" + ROWS + "\" is no array; " + FORM);
      readRows(json, rows);
      read = true;
    }
    require(read, "\"" + ROWS + "\" is missing; " + FORM);
  }

  private static void readRows(JsonParser json, Rows rows) throws IOException {
    for (JsonToken next = json.nextToken(); next != JsonToken.END_ARRAY; next = json.nextToken()) {
      require(
          next == JsonToken.START_ARRAY,
          "row " + rows.count() + " is no array of numbers; " + FORM);
      readRow(json, rows);
    }
  }

  /** Reads a row whose opening bracket has been read. */
  private static void readRow(JsonParser json, Rows rows) throws IOException {
    rows.begin();
    int column = 0;
    for (JsonToken next = json.nextToken(); next != JsonToken.END_ARRAY; next = json.nextToken()) {
      require(
          next == JsonToken.VALUE_NUMBER_INT || next == JsonToken.VALUE_NUMBER_FLOAT,
          "row " + rows.count() + " holds something else than numbers, one after the other");
      rows.set(column, json.getFloatValue());
      column++;
    }
    rows.end(column);
  }

  /** Refuses JSON of another form. */
  private static void require(boolean met, String sentence) throws IOException {
    if (!met) {
      throw new Refusal(422, sentence);
    }
  }

  private static String reason(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    String line = message.lines().findFirst().orElse("");
    String shown = line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) : line;
    return e.getLocation() == null ? shown : shown + ", in column " + e.getLocation().getColumnNr();
  }

  static Answer answer(float[] outputs, int rows, int width) throws IOException {
    for (int i = 0; i < rows * width; i++) {
      if (!Float.isFinite(outputs[i])) {
        throw new Refusal(
            422, "the answer to row " + i / width + " is not a finite number, as JSON's are");
      }
    }
    return Answer.json(
        200,
        json -> {
          json.writeArrayFieldStart("outputs");
          for (int row = 0; row < rows; row++) {
            json.writeStartArray();
            for (int i = 0; i < width; i++) {
              json.writeNumber(outputs[row * width + i]);
            }
            json.writeEndArray();
          }
          json.writeEndArray();
          json.writeArrayFieldStart("classes");
          for (int row = 0; row < rows; row++) {
            json.writeNumber(largest(outputs, row * width, width));
          }
          json.writeEndArray();
        });
  }

  /** The index, counted from {@code start}, of the largest of {@code count} values. */
  private static int largest(float[] values, int start, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (values[start + i] > values[start + best]) {
        best = i;
      }
    }
    return best;
  }
}
