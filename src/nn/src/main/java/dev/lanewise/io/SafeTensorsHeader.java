package dev.lanewise.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.lanewise.io.SafeTensors.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file: a length of 8 bytes, then that many bytes of JSON.
 *
 * @param metadata the strings under {@code __metadata__}, in the order of the file
 * @param entries the tensors by name, in the order of their data
 * @param dataStart the byte of the file at which the data begins
 */
record SafeTensorsHeader(Map<String, String> metadata, Map<String, Entry> entries, long dataStart) {
  static final String METADATA = "__metadata__";

  /** The bytes that hold the header's length. */
  static final long PREFIX = Long.BYTES;

  private static final int LONGEST = 100_000_000;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNameLength(LONGEST)
                  .maxStringLength(LONGEST)
                  .build())
          .build();

  /** Reads and checks the header of {@code file}, whose bytes {@code in} gives. */
  static SafeTensorsHeader read(String file, FileChannel in) throws IOException {
    long fileLength = in.size();
    if (fileLength < PREFIX) {
      throw new FormatException(
          file,
          fileLength,
          "a safetensors file begins with 8 bytes, and this one ends before them");
    }
    ByteBuffer prefix = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Elements.readFully(in, file, 0, prefix);
    long length = prefix.getLong(0);
    if (Long.compareUnsigned(length, LONGEST) > 0) {
      throw new FormatException(
          file,
          0,
          "the header's length is "
              + Long.toUnsignedString(length)
              + ", over the limit of 100000000 bytes");
    }
    if (length > fileLength - PREFIX) {
      throw new FormatException(
          file,
          0,
          "the header's length is "
              + length
              + ", but only "
              + (fileLength - PREFIX)
              + " bytes follow");
    }
    byte[] json = new byte[(int) length];
    Elements.readFully(in, file, PREFIX, ByteBuffer.wrap(json));
    if (length == 0 || json[0] != '{') {
      throw new FormatException(file, PREFIX, "the header does not begin with '{'");
    }
    checkText(file, json);
    return new Reader(file, json, fileLength - PREFIX - length).read();
  }

  /** The header that describes {@code entries}, padded with spaces to a multiple of 8 bytes. */
  static byte[] write(Map<String, String> metadata, List<Entry> entries) throws IOException {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(json)) {
      out.writeStartObject();
      if (!metadata.isEmpty()) {
        out.writeObjectFieldStart(METADATA);
        for (Map.Entry<String, String> pair : metadata.entrySet()) {
          out.writeStringField(pair.getKey(), pair.getValue());
        }
        out.writeEndObject();
      }
      for (Entry entry : entries) {
        out.writeObjectFieldStart(entry.name());
        out.writeStringField("dtype", entry.dtype().name());
        writeLongs(out, "shape", entry.shape());
        writeLongs(out, "data_offsets", List.of(entry.begin(), entry.end()));
        out.writeEndObject();
      }
      out.writeEndObject();
    }
    while (json.size() % PREFIX != 0) {
      json.write(' ');
    }
    if (json.size() > LONGEST) {
      throw new IllegalArgumentException(
          "the names and metadata take a header of "
              + json.size()
              + " bytes, over safetensors' limit of 100000000");
    }
    return json.toByteArray();
  }

  private static void writeLongs(JsonGenerator out, String name, List<Long> values)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (long value : values) {
      out.writeNumber(value);
    }
    out.writeEndArray();
  }

  /** Refuses what is not UTF-8, and the NUL that would make the JSON parser guess at UTF-16. */
  private static void checkText(String file, byte[] json) throws FormatException {
    CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.wrap(json);
    CharBuffer text = CharBuffer.allocate(4096);
    CoderResult result;
    do {
      result = utf8.decode(bytes, text.clear(), true);
    } while (result.isOverflow());
    if (result.isError()) {
      throw new FormatException(file, PREFIX + bytes.position(), "the header is not UTF-8");
    }
    for (int i = 0; i < json.length; i++) {
      if (json[i] == 0) {
        throw new FormatException(file, PREFIX + i, "the header is not valid JSON: a NUL byte");
      }
    }
  }

  /** One pass over the JSON of a header, which knows where in the file it stands. */
  private static final class Reader {
    private final String file;
    private final byte[] json;
    private final long dataLength;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private long at = PREFIX;

    Reader(String file, byte[] json, long dataLength) {
      this.file = file;
      this.json = json;
      this.dataLength = dataLength;
    }

    SafeTensorsHeader read() throws IOException {
      try (JsonParser parser = JSON.createParser(json)) {
        try {
          readTop(parser);
        } catch (JsonProcessingException e) {
          long where = Math.max(0, parser.currentLocation().getByteOffset());
          throw new FormatException(
              file, PREFIX + where, "the header is not valid JSON: " + e.getOriginalMessage(), e);
        }
      }
      return new SafeTensorsHeader(metadata, inDataOrder(), PREFIX + json.length);
    }

    private void readTop(JsonParser parser) throws IOException {
      next(parser, JsonToken.START_OBJECT, "the header must be a JSON object");
      boolean sawMetadata = false;
      while (nextIsName(parser)) {
        String name = parser.currentName();
        if (name.equals(METADATA)) {
          if (sawMetadata) {
            throw broken("the key \"__metadata__\" stands twice");
          }
          sawMetadata = true;
          readMetadata(parser);
        } else if (entries.containsKey(name)) {
          throw broken("the tensor " + Elements.quote(name) + " stands twice");
        } else {
          entries.put(name, readEntry(parser, name));
        }
      }
      for (int i = (int) parser.currentLocation().getByteOffset(); i < json.length; i++) {
        if (json[i] != ' ') {
          at = PREFIX + i;
          throw broken("only spaces may follow the header's JSON object");
        }
      }
    }

    private void readMetadata(JsonParser parser) throws IOException {
      next(parser, JsonToken.START_OBJECT, "\"__metadata__\" must be an object of strings");
      while (nextIsName(parser)) {
        String key = parser.currentName();
        long keyAt = at;
        next(
            parser,
            JsonToken.VALUE_STRING,
            "the metadata value of " + Elements.quote(key) + " must be a string");
        if (metadata.put(key, parser.getText()) != null) {
          at = keyAt;
          throw broken("the metadata key " + Elements.quote(key) + " stands twice");
        }
      }
    }

    private Entry readEntry(JsonParser parser, String name) throws IOException {
      String tensor = "the tensor " + Elements.quote(name);
      long entryAt = at;
      next(parser, JsonToken.START_OBJECT, tensor + " must be described by an object");
      DType dtype = null;
      List<Long> shape = null;
      List<Long> offsets = null;
      while (nextIsName(parser)) {
        String key = parser.currentName();
        boolean again =
            switch (key) {
              case "dtype" -> dtype != null;
              case "shape" -> shape != null;
              case "data_offsets" -> offsets != null;
              default -> throw broken(tensor + " has the unknown key " + Elements.quote(key));
            };
        if (again) {
          throw broken(tensor + " has the key \"" + key + "\" twice");
        }
        switch (key) {
          case "dtype" -> dtype = readDType(parser, tensor);
          case "shape" -> shape = readLongs(parser, tensor + "'s \"shape\"");
          default -> offsets = readLongs(parser, tensor + "'s \"data_offsets\"");
        }
      }
      at = entryAt;
      return checked(
          name,
          present(dtype, tensor, "dtype"),
          present(shape, tensor, "shape"),
          present(offsets, tensor, "data_offsets"));
    }

    private DType readDType(JsonParser parser, String tensor) throws IOException {
      next(parser, JsonToken.VALUE_STRING, tensor + "'s \"dtype\" must be a string");
      String name = parser.getText();
      for (DType dtype : DType.values()) {
        if (dtype.name().equals(name)) {
          return dtype;
        }
      }
      throw broken(tensor + " has the unknown dtype " + Elements.quote(name));
    }

    private List<Long> readLongs(JsonParser parser, String what) throws IOException {
      next(parser, JsonToken.START_ARRAY, what + " must be an array of whole numbers");
      List<Long> values = new ArrayList<>();
      while (true) {
        JsonToken token = parser.nextToken();
        at = tokenAt(parser);
        if (token == JsonToken.END_ARRAY) {
          return values;
        }
        if (token != JsonToken.VALUE_NUMBER_INT || parser.getText().startsWith("-")) {
          throw broken(what + " must be an array of whole numbers, none of them negative");
        }
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
          throw broken(
              what + " holds " + Elements.quote(parser.getText()) + ", which is past 2^63 - 1");
        }
        values.add(parser.getLongValue());
      }
    }

    private <T> T present(@Nullable T value, String tensor, String key) throws FormatException {
      if (value == null) {
        throw broken(tensor + " lacks the key \"" + key + "\"");
      }
      return value;
    }

    /** The entry, once its shape, dtype and offsets are found to agree. */
    private Entry checked(String name, DType dtype, List<Long> shape, List<Long> offsets)
        throws FormatException {
      String tensor = "the tensor " + Elements.quote(name);
      if (offsets.size() != 2) {
        throw broken(tensor + "'s \"data_offsets\" must hold two numbers, not " + offsets.size());
      }
      long begin = offsets.get(0);
      long end = offsets.get(1);
      if (begin > end) {
        throw broken(tensor + " begins at " + begin + ", after its end at " + end);
      }
      if (end > dataLength) {
        throw broken(
            tensor
                + " ends at "
                + end
                + ", but the file holds only "
                + dataLength
                + " bytes of data");
      }
      long bits = dtype.bits();
      try {
        for (long dim : shape) {
          bits = Math.multiplyExact(bits, dim);
        }
      } catch (ArithmeticException e) {
        throw new FormatException(
            file, at, tensor + " has the shape " + shape + ", whose size overflows", e);
      }
      if (bits % 8 != 0) {
        throw broken(
            tensor + " of shape " + shape + " and dtype " + dtype + " does not fill whole bytes");
      }
      if (end - begin != bits / 8) {
        throw broken(
            tensor
                + " of shape "
                + shape
                + " and dtype "
                + dtype
                + " takes "
                + bits / 8
                + " bytes, but its offsets span "
                + (end - begin));
      }
      return new Entry(name, dtype, shape, begin, end);
    }

    /**
     * The entries sorted by offset, once they are found to cover the data without hole or overlap.
     */
    private Map<String, Entry> inDataOrder() throws FormatException {
      List<Entry> sorted = new ArrayList<>(entries.values());
      sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
      Map<String, Entry> byName = LinkedHashMap.newLinkedHashMap(sorted.size());
      long dataStart = PREFIX + json.length;
      long expected = 0;
      for (Entry entry : sorted) {
        at = dataStart + Math.min(expected, entry.begin());
        if (entry.begin() > expected) {
          throw broken(
              "no tensor covers the data from "
                  + expected
                  + " to "
                  + entry.begin()
                  + ", where the tensor "
                  + Elements.quote(entry.name())
                  + " begins");
        }
        if (entry.begin() < expected) {
          throw broken(
              "the tensor "
                  + Elements.quote(entry.name())
                  + " begins at "
                  + entry.begin()
                  + ", inside the one before it, which ends at "
                  + expected);
        }
        expected = entry.end();
        byName.put(entry.name(), entry);
      }
      if (expected != dataLength) {
        at = dataStart + expected;
        throw broken(
            "the last tensor ends at "
                + expected
                + ", but the file holds "
                + dataLength
                + " bytes of data");
      }
      return byName;
    }

    private void next(JsonParser parser, JsonToken wanted, String rule) throws IOException {
      JsonToken token = parser.nextToken();
      at = tokenAt(parser);
      if (token != wanted) {
        throw broken(rule);
      }
    }

    /** Steps to the next name of an object, or to the object's end. */
    private boolean nextIsName(JsonParser parser) throws IOException {
      JsonToken token = parser.nextToken();
      at = tokenAt(parser);
      return token == JsonToken.FIELD_NAME;
    }

    private static long tokenAt(JsonParser parser) {
      return PREFIX + Math.max(0, parser.currentTokenLocation().getByteOffset());
    }

    private FormatException broken(String rule) {
      return new FormatException(file, at, rule);
    }
  }
}
