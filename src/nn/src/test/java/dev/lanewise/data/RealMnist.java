package dev.lanewise.data;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** MNIST itself, for the tests that need real digits, which are skipped where it is not at hand. */
public final class RealMnist {
  private RealMnist() {}

  /**
   * Returns the t10k images, the first 8,000 to learn from and the other 2,000 to judge by, of the
   * folder that {@code -Dlanewise.mnist} gives, or of {@code shared/data/mnist}.
   */
  public static MnistFiles load() throws IOException {
    Path folder = folder();
    assumeTrue(
        folder != null,
        "no MNIST here: give its folder with -Dlanewise.mnist, as no shared/data/mnist is near");
    assumeTrue(
        !Files.exists(folder.resolve("train-images-idx3-ubyte.gz")),
        "this test knows the t10k pair alone, and the folder holds the training pair too");
    return MnistFiles.load(folder);
  }

  private static Path folder() {
    String given = System.getProperty("lanewise.mnist");
    List<String> places =
        given != null
            ? List.of(given)
            : List.of("../../../shared/data/mnist", "../../shared/data/mnist");
    return places.stream().map(Path::of).filter(Files::isDirectory).findFirst().orElse(null);
  }
}
