package dev.lanewise.io;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The header of an npy file: a Python dict literal with the keys descr, fortran_order and shape.
 *
 * <p>Only what NumPy writes is understood; this is a parser of that one literal and not of Python.
 */
final class NpyHeader {
  private static final int HIGHEST_RANK = 64;

  private final String file;
  private final long start;
  private final String text;
  private int at;

  private DType dtype = DType.F32;
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
  private boolean fortran;
  private int[] dims = {};

  private NpyHeader(String file, long start, String text) {
    this.file = file;
    this.start = start;
    this.text = text;
  }

  /** The header in {@code bytes}, which stand at byte {@code start} of {@code file}. */
  static NpyHeader parse(String file, long start, byte[] bytes) throws FormatException {
    NpyHeader header = new NpyHeader(file, start, new String(bytes, StandardCharsets.ISO_8859_1));
    header.readDict();
    return header;
  }

  /** Where the header ends and the data begin. */
  long end() {
    return start + text.length();
  }

  DType dtype() {
    return dtype;
  }

  ByteOrder order() {
    return order;
  }

  boolean fortran() {
    return fortran;
  }

  int[] dims() {
    return dims.clone();
  }

  private void readDict() throws FormatException {
    boolean sawDescr = false;
    boolean sawOrder = false;
    boolean sawShape = false;
    expect('{');
    while (!accept('}')) {
      int keyAt = at;
      String key = readString();
      expect(':');
      boolean again =
          switch (key) {
            case "descr" -> sawDescr;
            case "fortran_order" -> sawOrder;
            case "shape" -> sawShape;
            default -> throw broken(keyAt, "the header has the unknown key '" + key + "'");
          };
      if (again) {
        throw broken(keyAt, "the header has the key '" + key + "' twice");
      }
      switch (key) {
        case "descr" -> {
          sawDescr = true;
          readDescr();
        }
        case "fortran_order" -> {
          sawOrder = true;
          fortran = readBoolean();
        }
        default -> {
          sawShape = true;
          dims = readShape();
        }
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (!sawDescr || !sawOrder || !sawShape) {
      throw broken(0, "the header must have the keys 'descr', 'fortran_order' and 'shape'");
    }
    skipSpaces();
    if (at != text.length() - 1 || text.charAt(at) != '\n') {
      throw broken(at, "after the dict the header must hold spaces and one newline at its end");
    }
  }

  private void readDescr() throws FormatException {
    skipSpaces();
    int descrAt = at;
    if (peek() == '[') {
      throw broken(descrAt, "the array holds records; only plain numbers can be read");
    }
    String descr = readString();
    if (descr.length() < 2) {
      throw broken(descrAt, "'" + descr + "' is not a type");
    }
    if (descr.indexOf('O') >= 0) {
      throw broken(descrAt, "the array holds Python objects, which are never unpickled");
    }
    dtype =
        switch (descr.substring(1)) {
          case "b1" -> DType.BOOL;
          case "i1" -> DType.I8;
          case "u1" -> DType.U8;
          case "i2" -> DType.I16;
          case "u2" -> DType.U16;
          case "f2" -> DType.F16;
          case "i4" -> DType.I32;
          case "u4" -> DType.U32;
          case "f4" -> DType.F32;
          case "i8" -> DType.I64;
          case "u8" -> DType.U64;
          case "f8" -> DType.F64;
          default -> throw broken(descrAt, "the type '" + descr + "' cannot be read as float32");
        };
    order =
        switch (descr.charAt(0)) {
          case '<' -> ByteOrder.LITTLE_ENDIAN;
          case '>' -> ByteOrder.BIG_ENDIAN;
          case '|' -> {
            if (dtype.bits() > 8) {
              throw broken(descrAt, "the type '" + descr + "' does not say its byte order");
            }
            yield ByteOrder.LITTLE_ENDIAN;
          }
          default ->
              throw broken(descrAt, "the type '" + descr + "' must begin with '<', '>' or '|'");
        };
  }

  private boolean readBoolean() throws FormatException {
    skipSpaces();
    for (boolean value : new boolean[] {false, true}) {
      String word = value ? "True" : "False";
      if (text.startsWith(word, at)) {
        at += word.length();
        return value;
      }
    }
    throw broken(at, "'fortran_order' must be True or False");
  }

  private int[] readShape() throws FormatException {
    expect('(');
    int[] values = new int[HIGHEST_RANK];
    int rank = 0;
    boolean comma = true;
    while (!accept(')')) {
      if (!comma) {
        throw broken(at, "a comma must stand between two dimensions");
      }
      if (rank == HIGHEST_RANK) {
        throw broken(at, "the shape has more than 64 dimensions");
      }
      values[rank++] = readDimension();
      comma = accept(',');
    }
    if (rank == 1 && !comma) {
      throw broken(at, "a shape of one dimension must be written with a comma, as in (3,)");
    }
    return Arrays.copyOf(values, rank);
  }

  private int readDimension() throws FormatException {
    skipSpaces();
    int first = at;
    long value = 0;
    while (peek() >= '0' && peek() <= '9') {
      value = 10 * value + (peek() - '0');
      if (value > Integer.MAX_VALUE) {
        throw broken(first, "a dimension is over 2^31 - 1");
      }
      at++;
    }
    if (at == first) {
      throw broken(at, "a dimension must be a whole number, not negative");
    }
    return (int) value;
  }

  /** A string in single or double quotes; NumPy writes no escapes into this header. */
  private String readString() throws FormatException {
    skipSpaces();
    char quote = peek();
    if (quote != '\'' && quote != '"') {
      throw broken(at, "a string in quotes is expected here");
    }
    int end = text.indexOf(quote, at + 1);
    if (end < 0 || end - at > 64) {
      throw broken(at, "this string has no end, or is too long for a key or a type");
    }
    String value = text.substring(at + 1, end);
    at = end + 1;
    return value;
  }

  private void expect(char wanted) throws FormatException {
    if (!accept(wanted)) {
      throw broken(at, "'" + wanted + "' is expected here");
    }
  }

  private boolean accept(char wanted) {
    skipSpaces();
    if (peek() != wanted) {
      return false;
    }
    at++;
    return true;
  }

  private void skipSpaces() {
    while (peek() == ' ') {
      at++;
    }
  }

  /** The character here, or NUL at the end of the header. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private FormatException broken(int where, String rule) {
    return new FormatException(file, start + where, rule);
  }
}
