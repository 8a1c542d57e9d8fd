package dev.lanewise.array;

import dev.lanewise.kernel.Activation;
import dev.lanewise.kernel.Gemm;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Matrix products of arrays. */
public final class Products {
  private Products() {}

  /**
   * Returns the shape of a matrix product over the last two axes, the others broadcast.
   *
   * @throws ShapeException if the inner lengths differ or an operand is no matrix
   */
  public static Shape matmulShape(Shape a, Shape b) {
    if (a.rank() < 2 || b.rank() < 2) {
      throw new ShapeException("matmul: shapes " + a + " and " + b + " are not both matrices");
    }
    if (a.dim(-1) != b.dim(-2)) {
      throw new ShapeException(
          "matmul: shapes "
              + a
              + " and "
              + b
              + " do not fit: "
              + a.dim(-1)
              + " columns against "
              + b.dim(-2)
              + " rows");
    }
    if (a.rank() == 2 && b.rank() == 2) {
      return Shape.of(a.at(0), b.at(1));
    }
    int[] batch =
        batch(a).broadcast(batch(b), "matmul: the stacks in " + a + " and " + b).toArray();
    int[] dims = Arrays.copyOf(batch, batch.length + 2);
    dims[batch.length] = a.dim(-2);
    dims[batch.length + 1] = b.dim(-1);
    return Shape.of(dims);
  }

  static NDArray matmul(NDArray a, NDArray b) {
    Shape shape = matmulShape(a.shape(), b.shape());
    NDArray c = NDArray.empty(shape);
    if (shape.rank() == 2) {
      multiply(a, false, b, false, 0, c, null, Activation.IDENTITY);
      return c;
    }
    if (shape.size() == 0) {
      return c;
    }
    Shape batch = batch(shape);
    Layout al = a.layout().broadcastTo(stack(batch, a.shape()));
    Layout bl = b.layout().broadcastTo(stack(batch, b.shape()));
    int rank = shape.rank();
    int m = shape.dim(-2);
    int n = shape.dim(-1);
    int k = a.shape().dim(-1);
    Odometer index = new Odometer(shape, rank - 2);
    Recording.launch(() -> {
      long co = c.offset();
      index.reset();
      do {
        Gemm.multiply(
            m,
            n,
            k,
            1,
            a.segment(),
            a.offset() + index.dot(al),
            al.strideAt(rank - 2),
            al.strideAt(rank - 1),
            b.segment(),
            b.offset() + index.dot(bl),
            bl.strideAt(rank - 2),
            bl.strideAt(rank - 1),
            0,
            c.segment(),
            co,
            n);
        co += (long) m * n;
      } while (index.next());
    });
    return c;
  }

  /**
   * Computes C = act(op(A) op(B) + beta C + bias) on matrices of any strides, where op(X) is X or,
   * if it is flagged, X transposed.
   *
   * @param c an array whose rows, or whose columns where there is no bias and no activation, are
   *     contiguous
   * @param bias one float per column, contiguous
   */
  // M x K * K x N -> M x N
  public static void multiply(
      NDArray a,
      boolean transposeA,
      NDArray b,
      boolean transposeB,
      float beta,
      NDArray c,
      @Nullable NDArray bias,
      Activation activation) {
    if (Recording.isOn()) {
      Recording.launch(() -> multiplyNow(a, transposeA, b, transposeB, beta, c, bias, activation));
    } else {
      multiplyNow(a, transposeA, b, transposeB, beta, c, bias, activation);
    }
  }

  private static void multiplyNow(
      NDArray a,
      boolean transposeA,
      NDArray b,
      boolean transposeB,
      float beta,
      NDArray c,
      @Nullable NDArray bias,
      Activation activation) {
    Layout al = a.layout();
    Layout bl = b.layout();
    Layout cl = c.layout();
    int m = c.shape().at(0);
    int n = c.shape().at(1);
    int k = a.shape().at(transposeA ? 0 : 1);
    long aRow = al.strideAt(transposeA ? 1 : 0);
    long aCol = al.strideAt(transposeA ? 0 : 1);
    long bRow = bl.strideAt(transposeB ? 1 : 0);
    long bCol = bl.strideAt(transposeB ? 0 : 1);
    if (cl.strideAt(1) == 1 || n <= 1) {
      Gemm.multiply(
          m,
          n,
          k,
          1,
          a.segment(),
          a.offset(),
          aRow,
          aCol,
          b.segment(),
          b.offset(),
          bRow,
          bCol,
          beta,
          c.segment(),
          c.offset(),
          cl.strideAt(0),
          bias == null ? null : bias.segment(),
          bias == null ? 0 : bias.offset(),
          activation);
    } else if ((cl.strideAt(0) == 1 || m <= 1)
        && bias == null
        && activation == Activation.IDENTITY) {
      // C' = B' A'
      Gemm.multiply(
          n,
          m,
          k,
          1,
          b.segment(),
          b.offset(),
          bCol,
          bRow,
          a.segment(),
          a.offset(),
          aCol,
          aRow,
          beta,
          c.segment(),
          c.offset(),
          cl.strideAt(1));
    } else {
      throw new ShapeException(
          "a product is written into contiguous rows, which this view of shape "
              + c.shape()
              + " does not have");
    }
  }

  private static Shape batch(Shape shape) {
    return Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - 2));
  }

  private static Shape stack(Shape batch, Shape matrix) {
    int[] dims = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
    dims[batch.rank()] = matrix.dim(-2);
    dims[batch.rank() + 1] = matrix.dim(-1);
    return Shape.of(dims);
  }
}
