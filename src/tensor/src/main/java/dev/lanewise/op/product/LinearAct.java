package dev.lanewise.op.product;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Products;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.Activation;
import dev.lanewise.kernel.Epilogue;
import dev.lanewise.kernel.Reduction;
import dev.lanewise.op.Cotangents;
import dev.lanewise.op.Op;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer and its activation in one kernel: Y = act(X W' + b).
 *
 * <p>Inputs are X [..., in], W [out, in] as PyTorch shapes it, and optionally b [out].
 */
public record LinearAct(Activation activation) implements Op {
  @Override
  public String name() {
    return activation == Activation.IDENTITY ? "Linear" : "Linear+" + activation;
  }

  @Override
  public Shape infer(Shape... inputs) {
    Shape x = inputs[0];
    Shape w = inputs[1];
    if (w.rank() != 2 || x.rank() < 1 || x.dim(-1) != w.dim(1)) {
      throw new ShapeException(
          "linear: input " + x + " does not end in the weight's " + w + " number of inputs");
    }
    if (inputs.length > 2 && (inputs[2].rank() != 1 || inputs[2].dim(0) != w.dim(0))) {
      throw new ShapeException(
          "linear: bias " + inputs[2] + " does not have the weight's " + w + " number of outputs");
    }
    return x.with(-1, w.dim(0));
  }

  @Override
  public NDArray forward(NDArray... inputs) {
    Shape x = inputs[0].shape();
    NDArray out = NDArray.empty(x.with(-1, inputs[1].shape().dim(0)));
    forward(inputs, out);
    return out;
  }

  /** Writes the value into {@code out}, a contiguous array of the inferred shape. */
  // M x K * (N x K)' -> M x N
  public void forward(NDArray[] inputs, NDArray out) {
    NDArray bias = inputs.length > 2 ? inputs[2].contiguous() : null;
    Products.multiply(rows(inputs[0]), false, inputs[1], true, 0, rows(out), bias, activation);
  }

  // dZ = dY * act'(Y), db = rows of dZ summed, in one sweep; dX = dZ W, dW = dZ' X
  @Override
  public void vjp(NDArray[] inputs, NDArray out, NDArray dOut, Cotangents d) {
    NDArray dz = beforeActivation(rows(out), rows(dOut.contiguous()), inputs.length > 2, d);
    NDArray x = inputs[0];
    if (d.wants(0)) {
      if (x.isContiguous()) {
        float beta = d.beta(0);
        NDArray dx = rows(d.accumulator(0));
        Products.multiply(dz, false, inputs[1], false, beta, dx, null, Activation.IDENTITY);
      } else {
        d.add(0, dz.matmul(inputs[1]).reshape(x.shape()));
      }
    }
    if (d.wants(1)) {
      float beta = d.beta(1);
      NDArray dw = d.accumulator(1);
      Products.multiply(dz, true, rows(x), false, beta, dw, null, Activation.IDENTITY);
    }
  }

  private NDArray beforeActivation(NDArray y, NDArray dy, boolean biased, Cotangents d) {
    int m = y.shape().dim(0);
    int n = y.shape().dim(1);
    boolean wantsBias = biased && d.wants(2);
    boolean accumulate = wantsBias && d.beta(2) != 0;
    NDArray db = wantsBias ? d.accumulator(2) : null;
    if (activation == Activation.IDENTITY) {
      if (db != null) {
        Reduction.columnSums(
            dy.segment(), dy.offset(), n, m, n, db.segment(), db.offset(), accumulate);
      }
      return dy;
    }
    NDArray dz = d.ownsCotangent() ? dy : NDArray.empty(y.shape());
    sweep(y, dy, dz, m, n, db, accumulate);
    return dz;
  }

  private void sweep(
      NDArray y, NDArray dy, NDArray dz, int m, int n, @Nullable NDArray db, boolean accumulate) {
    Epilogue.backward(
        activation,
        y.segment(),
        y.offset(),
        dy.segment(),
        dy.offset(),
        dz.segment(),
        dz.offset(),
        m,
        n,
        db == null ? null : db.segment(),
        db == null ? 0 : db.offset(),
        accumulate);
  }

  /** Returns [..., n] as a matrix of rows. */
  private static NDArray rows(NDArray x) {
    if (x.rank() == 2) {
      return x;
    }
    int rows = 1;
    for (int axis = 0; axis < x.rank() - 1; axis++) {
      rows = Math.multiplyExact(rows, x.shape().dim(axis));
    }
    return x.reshape(Shape.of(rows, x.shape().dim(-1)));
  }
}
