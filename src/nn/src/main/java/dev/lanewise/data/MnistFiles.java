package dev.lanewise.data;

import dev.lanewise.io.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The images of a folder that holds MNIST, or a data set in its form, under the usual names.
 *
 * <p>The names are {@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte}, and the same
 * with {@code t10k}; each also with a dot for the second hyphen, as in {@code
 * train-images.idx3-ubyte}, and with {@code .gz} behind it.
 *
 * @param train the images to learn from
 * @param test the images to judge by
 * @param note one sentence for a person that says what was found and how it was split
 */
public record MnistFiles(LabelledImages train, LabelledImages test, String note) {
  private static final int CLASSES = 10;

  /**
   * Loads the training pair and the test pair of {@code folder}.
   *
   * <p>Where only the {@code t10k} pair is there, its first four fifths become the training images
   * and the rest the test images; the note says so.
   *
   * @throws NoSuchFileException naming what is missing
   * @throws FormatException for a file that is damaged, or does not go with the one beside it
   */
  public static MnistFiles load(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder.toString(), null, "there is no such folder");
    }
    LabelledImages train = pair(folder, "train");
    LabelledImages held = pair(folder, "t10k");
    if (held == null) {
      throw new NoSuchFileException(
          folder.toString(),
          null,
          train == null
              ? "the folder holds no MNIST files, such as t10k-images-idx3-ubyte.gz"
              : "the folder holds the training images but not the test images,"
                  + " t10k-images-idx3-ubyte");
    }
    if (train == null) {
      int cut = (int) (held.size() * 4L / 5);
      return new MnistFiles(
          held.subset(0, cut),
          held.subset(cut, held.size()),
          folder
              + " holds only the t10k images: the first "
              + cut
              + " of them serve for training and the last "
              + (held.size() - cut)
              + " for testing.");
    }
    if (train.rows() != held.rows() || train.cols() != held.cols()) {
      throw new IOException(
          folder
              + " holds training images of "
              + train.rows()
              + " x "
              + train.cols()
              + " but test images of "
              + held.rows()
              + " x "
              + held.cols());
    }
    return new MnistFiles(
        train,
        held,
        folder + " holds " + train.size() + " training and " + held.size() + " test images.");
  }

  /** The images and labels whose names begin with {@code stem}, or null if neither is there. */
  private static @Nullable LabelledImages pair(Path folder, String stem) throws IOException {
    Path imageFile = find(folder, stem + "-images", "idx3-ubyte");
    Path labelFile = find(folder, stem + "-labels", "idx1-ubyte");
    if (imageFile == null) {
      if (labelFile == null) {
        return null;
      }
      throw new NoSuchFileException(
          folder.toString(),
          null,
          "the folder holds " + labelFile.getFileName() + " but no images for it");
    }
    if (labelFile == null) {
      throw new NoSuchFileException(
          folder.toString(),
          null,
          "the folder holds " + imageFile.getFileName() + " but no labels for it");
    }
    Idx images = readBytes(imageFile, 3, "images are three dimensions of unsigned bytes");
    Idx labels = readBytes(labelFile, 1, "labels are one dimension of unsigned bytes");
    int[] dims = images.dims();
    if (dims[0] != labels.size()) {
      throw new FormatException(
          labelFile.toString(),
          4,
          "there are " + labels.size() + " labels for the " + dims[0] + " images of " + imageFile);
    }
    if (images.size() == 0) {
      throw new FormatException(imageFile.toString(), 4, "the file holds no pixels: " + images);
    }
    int[] classes = labels.toLabels();
    for (int i = 0; i < classes.length; i++) {
      if (classes[i] >= CLASSES) {
        throw new FormatException(
            labelFile.toString(), 8L + i, "the label " + classes[i] + " is not one of 0 to 9");
      }
    }
    return LabelledImages.owning(images.bytes(), classes, dims[1], dims[2]);
  }

  private static @Nullable Path find(Path folder, String stem, String kind) {
    for (String separator : List.of("-", ".")) {
      for (String ending : List.of("", ".gz")) {
        Path file = folder.resolve(stem + separator + kind + ending);
        if (Files.isRegularFile(file)) {
          return file;
        }
      }
    }
    return null;
  }

  private static Idx readBytes(Path file, int rank, String rule) throws IOException {
    Idx idx = Idx.read(file);
    if (idx.type() != Idx.Type.U8 || idx.dims().length != rank) {
      throw new FormatException(file.toString(), 2, rule + ", and this file holds " + idx);
    }
    return idx;
  }
}
