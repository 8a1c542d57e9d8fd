package dev.lanewise.data;

import dev.lanewise.io.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The records of a CSV file one after the other, as RFC 4180 has them.
 *
 * <p>A record ends with a line feed, before which a carriage return may stand; the last may end
 * with the file. A field in quotes may hold delimiters, line ends and, doubled, quotes. All records
 * have as many fields as the first. Text is UTF-8; a byte-order mark at the start and empty lines
 * at the end are passed over.
 */
final class CsvReader {
  private static final int END = -1;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final String file;
  private final InputStream in;
  private final char delimiter;
  private final boolean header;
  private final List<String> names;

  private final byte[] buffer = new byte[1 << 16];
  private long bufferStart;
  private int filled;
  private int used;
  private long line = 1;

  private final List<Field> fields = new ArrayList<>();
  private byte[] text = new byte[64];
  private int length;
  private boolean firstIsNext;

  /**
   * A reader of the bytes {@code in}.
   *
   * @param file the name for messages
   * @param delimiter what stands between fields, an ASCII character
   * @param header whether the first record names the columns
   */
  CsvReader(String file, InputStream in, char delimiter, boolean header) throws IOException {
    this.file = file;
    this.in = in;
    this.delimiter = delimiter;
    this.header = header;
    filled = in.readNBytes(buffer, 0, buffer.length);
    if (filled >= 3 && Arrays.equals(buffer, 0, 3, BYTE_ORDER_MARK, 0, 3)) {
      used = 3;
    }
    if (!advance()) {
      throw new FormatException(file, offset(), "the file holds no records");
    }
    names =
        header
            ? fields.stream().map(Field::text).toList()
            : IntStream.range(0, fields.size()).mapToObj(Integer::toString).toList();
    firstIsNext = !header;
  }

  /** The names of the columns; without a header their numbers, counted from 0. */
  List<String> names() {
    return names;
  }

  /** Goes to the next record; false when there is none. */
  boolean next() throws IOException {
    if (firstIsNext) {
      firstIsNext = false;
      return true;
    }
    if (!advance()) {
      return false;
    }
    if (fields.size() != names.size()) {
      Field first = fields.getFirst();
      throw new FormatException(
          file,
          first.offset,
          "line "
              + first.line
              + ": the record has "
              + fields.size()
              + " fields, and the first has "
              + names.size());
    }
    return true;
  }

  /** The text of one field of the record. */
  String field(int column) {
    return fields.get(column).text;
  }

  /** The exception for a field of the record that breaks {@code rule}. */
  FormatException broken(int column, String rule) {
    Field field = fields.get(column);
    String name = header ? " (" + shortened(names.get(column)) + ")" : "";
    return new FormatException(file, field.offset, place(field.line, column) + name + ": " + rule);
  }

  /** The exception for a file whose columns, as the first line has them, break {@code rule}. */
  FormatException broken(String rule) {
    return new FormatException(file, 0, "line 1: " + rule);
  }

  /** A text as a message quotes it. */
  static String shortened(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }

  private static String place(long line, int column) {
    return "line " + line + ", column " + (column + 1);
  }

  private boolean advance() throws IOException {
    fields.clear();
    long start = offset();
    long firstLine = line;
    int c = read();
    while (endsLine(c)) {
      c = read();
    }
    if (c == END) {
      return false;
    }
    if (line != firstLine) {
      throw new FormatException(
          file, start, "line " + firstLine + ": the line is empty, and records follow it");
    }
    used--;
    do {
      c = readField();
    } while (c == delimiter);
    return true;
  }

  /** Reads a field, and returns what ended it: the delimiter, a line feed or the file's end. */
  private int readField() throws IOException {
    long start = offset();
    long itsLine = line;
    length = 0;
    int c = read();
    if (c == '"') {
      readQuoted(start, itsLine);
      c = read();
      if (!endsField(c)) {
        throw brokenHere("text follows the quote that closes the field");
      }
    } else {
      while (!endsField(c)) {
        if (c == '"') {
          throw brokenHere("a quote stands in a field that does not begin with one");
        }
        append(c);
        c = read();
      }
    }
    int end = endsLine(c) ? '\n' : c;
    fields.add(new Field(decoded(start, itsLine), itsLine, start));
    return end;
  }

  /** Reads up to the quote that closes the field. */
  private void readQuoted(long start, long itsLine) throws IOException {
    while (true) {
      int c = read();
      if (c == END) {
        throw broken(start, itsLine, "the quote that opens the field is never closed");
      }
      if (c == '"') {
        int next = read();
        if (next != '"') {
          if (next != END) {
            used--;
          }
          return;
        }
      }
      if (c == '\n') {
        line++;
      }
      append(c);
    }
  }

  private boolean endsField(int c) {
    return c == delimiter || c == '\n' || c == '\r' || c == END;
  }

  /** Whether {@code c} ends the line, with the line feed that a carriage return needs. */
  private boolean endsLine(int c) throws IOException {
    long at = offset() - 1;
    if (c == '\r' && read() != '\n') {
      throw broken(at, line, "a carriage return stands without a line feed after it");
    }
    if (c != '\r' && c != '\n') {
      return false;
    }
    line++;
    return true;
  }

  private String decoded(long start, long itsLine) throws FormatException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(text, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw broken(start, itsLine, "the text is not UTF-8");
    }
  }

  private void append(int c) {
    if (length == text.length) {
      text = Arrays.copyOf(text, 2 * length);
    }
    text[length++] = (byte) c;
  }

  private int read() throws IOException {
    if (used == filled) {
      bufferStart += filled;
      used = 0;
      filled = Math.max(0, in.read(buffer));
      if (filled == 0) {
        return END;
      }
    }
    return buffer[used++] & 0xff;
  }

  private long offset() {
    return bufferStart + used;
  }

  private FormatException brokenHere(String rule) {
    return broken(offset() - 1, line, rule);
  }

  private FormatException broken(long offset, long itsLine, String rule) {
    return new FormatException(file, offset, place(itsLine, fields.size()) + ": " + rule);
  }

  /** One field, and the line and the byte of the file that it begins at. */
  private record Field(String text, long line, long offset) {}
}
