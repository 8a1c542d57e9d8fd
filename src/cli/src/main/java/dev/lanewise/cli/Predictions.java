package dev.lanewise.cli;

import dev.lanewise.array.NDArray;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Module;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A probability for every class of every row. */
final class Predictions {
  private static final int ROWS_AT_ONCE = 500;

  /** Row after row. */
  private final float[] probabilities;

  private final int rows;
  private final int classes;

  private Predictions(float[] probabilities, int classes) {
    this.probabilities = probabilities;
    this.rows = probabilities.length / classes;
    this.classes = classes;
  }

  /** The output of {@code network} for every row of {@code input}, [rows, outputs]. */
  static float[] outputs(Module network, NDArray input, int classes) {
    int rows = input.shape().dim(0);
    float[] outputs = new float[Math.multiplyExact(rows, classes)];
    for (int from = 0; from < rows; from += ROWS_AT_ONCE) {
      int to = Math.min(from + ROWS_AT_ONCE, rows);
      try (Scope _ = Scope.open();
          NoGrad _ = NoGrad.open()) {
        float[] part = network.forward(Tensor.of(input.slice(0, from, to))).toFloatArray();
        System.arraycopy(part, 0, outputs, from * classes, part.length);
      }
    }
    return outputs;
  }

  /** Maps outputs from the targets' range to 0 to 1. */
  static Predictions of(float[] outputs, int classes) {
    float[] probabilities = new float[outputs.length];
    for (int i = 0; i < outputs.length; i++) {
      if (!Float.isFinite(outputs[i])) {
        throw new Failure(
            "the network's output for row "
                + i / classes
                + " is not a finite number: the model or the row holds one that is not");
      }
      probabilities[i] =
          (outputs[i] - NeuralNetwork.LOW) / (NeuralNetwork.HIGH - NeuralNetwork.LOW);
    }
    return new Predictions(probabilities, classes);
  }

  /** The most probable class of a row. */
  int best(int row) {
    return Evaluation.largest(probabilities, row * classes, classes);
  }

  /** The first {@code limit} rows as comma-separated values, every digit of them. */
  String csv(int limit) {
    StringBuilder csv = new StringBuilder("row,class");
    for (int c = 0; c < classes; c++) {
      csv.append(",p").append(c);
    }
    csv.append('\n');
    for (int row = 0; row < Math.min(limit, rows); row++) {
      csv.append(row).append(',').append(best(row));
      for (int c = 0; c < classes; c++) {
        csv.append(',').append(probabilities[row * classes + c]);
      }
      csv.append('\n');
    }
    return csv.toString();
  }

  /** The first {@code limit} rows as a table for people. */
  String table(int limit) {
    List<List<String>> table = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("row", "class"));
    for (int c = 0; c < classes; c++) {
      head.add("p(" + c + ")");
    }
    table.add(head);
    for (int row = 0; row < Math.min(limit, rows); row++) {
      List<String> cells = new ArrayList<>();
      cells.add(Integer.toString(row));
      cells.add(Integer.toString(best(row)));
      for (int c = 0; c < classes; c++) {
        cells.add(String.format(Locale.ROOT, "%.3f", probabilities[row * classes + c]));
      }
      table.add(cells);
    }
    String text = Text.table(0, table);
    return limit < rows
        ? text + String.format(Locale.ROOT, "%,d more rows: --limit %d%n", rows - limit, rows)
        : text;
  }
}
