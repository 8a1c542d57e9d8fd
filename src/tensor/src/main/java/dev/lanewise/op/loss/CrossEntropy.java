package dev.lanewise.op.loss;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.SoftmaxRows;
import dev.lanewise.memory.Storage;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The mean over the rows of logits [rows, classes] of -log softmax(row)[label]: a scalar.
 *
 * @param labels the class of each row, as 32-bit integers
 */
public record CrossEntropy(Storage labels) implements Op {
  /**
   * Returns the loss against {@code labels}.
   *
   * @throws IllegalArgumentException if a label is not from 0 to {@code classes - 1}
   */
  public static CrossEntropy of(int[] labels, int classes) {
    for (int row = 0; row < labels.length; row++) {
      if (labels[row] < 0 || labels[row] >= classes) {
        throw new IllegalArgumentException(
            "crossEntropy: label "
                + labels[row]
                + " of row "
                + row
                + " is not one of "
                + classes
                + " classes");
      }
    }
    Storage storage = Storage.allocate(labels.length);
    MemorySegment.copy(
        labels, 0, storage.segment(), ValueLayout.JAVA_INT, 4 * storage.offset(), labels.length);
    return new CrossEntropy(storage);
  }

  @Override
  public Shape infer(Shape... inputs) {
    if (inputs[0].rank() != 2 || inputs[0].dim(0) != labels.size()) {
      throw new ShapeException(
          "crossEntropy: logits "
              + inputs[0]
              + " are not [rows, classes] with a row for each of "
              + labels.size()
              + " labels");
    }
    return Shape.SCALAR;
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    NDArray logits = inputs[0].contiguous();
    int rows = logits.shape().dim(0);
    NDArray losses = NDArray.empty(Shape.of(rows));
    SoftmaxRows.crossEntropyRows(
        logits.segment(),
        logits.offset(),
        labels.segment(),
        labels.offset(),
        losses.segment(),
        losses.offset(),
        rows,
        logits.shape().dim(1));
    return NDArray.scalar(losses.sum() / rows);
  }

  // dx = (softmax(x) - onehot(label)) dy / rows
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray logits = inputs[0].contiguous();
    NDArray dx = NDArray.empty(logits.shape());
    int rows = logits.shape().dim(0);
    SoftmaxRows.crossEntropyRowsGrad(
        logits.segment(),
        logits.offset(),
        labels.segment(),
        labels.offset(),
        dx.segment(),
        dx.offset(),
        rows,
        logits.shape().dim(1),
        dOut.item() / rows);
    d.add(0, dx);
  }
}
