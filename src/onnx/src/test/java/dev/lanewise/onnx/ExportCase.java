package dev.lanewise.onnx;

import dev.lanewise.array.NDArray;
import dev.lanewise.nn.Module;
import java.util.List;

/** A module that is written to a file, and the shape of a row of its input. */
public record ExportCase(String name, Module module, int... row) {
  /** Returns the cases. */
  public static List<ExportCase> all() {
    return List.of();
  }

  /** Returns rows of numbers, the same each time. */
  public NDArray x(int rows) {
    int[] dims = new int[row.length + 1];
    dims[0] = rows;
    System.arraycopy(row, 0, dims, 1, row.length);
    return OnnxCase.random(rows, dims);
  }
}
