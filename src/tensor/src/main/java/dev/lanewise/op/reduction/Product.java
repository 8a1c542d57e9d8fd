package dev.lanewise.op.reduction;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Recording;
import dev.lanewise.array.Rows;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.RowKernels;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import java.util.List;

/** The product over {@code axes}, over all where none is named. */
public record Product(List<Integer> axes, boolean keepDims) implements Op {
  /** Copies the list. */
  public Product {
    axes = List.copyOf(axes);
  }

  @Override
  public Shape infer(Shape... inputs) {
    return rows(inputs[0]).result(keepDims);
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    Rows rows = rows(inputs[0].shape());
    NDArray matrix = rows.matrix(inputs[0]);
    NDArray product = NDArray.empty(Shape.of(rows.rows()));
    Recording.launch(() ->
        RowKernels.product(
            matrix.segment(),
            matrix.offset(),
            rows.rows(),
            rows.cols(),
            product.segment(),
            product.offset()));
    return product.reshape(rows.result(keepDims));
  }

  // dx = dy times the other elements
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    Rows rows = rows(inputs[0].shape());
    NDArray matrix = rows.matrix(inputs[0]);
    NDArray dy = dOut.contiguous();
    NDArray dx = NDArray.empty(matrix.shape());
    RowKernels.productGrad(
        matrix.segment(),
        matrix.offset(),
        dy.segment(),
        dy.offset(),
        rows.rows(),
        rows.cols(),
        dx.segment(),
        dx.offset());
    d.add(0, rows.restore(dx));
  }

  private Rows rows(Shape shape) {
    return Rows.of(shape, "product", Axes.toArray(axes));
  }
}
