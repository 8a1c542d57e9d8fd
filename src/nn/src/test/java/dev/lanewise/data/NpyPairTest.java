package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.io.FormatException;
import dev.lanewise.io.Npy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NpyPairTest {
  @TempDir Path folder;
  private Path features;

  @BeforeEach
  void writeFeatures() throws IOException {
    features = folder.resolve("x.npy");
    Npy.write(features, NDArray.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2));
  }

  @Test
  void load_featuresAndTargets() throws IOException {
    Path targets = folder.resolve("y.npy");
    Npy.write(targets, NDArray.of(new float[] {7, 8, 9}, 3, 1));
    Dataset data = NpyPair.load(features, targets);
    assertThat(data.features().toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(data.targets().shape()).isEqualTo(Shape.of(3, 1));
    assertThat(data.hasLabels()).isFalse();
  }

  @Test
  void loadLabelled_featuresAndLabels() throws IOException {
    Dataset data = NpyPair.loadLabelled(features, labels(2, 0, 16_777_215));
    assertThat(data.labels()).containsExactly(2, 0, 16_777_215);
    assertThat(data.targets().shape()).isEqualTo(Shape.of(3, 1));
    assertThat(data.features().shape()).isEqualTo(Shape.of(3, 2));
  }

  @Test
  void files_thatDoNotGoTogether() throws IOException {
    Path targets = folder.resolve("y.npy");
    Npy.write(targets, NDArray.of(new float[] {7, 8}, 2, 1));
    assertThatThrownBy(() -> NpyPair.load(features, targets))
        .isInstanceOf(FormatException.class)
        .hasMessage(
            targets + ", at byte 0: the file holds 2 samples, and " + features + " holds 3");
    Npy.write(targets, NDArray.scalar(1));
    assertThatThrownBy(() -> NpyPair.load(features, targets))
        .isInstanceOf(FormatException.class)
        .hasMessage(targets + ", at byte 0: a single number has no samples");
    Npy.write(targets, NDArray.of(new float[] {1, 0, 2}));
    assertThatThrownBy(() -> NpyPair.loadLabelled(features, targets))
        .isInstanceOf(FormatException.class)
        .hasMessage(
            targets + ", at byte 0: labels are one axis of integers, and this file holds F32 [3]");
  }

  @Test
  void labels_thatAreNoClasses() throws IOException {
    Path negative = labels(1, -2, 3);
    assertThatThrownBy(() -> NpyPair.loadLabelled(features, negative))
        .isInstanceOf(FormatException.class)
        .hasMessage(negative + ", at byte 136: the label of sample 1 is not one of 0 to 16777215");
    Path large = labels(1, 2, 1L << 24);
    assertThatThrownBy(() -> NpyPair.loadLabelled(features, large))
        .hasMessageEndingWith("the label of sample 2 is not one of 0 to 16777215");
  }

  /** An npy file of 64-bit integers, as NumPy writes them: 128 bytes of header, then the data. */
  private Path labels(long... labels) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    String dict = "{'descr': '<i8', 'fortran_order': False, 'shape': (" + labels.length + ",), }";
    out.writeBytes(
        (dict + " ".repeat(117 - dict.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
    ByteBuffer data = ByteBuffer.allocate(8 * labels.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asLongBuffer().put(labels);
    out.writeBytes(data.array());
    return Files.write(folder.resolve("labels.npy"), out.toByteArray());
  }
}
