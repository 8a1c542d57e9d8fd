package dev.lanewise.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.array.NDArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Damaged files end in an exception of I/O or in arrays that the file has the bytes for. */
final class FileFuzzTest {
  private static Path folder;
  private static byte[] safeTensors;
  private static byte[] npy;

  @BeforeContainer
  static void makeFiles() throws IOException {
    folder = Files.createTempDirectory("lanewise-fuzz");
    Path file = folder.resolve("f");
    NDArray array = NDArray.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    SafeTensors.write(
        file,
        Map.of("fc1.weight", array, "fc1.bias", NDArray.of(new float[] {1, 2})),
        Map.of("step", "12"));
    safeTensors = Files.readAllBytes(file);
    Npy.write(file, array);
    npy = Files.readAllBytes(file);
  }

  @AfterContainer
  static void removeFiles() throws IOException {
    Files.deleteIfExists(folder.resolve("f"));
    Files.delete(folder);
  }

  @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
  void safeTensors(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < Mutations.rounds(); i++) {
      Path file = folder.resolve("f");
      Mutations.write(file, safeTensors, random);
      try {
        SafeTensors read = SafeTensors.read(file);
        read.loadAll()
            .forEach((name, array) -> {
              SafeTensors.Entry entry = read.entries().get(name);
              assertThat(array.size() * entry.dtype().bits() / 8)
                  .isEqualTo(entry.end() - entry.begin());
            });
      } catch (IOException e) {
        assertThat(e).hasMessageContaining(file.toString());
      }
    }
  }

  @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
  void npy(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < Mutations.rounds(); i++) {
      Path file = folder.resolve("f");
      Mutations.write(file, npy, random);
      try {
        assertThat(Npy.read(file).size()).isLessThanOrEqualTo(Files.size(file));
      } catch (IOException e) {
        assertThat(e).hasMessageContaining(file.toString());
      }
    }
  }
}
