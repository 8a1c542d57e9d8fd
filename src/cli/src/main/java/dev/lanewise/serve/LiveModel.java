package dev.lanewise.serve;

import dev.lanewise.infer.Predictor;
import dev.lanewise.kernel.Weights;
import dev.lanewise.nn.Module;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A predictor of the model in a file, which takes the file anew when it has changed. A file that
 * cannot be taken leaves the predictor as it is.
 */
public final class LiveModel {
  private final Path file;
  private final Loader loader;
  private final Predictor predictor;
  private @Nullable Stamp stamp;
  private volatile int version = 1;
  private volatile long failures;

  /** What reads the model. */
  @FunctionalInterface
  public interface Loader {
    /**
     * Reads the model of a file.
     *
     * @throws IOException with a sentence that says why there is none
     */
    Module load(Path file) throws IOException;
  }

  /** What tells one content of a file from another without reading it. */
  private record Stamp(FileTime modified, long size, @Nullable Object key) {
    static @Nullable Stamp of(Path file) throws IOException {
      try {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
      } catch (NoSuchFileException e) {
        return null;
      }
    }
  }

  /**
   * Loads a model.
   *
   * @param row the shape of a row of its input
   * @param maxRows the most rows of one call
   * @throws IOException if {@code loader} finds none in the file
   * @throws IllegalArgumentException if it cannot be prepared to predict
   */
  public LiveModel(Path file, Loader loader, int[] row, int maxRows, Weights weights)
      throws IOException {
    this.file = file;
    this.loader = loader;
    stamp = Stamp.of(file);
    predictor = Predictor.builder(loader.load(file), row).maxRows(maxRows).weights(weights).build();
  }

  /** Returns the predictor of the newest version. */
  public Predictor predictor() {
    return predictor;
  }

  /** Returns the number of the version that answers: 1, and one more for each that was taken. */
  public int version() {
    return version;
  }

  /** Returns how often a changed file could not be taken. */
  public long failures() {
    return failures;
  }

  /** Takes the file if it has changed, and tells in a sentence what came of that. */
  synchronized void refresh(Consumer<String> told) {
    try {
      // Before the content: a change while that is read is seen the next time.
      Stamp now = Stamp.of(file);
      if (now == null ? stamp == null : now.equals(stamp)) {
        return;
      }
      stamp = now;
      if (now == null) {
        throw new IOException("there is no " + file);
      }
      predictor.replace(loader.load(file));
      version++;
      told.accept("took version " + version + " of " + file);
    } catch (Throwable e) { // Errors too, or no later file would ever be looked at.
      failures++;
      told.accept("version " + version + " goes on, for the new file cannot be taken: " + says(e));
    }
  }

  private static String says(Throwable thrown) {
    return thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
  }
}
