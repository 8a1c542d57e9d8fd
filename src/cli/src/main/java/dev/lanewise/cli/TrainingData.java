package dev.lanewise.cli;

import dev.lanewise.data.Dataset;
import dev.lanewise.data.LabelledImages;
import dev.lanewise.data.MnistFiles;
import dev.lanewise.data.SyntheticDigits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Images of digits to learn from and others to judge by.
 *
 * @param origin one sentence that says where they come from
 */
record TrainingData(Dataset train, Dataset test, int rows, int cols, String origin) {
  /** The digits 0 to 9. */
  static final int CLASSES = 10;

  private static final int TRAINING_PER_TEST = 4;

  /** {@code samples} synthetic images to learn from, and a quarter as many others to judge by. */
  static TrainingData synthetic(int samples, long seed) {
    int held = Math.ceilDiv(samples, TRAINING_PER_TEST);
    LabelledImages images = SyntheticDigits.generate(samples + held, seed);
    return of(
        images.subset(0, samples),
        images.subset(samples, samples + held),
        "Digits drawn from seed " + seed + ", nothing downloaded.");
  }

  /** The images of a folder that holds MNIST's files. */
  static TrainingData mnist(Path folder) throws IOException {
    MnistFiles files = MnistFiles.load(folder);
    if (files.train().size() == 0 || files.test().size() == 0) {
      throw new Failure(folder + " holds too few images to train on some and test on others");
    }
    return of(files.train(), files.test(), files.note());
  }

  private static TrainingData of(LabelledImages train, LabelledImages test, String origin) {
    return new TrainingData(
        train.toDataset(CLASSES, NeuralNetwork.LOW, NeuralNetwork.HIGH),
        test.toDataset(CLASSES, NeuralNetwork.LOW, NeuralNetwork.HIGH),
        train.rows(),
        train.cols(),
        origin);
  }

  /** The numbers in an image. */
  int features() {
    return rows * cols;
  }

  /** The counts and the size of the images, for a person. */
  String counts() {
    return String.format(
        Locale.ROOT,
        "%,d training and %,d test images of %d x %d",
        train.size(),
        test.size(),
        rows,
        cols);
  }
}
