package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.io.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MnistFilesTest {
  @TempDir Path folder;

  @Test
  void load_bothPairs() throws IOException {
    write("train-images-idx3-ubyte", "train-labels-idx1-ubyte", 5, 3, 2);
    write("t10k-images.idx3-ubyte.gz", "t10k-labels.idx1-ubyte.gz", 2, 3, 2);
    MnistFiles files = MnistFiles.load(folder);
    assertThat(files.train().size()).isEqualTo(5);
    assertThat(files.test().size()).isEqualTo(2);
    assertThat(files.train().rows()).isEqualTo(3);
    assertThat(files.train().cols()).isEqualTo(2);
    assertThat(files.train().label(4)).isEqualTo(4);
    assertThat(files.train().pixel(4, 2, 1)).isEqualTo(29);
    assertThat(files.note()).isEqualTo(folder + " holds 5 training and 2 test images.");
  }

  @Test
  void load_testPairAlone() throws IOException {
    write("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", 7, 2, 2);
    MnistFiles files = MnistFiles.load(folder);
    assertThat(files.train().labels()).containsExactly(0, 1, 2, 3, 4);
    assertThat(files.test().labels()).containsExactly(5, 6);
    assertThat(files.test().pixel(0, 0, 0)).isEqualTo(20);
    assertThat(files.note())
        .isEqualTo(
            folder
                + " holds only the t10k images: the first 5 of them serve for training and the"
                + " last 2 for testing.");
  }

  @Test
  void load_somethingMissing() throws IOException {
    assertThatThrownBy(() -> MnistFiles.load(folder.resolve("absent")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageEndingWith("absent: there is no such folder");
    assertThatThrownBy(() -> MnistFiles.load(folder))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(
            folder + ": the folder holds no MNIST files, such as t10k-images-idx3-ubyte.gz");
    write("train-images-idx3-ubyte", "train-labels-idx1-ubyte", 5, 3, 2);
    assertThatThrownBy(() -> MnistFiles.load(folder))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("holds the training images but not the test images");
    write("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", 5, 3, 2);
    Files.delete(folder.resolve("train-labels-idx1-ubyte"));
    assertThatThrownBy(() -> MnistFiles.load(folder))
        .hasMessageContaining("the folder holds train-images-idx3-ubyte but no labels for it");
    Files.delete(folder.resolve("train-images-idx3-ubyte"));
    Files.delete(folder.resolve("t10k-images-idx3-ubyte"));
    assertThatThrownBy(() -> MnistFiles.load(folder))
        .hasMessageContaining("the folder holds t10k-labels-idx1-ubyte but no images for it");
  }

  @Test
  void load_filesThatDoNotGoTogether() throws IOException {
    Path images = folder.resolve("t10k-images-idx3-ubyte");
    Path labels = folder.resolve("t10k-labels-idx1-ubyte");
    Idx.of(Idx.Type.U8, new byte[12], 3, 2, 2).write(images);
    Idx.of(Idx.Type.U8, new byte[2], 2).write(labels);
    assertRefused(labels + ", at byte 4: there are 2 labels for the 3 images of " + images);
    Idx.of(Idx.Type.U8, new byte[] {0, 10, 0}, 3).write(labels);
    assertRefused(labels + ", at byte 9: the label 10 is not one of 0 to 9");
    Idx.of(Idx.Type.I8, new byte[3], 3).write(labels);
    assertRefused("labels are one dimension of unsigned bytes, and this file holds I8 [3]");
    Idx.of(Idx.Type.U8, new byte[3], 3).write(labels);
    Idx.of(Idx.Type.U8, new byte[12], 3, 4).write(images);
    assertRefused("images are three dimensions of unsigned bytes, and this file holds U8 [3, 4]");
    Idx.of(Idx.Type.U8, new byte[0], 3, 0, 4).write(images);
    assertRefused("the file holds no pixels: U8 [3, 0, 4]");
    write("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", 5, 3, 2);
    write("train-images-idx3-ubyte", "train-labels-idx1-ubyte", 5, 2, 3);
    assertThatThrownBy(() -> MnistFiles.load(folder))
        .isInstanceOf(IOException.class)
        .hasMessage(folder + " holds training images of 2 x 3 but test images of 3 x 2");
  }

  @Test
  void toDataset_scalesPixels() throws IOException {
    LabelledImages images =
        LabelledImages.of(new byte[] {0, 51, (byte) 255, 1}, new int[] {1, 0}, 1, 2);
    Dataset data = images.toDataset(2, 0.25f, 0.75f);
    assertThat(data.features().toFloatArray()).containsExactly(0, 0.2f, 1, 1 / 255f);
    assertThat(data.targets().toFloatArray()).containsExactly(0.25f, 0.75f, 0.75f, 0.25f);
    assertThat(data.labels()).containsExactly(1, 0);
  }

  @Test
  void load_realMnist() throws IOException {
    MnistFiles files = RealMnist.load();
    assertThat(files.train().size()).isEqualTo(8000);
    assertThat(files.test().size()).isEqualTo(2000);
    assertThat(files.train().rows()).isEqualTo(28);
    assertThat(files.train().cols()).isEqualTo(28);
    assertThat(histogram(files.train()))
        .containsExactly(773, 905, 834, 803, 788, 723, 756, 813, 787, 818);
    assertThat(histogram(files.test()))
        .containsExactly(207, 230, 198, 207, 194, 169, 202, 215, 187, 191);
    assertThat(sum(files.train())).isEqualTo(208_058_241);
    assertThat(sum(files.train()) + sum(files.test())).isEqualTo(264_923_200);
    assertThat(Arrays.copyOf(files.train().labels(), 10))
        .containsExactly(7, 2, 1, 0, 4, 1, 4, 9, 5, 9);
    assertThat(files.train().pixel(0, 7, 7)).isEqualTo(185);
    assertThat(files.test().label(1999)).isEqualTo(6);
    assertThat(files.test().pixel(1999, 14, 8)).isEqualTo(253);
    assertThat(files.note()).contains("the first 8000 of them", "the last 2000");
  }

  private static int[] histogram(LabelledImages images) {
    int[] counts = new int[10];
    for (int label : images.labels()) {
      counts[label]++;
    }
    return counts;
  }

  private static long sum(LabelledImages images) {
    long sum = 0;
    for (int i = 0; i < images.size(); i++) {
      for (byte pixel : images.pixels(i)) {
        sum += pixel & 0xff;
      }
    }
    return sum;
  }

  private void assertRefused(String rule) {
    assertThatThrownBy(() -> MnistFiles.load(folder))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(rule);
  }

  /** Writes images of ascending pixels, with ascending labels. */
  private void write(String images, String labels, int count, int rows, int cols)
      throws IOException {
    byte[] pixels = new byte[count * rows * cols];
    byte[] classes = new byte[count];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) i;
    }
    for (int i = 0; i < count; i++) {
      classes[i] = (byte) i;
    }
    Idx.of(Idx.Type.U8, pixels, count, rows, cols).write(folder.resolve(images));
    Idx.of(Idx.Type.U8, classes, count).write(folder.resolve(labels));
  }
}
