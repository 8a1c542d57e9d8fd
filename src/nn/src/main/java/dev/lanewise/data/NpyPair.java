package dev.lanewise.data;

import dev.lanewise.io.FormatException;
import dev.lanewise.io.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Data sets from two npy files, whose first axes both count the samples. */
public final class NpyPair {
  /** Up to here all integers have a float of their own. */
  private static final int EXACT = 1 << 24;

  private NpyPair() {}

  /**
   * The samples whose features and targets the files hold.
   *
   * @throws FormatException for a file that breaks a rule of the format, or does not go with the
   *     other
   */
  public static Dataset load(Path features, Path targets) throws IOException {
    checkSamples(features, targets);
    return Dataset.of(Npy.read(features), Npy.read(targets));
  }

  /**
   * The samples whose features one file holds, and the other their labels: one axis of integers
   * from 0 up.
   *
   * @throws FormatException for a file that breaks a rule of the format, or does not go with the
   *     other, and for labels that are not such
   */
  public static Dataset loadLabelled(Path features, Path labels) throws IOException {
    checkSamples(features, labels);
    Npy.Header header = Npy.header(labels);
    boolean integers =
        switch (header.dtype()) {
          case BOOL, U8, I8, U16, I16, U32, I32, U64, I64 -> true;
          default -> false;
        };
    if (!integers || header.shape().size() != 1) {
      throw new FormatException(
          labels.toString(),
          0,
          "labels are one axis of integers, and this file holds "
              + header.dtype()
              + " "
              + header.shape());
    }
    return Dataset.of(Npy.read(features), classes(labels, header));
  }

  private static int[] classes(Path file, Npy.Header header) throws IOException {
    float[] values = Npy.read(file).toFloatArray();
    int[] classes = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      if (!(values[i] >= 0 && values[i] < EXACT)) {
        long left = (long) (values.length - i) * header.dtype().bits() / 8;
        throw new FormatException(
            file.toString(),
            Files.size(file) - left,
            "the label of sample " + i + " is not one of 0 to " + (EXACT - 1));
      }
      classes[i] = (int) values[i];
    }
    return classes;
  }

  private static void checkSamples(Path features, Path others) throws IOException {
    int samples = samples(features);
    int rows = samples(others);
    if (rows != samples) {
      throw new FormatException(
          others.toString(),
          0,
          "the file holds " + rows + " samples, and " + features + " holds " + samples);
    }
  }

  private static int samples(Path file) throws IOException {
    List<Integer> shape = Npy.header(file).shape();
    if (shape.isEmpty()) {
      throw new FormatException(file.toString(), 0, "a single number has no samples");
    }
    return shape.getFirst();
  }
}
