package dev.lanewise.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that appears whole or not at all.
 *
 * <p>The bytes go to a temporary file in the same folder, which is forced to the disk and then
 * renamed over the target. Whatever fails before the rename leaves the old file as it was, and
 * nothing beside it. A process that is killed leaves its temporary file, {@code .lanewise-*.tmp};
 * once it has not been written for an hour, the next file that is written to the folder sweeps it
 * away.
 */
public final class AtomicFile {
  private static final String PREFIX = ".lanewise-";
  private static final String SUFFIX = ".tmp";
  private static final Duration STALE = Duration.ofHours(1);

  private AtomicFile() {}

  /** The writer of a file's bytes. */
  @FunctionalInterface
  public interface Body {
    /** Writes the whole content to {@code channel}, which the caller closes. */
    void write(FileChannel channel) throws IOException;
  }

  /**
   * Creates or replaces {@code file} with what {@code body} writes.
   *
   * @throws IOException naming the file, where it could not be written; it is then unchanged
   */
  public static void write(Path file, Body body) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(file)) {
      throw new IOException("cannot write " + file + ": it is a folder, not a file");
    }
    if (!Files.isDirectory(folder)) {
      throw new IOException("cannot write " + file + ": there is no folder " + folder);
    }
    sweep(folder);
    String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Path temporary = folder.resolve(PREFIX + random + SUFFIX);
    boolean made = false;
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        made = true;
        body.write(channel);
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      made = false;
    } catch (IOException e) {
      throw new IOException(
          made
              ? "cannot write "
                  + file
                  + ": "
                  + Objects.requireNonNullElse(e.getMessage(), e.toString())
              : "cannot write " + file + ": no file can be made in its folder " + folder,
          e);
    } finally {
      if (made) {
        Files.deleteIfExists(temporary);
      }
    }
    forceFolder(folder);
  }

  /** Deletes the temporary files that killed processes left, as far as it can. */
  private static void sweep(Path folder) {
    Instant stale = Instant.now().minus(STALE);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
      for (Path temporary : left) {
        if (Files.getLastModifiedTime(temporary).toInstant().isBefore(stale)) {
          Files.deleteIfExists(temporary);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Somebody else's file, or gone already: it stands in nobody's way.
    }
  }

  /**
   * Makes the rename durable where the platform lets a folder be forced; elsewhere it already is.
   */
  private static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // A platform that cannot open a folder as a channel; the file itself is whole and in place.
    }
  }
}
