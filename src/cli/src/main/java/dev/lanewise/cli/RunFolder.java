package dev.lanewise.cli;

import dev.lanewise.io.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The folder that one training writes its results into. */
record RunFolder(Path path) {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  /** Makes the folder {@code chosen} or, where none was chosen, a new one named by the time. */
  static RunFolder make(@Nullable Path chosen) {
    Path path = chosen != null ? chosen : unused();
    try {
      Files.createDirectories(path);
    } catch (FileAlreadyExistsException e) {
      throw new Failure("cannot make the folder " + path + ": " + e.getFile() + " is a file", e);
    } catch (FileSystemException e) {
      String reason = e.getReason() == null ? "permission denied" : e.getReason();
      throw new Failure("cannot make the folder " + path + ": " + reason, e);
    } catch (IOException e) {
      throw new Failure("cannot make the folder " + path + ": " + e.getMessage(), e);
    }
    return new RunFolder(path);
  }

  private static Path unused() {
    String stamp = LocalDateTime.now(ZoneId.systemDefault()).format(STAMP);
    Path path = Path.of("runs", stamp + "-train");
    for (int again = 2; Files.exists(path); again++) {
      path = Path.of("runs", stamp + "-train-" + again);
    }
    return path;
  }

  Path model() {
    return path.resolve("model.safetensors");
  }

  Path chart() {
    return path.resolve("loss.png");
  }

  Path metrics() {
    return path.resolve("metrics.csv");
  }

  Path summary() {
    return path.resolve("summary.txt");
  }

  /**
   * Removes what an earlier training left here, so that the results of two never stand together.
   */
  void clearReports() throws IOException {
    Files.deleteIfExists(chart());
    Files.deleteIfExists(metrics());
    Files.deleteIfExists(summary());
  }

  /** Writes a text file that appears whole or not at all. */
  static void write(Path file, String text) throws IOException {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a file that appears whole or not at all. */
  static void write(Path file, byte[] content) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    AtomicFile.write(
        file,
        channel -> {
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        });
  }
}
