package dev.lanewise.onnx;

import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Extent;
import dev.lanewise.onnx.Window.Sliding;
import dev.lanewise.op.product.AvgPool2d;
import dev.lanewise.op.product.Conv2d;
import dev.lanewise.op.product.MaxPool2d;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;

/** The operators that multiply matrices, slide windows and normalize. */
final class ProductOperators {
  private ProductOperators() {}

  static void addTo(Map<String, Operator> table) {
    table.put("Gemm", Operator.floats(2, 3, ProductOperators::gemm));
    table.put("MatMul", Operator.floats(2, 2, _ -> ProductOperators::matmul));
    table.put("Einsum", Operator.floats(1, Operator.ANY, ProductOperators::einsum).since(12));
    table.put("Conv", Operator.floats(2, 3, ProductOperators::conv));
    table.put("MaxPool", Operator.floats(1, 1, ProductOperators::maxPool));
    table.put("AveragePool", Operator.floats(1, 1, ProductOperators::averagePool));
    table.put("GlobalAveragePool", Operator.floats(1, 1, _ -> ProductOperators::globalAverage));
    table.put("GlobalMaxPool", Operator.floats(1, 1, _ -> ProductOperators::globalMax));
    table.put("BatchNormalization", Operator.floats(5, 5, ProductOperators::batchNorm));
    table.put("LayerNormalization", Operator.floats(2, 3, ProductOperators::layerNorm).since(17));
    table.put("Softmax", softmax(Tensor::softmax));
    table.put("LogSoftmax", softmax(Tensor::logSoftmax));
  }

  private static Operator.Formula gemm(Node node) throws OnnxException {
    float alpha = node.number("alpha", 1);
    float beta = node.number("beta", 1);
    boolean transA = node.flag("transA", false);
    boolean transB = node.flag("transB", false);
    return inputs -> {
      Tensor a = matrix(inputs.tensor(0));
      Tensor b = matrix(inputs.tensor(1));
      Tensor left = transA ? a.transpose() : a;
      Tensor product = left.matmul(transB ? b.transpose() : b);
      Tensor scaled = alpha == 1 ? product : product.mul(alpha);
      Tensor c = inputs.tensorOrNull(2);
      if (c == null) {
        return scaled;
      }
      c.shape().stretch(product.shape(), "Gemm");
      return scaled.add(beta == 1 ? c : c.mul(beta));
    };
  }

  /** Returns {@code x}, which a Gemm wants to be a matrix. */
  static Tensor matrix(Tensor x) {
    if (x.shape().rank() != 2) {
      throw new IllegalArgumentException("an input of shape " + x.shape() + " is not a matrix");
    }
    return x;
  }

  private static Tensor matmul(Arguments inputs) {
    Tensor a = inputs.tensor(0);
    Tensor b = inputs.tensor(1);
    boolean rowAlone = a.shape().rank() == 1;
    boolean columnAlone = b.shape().rank() == 1;
    Tensor product = (rowAlone ? a.unsqueeze(0) : a).matmul(columnAlone ? b.unsqueeze(1) : b);
    Tensor withoutColumn = columnAlone ? product.squeeze(-1) : product;
    return rowAlone ? withoutColumn.squeeze(columnAlone ? -1 : -2) : withoutColumn;
  }

  private static Operator.Formula einsum(Node node) throws OnnxException {
    String equation = node.text("equation", "");
    return inputs ->
        Tensor.einsum(
            equation,
            IntStream.range(0, inputs.count()).mapToObj(inputs::tensor).toArray(Tensor[]::new));
  }

  private static Operator.Formula conv(Node node) throws OnnxException {
    Window window = new Window(node);
    int groups = node.whole("group", 1);
    return inputs -> {
      Tensor x = inputs.tensor(0);
      Tensor image = Window.image(x);
      Tensor filters = Window.image(inputs.tensor(1));
      Shape shape = filters.shape();
      Sliding sliding = window.over(x, new Extent(shape.dim(2), shape.dim(3)));
      boolean even = sliding.isSymmetric();
      Conv2d convolution =
          new Conv2d(
              sliding.stride(), even ? sliding.before() : Extent.of(0), sliding.dilation(), groups);
      Tensor y =
          (even ? image : sliding.padded(image, 0))
              .conv2d(filters, inputs.tensorOrNull(2), convolution);
      return Window.unlifted(y, x);
    };
  }

  private static Operator.Formula maxPool(Node node) throws OnnxException {
    Window window = new Window(node);
    boolean ceil = node.flag("ceil_mode", false);
    if (node.flag("storage_order", false)) {
      throw node.refuse("stores its indices by column (storage_order)");
    }
    return inputs -> {
      Tensor x = inputs.tensor(0);
      Tensor image = Window.image(x);
      Sliding sliding = undilated(window.over(x, null));
      Sliding whole = ceil ? withLast(sliding, image.shape()) : sliding;
      boolean plain = whole.isForPooling();
      Tensor from = plain ? image : whole.padded(image, Float.NEGATIVE_INFINITY);
      Extent padding = plain ? whole.before() : Extent.of(0);
      return Window.unlifted(
          Tensor.apply(new MaxPool2d(whole.kernel(), whole.stride(), padding), from), x);
    };
  }

  private static Operator.Formula averagePool(Node node) throws OnnxException {
    Window window = new Window(node);
    boolean ceil = node.flag("ceil_mode", false);
    boolean countsBorder = node.flag("count_include_pad", false);
    return inputs -> {
      Tensor x = inputs.tensor(0);
      Tensor image = Window.image(x);
      Sliding sliding = undilated(window.over(x, null));
      if (ceil && !withLast(sliding, image.shape()).equals(sliding)) {
        throw new IllegalArgumentException(
            "ceil_mode makes windows that are partly outside, whose mean is not computed here");
      }
      Tensor y = mean(image, sliding);
      if (sliding.isPadded() && !countsBorder) {
        Shape shape = image.shape();
        y = y.div(mean(Tensor.ones(1, 1, shape.dim(2), shape.dim(3)), sliding));
      }
      return Window.unlifted(y, x);
    };
  }

  private static Tensor mean(Tensor image, Sliding sliding) {
    boolean plain = sliding.isForPooling();
    Tensor from = plain ? image : sliding.padded(image, 0);
    Extent padding = plain ? sliding.before() : Extent.of(0);
    return Tensor.apply(new AvgPool2d(sliding.kernel(), sliding.stride(), padding), from);
  }

  private static Sliding undilated(Sliding sliding) {
    if (!sliding.dilation().equals(Extent.of(1))) {
      throw new IllegalArgumentException("a pooling with gaps in its window is not run");
    }
    return sliding;
  }

  /** Returns the sliding with a border into which the last window reaches that begins inside. */
  private static Sliding withLast(Sliding s, Shape image) {
    return s.withAfter(
        new Extent(
            reach(
                image.dim(2),
                s.kernel().height(),
                s.stride().height(),
                s.before().height(),
                s.after().height()),
            reach(
                image.dim(3),
                s.kernel().width(),
                s.stride().width(),
                s.before().width(),
                s.after().width())));
  }

  private static int reach(int length, int kernel, int stride, int before, int after) {
    if (stride < 1) {
      throw new IllegalArgumentException("a stride of " + stride + " is less than 1");
    }
    long padded = (long) length + before + after;
    long places = Math.ceilDiv(padded - kernel, (long) stride) + 1;
    if ((places - 1) * stride >= (long) length + before) {
      places--;
    }
    return Math.toIntExact(after + Math.max(0, (places - 1) * stride + kernel - padded));
  }

  private static Tensor globalAverage(Arguments inputs) {
    Tensor x = inputs.tensor(0);
    return x.mean(spatial(x), true);
  }

  private static Tensor globalMax(Arguments inputs) {
    Tensor x = inputs.tensor(0);
    return x.max(spatial(x), true);
  }

  private static int[] spatial(Tensor x) {
    if (x.shape().rank() < 3) {
      throw new IllegalArgumentException("input " + x.shape() + " is not [N, C, ...]");
    }
    return IntStream.range(2, x.shape().rank()).toArray();
  }

  private static Operator.Formula batchNorm(Node node) throws OnnxException {
    float epsilon = node.number("epsilon", 1e-5f);
    node.ignore("momentum");
    if (node.flag("training_mode", false)) {
      throw node.refuse("normalizes by the batch (training_mode), which is not run");
    }
    return inputs -> {
      Tensor x = inputs.tensor(0);
      if (x.shape().rank() < 2) {
        throw new IllegalArgumentException("input " + x.shape() + " is not [N, C, ...]");
      }
      int[] channels = new int[x.shape().rank() - 1];
      Arrays.fill(channels, 1);
      channels[0] = x.shape().dim(1);
      Tensor scale = inputs.tensor(4).add(epsilon).rsqrt().mul(inputs.tensor(1));
      return x.sub(inputs.tensor(3).reshape(channels))
          .mul(scale.reshape(channels))
          .add(inputs.tensor(2).reshape(channels));
    };
  }

  private static Operator.Formula layerNorm(Node node) throws OnnxException {
    int axis = node.whole("axis", -1);
    float epsilon = node.number("epsilon", 1e-5f);
    node.ignore("stash_type");
    return inputs -> {
      Tensor x = inputs.tensor(0);
      Tensor weight = inputs.tensor(1);
      Tensor bias = inputs.tensorOrNull(2);
      int from = x.shape().axis(axis);
      int axes = x.shape().rank() - from;
      int[] dims = x.shape().toArray();
      Shape row = Shape.of(Arrays.copyOfRange(dims, from, dims.length));
      if (weight.shape().equals(row) && (bias == null || bias.shape().equals(row))) {
        return x.layerNorm(weight, bias, epsilon);
      }
      Tensor scaled = x.layerNorm(axes, epsilon).mul(weight);
      return bias == null ? scaled : scaled.add(bias);
    };
  }

  /** A softmax over an axis. */
  private interface OverAxis {
    Tensor of(Tensor x, int axis);
  }

  /** Returns a softmax: over one axis, or before opset 13 over all from that axis on together. */
  private static Operator softmax(OverAxis function) {
    return Operator.floats(
        1,
        1,
        node -> {
          boolean together = node.opset() < 13;
          int axis = node.whole("axis", together ? 1 : -1);
          return inputs -> {
            Tensor x = inputs.tensor(0);
            return together
                ? function.of(ShapeOperators.matrix(x, axis), -1).reshape(x.shape().toArray())
                : function.of(x, axis);
          };
        });
  }
}
