package dev.lanewise.cli;

import dev.lanewise.array.NDArray;
import dev.lanewise.data.Idx;
import dev.lanewise.io.DType;
import dev.lanewise.io.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** The samples of an IDX or npy file as the rows of a matrix. */
final class InputRows {
  private static final float WHITE = 255;

  private InputRows() {}

  /**
   * Reads samples for a network that takes {@code features} numbers each.
   *
   * <p>Unsigned bytes are divided by 255, as in training; other numbers are taken as they are.
   *
   * @throws Failure if the samples of the file do not have so many numbers
   */
  static NDArray read(Path file, SavedModel model) throws IOException {
    FileKind kind = FileKind.of(file);
    if (kind == FileKind.SAFETENSORS) {
      throw new Failure(file + " is neither an IDX nor an npy file");
    }
    boolean bytes;
    NDArray array;
    if (kind == FileKind.NPY) {
      array = Npy.read(file);
      bytes = Npy.header(file).dtype() == DType.U8;
    } else {
      Idx idx = Idx.read(file);
      array = idx.toArray();
      bytes = idx.type() == Idx.Type.U8;
    }
    NDArray rows = rows(file, array, model);
    return bytes ? scaled(rows) : rows;
  }

  private static NDArray rows(Path file, NDArray array, SavedModel model) {
    int features = model.layers().l1();
    int[] dims = array.shape().toArray();
    int[] sample = dims.length <= 1 ? dims : Arrays.copyOfRange(dims, 1, dims.length);
    long numbers = Arrays.stream(sample).asLongStream().reduce(1, (a, b) -> a * b);
    if (dims.length == 0 || dims.length > 3 || numbers != features) {
      throw new Failure(
          file
              + " has the shape "
              + array.shape()
              + ", and the network in "
              + model.file()
              + " takes [n, "
              + features
              + "] or images [n, "
              + model.rows()
              + ", "
              + model.cols()
              + "]");
    }
    return array.reshape(dims.length <= 1 ? 1 : dims[0], features);
  }

  /** Divides, rather than multiply by the inverse, to give the very numbers that training saw. */
  private static NDArray scaled(NDArray rows) {
    return rows.div(NDArray.scalar(WHITE));
  }
}
