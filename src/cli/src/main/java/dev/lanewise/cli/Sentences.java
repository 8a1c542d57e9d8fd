package dev.lanewise.cli;

import dev.lanewise.memory.MemoryLimitException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** One sentence for each failure that is not a bug. */
final class Sentences {
  private Sentences() {}

  /** The sentence for {@code thrown}, or nothing if it can only be a bug. */
  static Optional<String> of(Throwable thrown) {
    return switch (thrown) {
      case Failure failure -> message(failure);
      case FileSystemException e -> Optional.of(ofFile(e));
      case IOException e -> message(e);
      case MemoryLimitException e -> message(e);
      case OutOfMemoryError _ ->
          Optional.of("the Java heap is full: give it more, as in java -Xmx4g");
      // A library class that refuses a system property says so from its static initializer.
      case ExceptionInInitializerError e ->
          message(e.getCause() instanceof IllegalArgumentException cause ? cause : e);
      default -> Optional.empty();
    };
  }

  private static Optional<String> message(Throwable thrown) {
    return Optional.ofNullable(thrown.getMessage());
  }

  private static String ofFile(FileSystemException e) {
    if (e.getReason() != null) {
      return String.valueOf(e.getMessage());
    }
    return switch (e) {
      case NoSuchFileException _ -> "there is no " + e.getFile();
      case AccessDeniedException _ -> "permission denied: " + e.getFile();
      default -> "cannot use " + e.getFile();
    };
  }
}
