package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.io.Mutations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Damaged files end in an exception of I/O or in numbers that the file has the bytes for. */
final class IdxFuzzTest {
  private static Path folder;
  private static Path file;
  private static byte[] plain;
  private static byte[] zipped;

  @BeforeContainer
  static void makeFiles() throws IOException {
    folder = Files.createTempDirectory("lanewise-fuzz");
    Idx idx = Idx.of(Idx.Type.I16, new byte[2 * 3 * 4 * 2], 2, 3, 4);
    file = folder.resolve("f.gz");
    idx.write(file);
    zipped = Files.readAllBytes(file);
    Files.delete(file);
    file = folder.resolve("f");
    idx.write(file);
    plain = Files.readAllBytes(file);
  }

  @AfterContainer
  static void removeFiles() throws IOException {
    Files.deleteIfExists(file);
    Files.delete(folder);
  }

  @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
  void plain(@ForAll long seed) throws IOException {
    readDamaged(plain, new Random(seed));
  }

  @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
  void zipped(@ForAll long seed) throws IOException {
    readDamaged(zipped, new Random(seed));
  }

  private static void readDamaged(byte[] bytes, Random random) throws IOException {
    for (int i = 0; i < Mutations.rounds(); i++) {
      Mutations.replace(file, Mutations.mutate(bytes, random));
      try {
        Idx idx = Idx.read(file);
        assertThat(idx.toArray().size() * idx.type().bytes()).isEqualTo(idx.bytes().length);
        assertThat(idx.bytes().length).isLessThanOrEqualTo(2 * plain.length);
      } catch (IOException e) {
        assertThat(e).hasMessageContaining(file.toString());
      }
    }
  }
}
