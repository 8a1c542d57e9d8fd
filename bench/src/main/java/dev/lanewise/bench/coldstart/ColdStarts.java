package dev.lanewise.bench.coldstart;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;

/**
 * The times from process start to predictions.
 *
 * @param network the sizes of the network's layers
 * @param jdk the version of the Java that ran all
 * @param leftOut a sentence for each contender that could not run
 */
public record ColdStarts(
    String network, String jdk, List<Contender> contenders, List<String> leftOut) {
  /** The one field of the JSON file, which tells it from JMH's. */
  public static final String FORM = "coldStart";

  /** The contender's name that is ours, to which a variant of it adds words. */
  public static final String LANEWISE = "Lanewise";

  /** One contender's times of all runs, in milliseconds. */
  public record Contender(String name, List<Double> firstMillis, List<Double> thousandthMillis) {}

  /** The bytes of the JSON file. */
  byte[] json() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = new JsonFactory().createGenerator(bytes)) {
      out.useDefaultPrettyPrinter();
      out.writeStartObject();
      out.writeObjectFieldStart(FORM);
      out.writeStringField("network", network);
      out.writeStringField("jdk", jdk);
      out.writeArrayFieldStart("contenders");
      for (Contender contender : contenders) {
        out.writeStartObject();
        out.writeStringField("name", contender.name);
        numbers(out, "firstMillis", contender.firstMillis);
        numbers(out, "thousandthMillis", contender.thousandthMillis);
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeArrayFieldStart("leftOut");
      for (String sentence : leftOut) {
        out.writeString(sentence);
      }
      out.writeEndArray();
      out.writeEndObject();
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void numbers(JsonGenerator out, String name, List<Double> values)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (double value : values) {
      out.writeNumber(value);
    }
    out.writeEndArray();
  }
}
