package dev.lanewise.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every source is as google-java-format leaves it; with {@code -Dformat=fix} it is made so. */
final class FormatTest {
  private static final boolean FIX = "fix".equals(System.getProperty("format"));

  private final Path root = root();
  private final Formatter formatter = new Formatter();

  @Test
  void everySource_isFormatted() throws IOException {
    List<Path> sources = sources();
    assertThat(sources).contains(root.resolve("src/tensor/src/main/java/module-info.java"));

    List<String> unformatted = sources.parallelStream().flatMap(this::complaint).sorted().toList();
    assertThat(unformatted)
        .as("sources that `mvn -q test -Pformat` mends, or that cannot be read as Java")
        .isEmpty();
  }

  /** Gives the source's name if it is not formatted, and nothing once it is. */
  private Stream<String> complaint(Path source) {
    String name = root.relativize(source).toString();
    try {
      String text = Files.readString(source);
      String formatted = formatter.formatSourceAndFixImports(text);
      if (formatted.equals(text)) {
        return Stream.empty();
      }
      if (FIX) {
        Files.writeString(source, formatted);
        return Stream.empty();
      }
      return Stream.of(name);
    } catch (FormatterException e) {
      return Stream.of(name + ": " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Path> sources() throws IOException {
    try (Stream<Path> src = Files.walk(root.resolve("src"));
        Stream<Path> bench = Files.walk(root.resolve("bench"))) {
      return Stream.concat(src, bench)
          .filter(path -> path.toString().endsWith(".java"))
          .filter(path -> !root.relativize(path).toString().contains("/target/"))
          .toList();
    }
  }

  /** The tests run in src/cli, two steps below the root. */
  private static Path root() {
    return Path.of("../..").toAbsolutePath().normalize();
  }
}
