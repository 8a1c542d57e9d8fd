package dev.lanewise.cli;

import dev.lanewise.data.Idx;
import dev.lanewise.data.LabelledImages;
import dev.lanewise.data.SyntheticDigits;
import java.io.IOException;
import java.nio.file.Path;

/** Small IDX files. */
final class Digits {
  private Digits() {}

  /** Writes {@code count} digits as MNIST's t10k pair. */
  static LabelledImages writePair(Path folder, int count) throws IOException {
    LabelledImages digits = SyntheticDigits.generate(count, 5);
    writeImages(folder.resolve("t10k-images-idx3-ubyte"), digits);
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) digits.label(i);
    }
    writeLabels(folder, labels);
    return digits;
  }

  static void writeLabels(Path folder, byte... labels) throws IOException {
    Idx.of(Idx.Type.U8, labels, labels.length).write(folder.resolve("t10k-labels-idx1-ubyte"));
  }

  static void writeImages(Path file, LabelledImages digits) throws IOException {
    int area = digits.rows() * digits.cols();
    byte[] pixels = new byte[digits.size() * area];
    for (int i = 0; i < digits.size(); i++) {
      System.arraycopy(digits.pixels(i), 0, pixels, i * area, area);
    }
    Idx.of(Idx.Type.U8, pixels, digits.size(), digits.rows(), digits.cols()).write(file);
  }
}
