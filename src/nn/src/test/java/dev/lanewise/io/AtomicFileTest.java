package dev.lanewise.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void write_replaces() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "old and longer");
    AtomicFile.write(file, out -> out.write(ByteBuffer.wrap(new byte[] {'n'})));
    assertThat(file).hasContent("n");
    assertOnly(file);
  }

  @Test
  void write_bodyFails() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "old");
    assertThatThrownBy(() ->
            AtomicFile.write(
                file,
                out -> {
                  out.write(ByteBuffer.wrap(new byte[] {'n'}));
                  throw new IOException("the disk is full");
                }))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write " + file + ": the disk is full");
    assertThatThrownBy(() ->
            AtomicFile.write(
                file,
                out -> {
                  throw new IllegalStateException("unchecked");
                }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(file).hasContent("old");
    assertOnly(file);
  }

  @Test
  void write_renameFails() throws IOException {
    Path file = folder.resolve("x".repeat(300));
    assertThatThrownBy(() -> AtomicFile.write(file, out -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot write " + file);
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void write_folderMissing() {
    Path file = folder.resolve("absent").resolve("f");
    assertThatThrownBy(() -> AtomicFile.write(file, out -> {}))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write " + file + ": there is no folder " + folder.resolve("absent"));
  }

  @Test
  void write_folderInTheWay() {
    assertThatThrownBy(() -> AtomicFile.write(folder, out -> {}))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write " + folder + ": it is a folder, not a file");
  }

  @Test
  void write_sweepsAwayWhatKilledProcessesLeft() throws IOException {
    Path stale = Files.writeString(folder.resolve(".lanewise-0123456789abcdef.tmp"), "old");
    Path fresh = Files.writeString(folder.resolve(".lanewise-fedcba9876543210.tmp"), "new");
    Path other = Files.writeString(folder.resolve("other.tmp"), "old");
    FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofMinutes(61)));
    Files.setLastModifiedTime(stale, longAgo);
    Files.setLastModifiedTime(other, longAgo);
    Path file = folder.resolve("f");
    AtomicFile.write(file, out -> {});
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(file, fresh, other);
    }
  }

  private void assertOnly(Path file) throws IOException {
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }
}
