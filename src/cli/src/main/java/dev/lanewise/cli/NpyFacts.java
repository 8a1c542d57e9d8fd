package dev.lanewise.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the header of an npy file says, as its own words; for files that {@code Npy} has accepted.
 *
 * @param descr NumPy's name of the type, such as {@code |u1}
 */
record NpyFacts(String descr, String shape, boolean fortran) {
  private static final int LONGEST = 1 << 17;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*?),?\\s*\\)");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");

  static NpyFacts read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      String head = new String(in.readNBytes(LONGEST), StandardCharsets.ISO_8859_1);
      return new NpyFacts(
          first(DESCR, head), "[" + first(SHAPE, head) + "]", first(FORTRAN, head).equals("True"));
    }
  }

  private static String first(Pattern pattern, String head) {
    Matcher matcher = pattern.matcher(head);
    return matcher.find() ? matcher.group(1).strip() : "";
  }
}
