package dev.lanewise.op.norm;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Recording;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.NormRows;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import dev.lanewise.op.Target;

/**
 * The layer normalization over the last axes, as PyTorch's {@code layer_norm} defines it: y = (x -
 * mean) / sqrt(variance + eps) * weight + bias, of the variance that divides by the number of
 * elements.
 *
 * <p>Inputs are x, and optionally a weight of the shape of the last axes, and then a bias of it.
 */
public record LayerNorm(int axes, double eps) implements Op {
  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if there are no axes or eps is negative or not finite
   */
  public LayerNorm {
    Rows.check("layerNorm", axes, eps);
  }

  @Override
  public Shape infer(Shape... inputs) {
    return Rows.infer("layerNorm", axes, inputs);
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    NDArray x = inputs[0].contiguous();
    NDArray w = inputs.length > 1 ? inputs[1].contiguous() : null;
    NDArray b = inputs.length > 2 ? inputs[2].contiguous() : null;
    NDArray y = NDArray.empty(x.shape());
    long cols = Rows.of(axes, x.shape()).size();
    Recording.launch(() ->
        NormRows.layer(
            x.segment(),
            x.offset(),
            w == null ? null : w.segment(),
            w == null ? 0 : w.offset(),
            b == null ? null : b.segment(),
            b == null ? 0 : b.offset(),
            y.segment(),
            y.offset(),
            Rows.count(x.shape(), cols),
            cols,
            eps));
    return y;
  }

  // z = (x - mean) / deviation, g = dy weight:
  // dx = (g - mean(g) - z mean(g z)) / deviation; dweight = sum(dy z), dbias = sum(dy) over rows
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray x = inputs[0].contiguous();
    NDArray w = inputs.length > 1 ? inputs[1].contiguous() : null;
    NDArray dy = dOut.contiguous();
    NDArray dx = !d.wants(0) ? null : d.ownsCotangent() ? dy : NDArray.empty(x.shape());
    long cols = Rows.of(axes, x.shape()).size();
    try (Target dw = inputs.length > 1 ? Target.of(d, 1, inputs[1]) : null;
        Target db = inputs.length > 2 ? Target.of(d, 2, inputs[2]) : null) {
      NormRows.layerGrad(
          x.segment(),
          x.offset(),
          w == null ? null : w.segment(),
          w == null ? 0 : w.offset(),
          dy.segment(),
          dy.offset(),
          dx == null ? null : dx.segment(),
          dx == null ? 0 : dx.offset(),
          dw == null ? null : dw.array().segment(),
          dw == null ? 0 : dw.array().offset(),
          dw != null && dw.accumulates(),
          db == null ? null : db.array().segment(),
          db == null ? 0 : db.array().offset(),
          db != null && db.accumulates(),
          Rows.count(x.shape(), cols),
          cols,
          eps);
    }
    if (dx != null) {
      d.add(0, dx);
    }
  }
}
