package dev.lanewise.onnx;

import dev.lanewise.tensor.Tensor;
import java.util.Map;

/** The operators that reduce over axes. */
final class ReductionOperators {
  private ReductionOperators() {}

  static void addTo(Map<String, Operator> table) {
    table.put("ReduceSum", reduction(13, Tensor::sum));
    table.put("ReduceMean", reduction(18, Tensor::mean));
    table.put("ReduceMax", reduction(18, Tensor::max));
    table.put("ReduceMin", reduction(18, Tensor::min));
    table.put("ReduceProd", reduction(18, Tensor::product));
    table.put("ReduceL1", reduction(18, (x, axes, keep) -> x.abs().sum(axes, keep)));
    table.put("ReduceL2", reduction(18, Tensor::norm));
    table.put("ReduceSumSquare", reduction(18, (x, axes, keep) -> x.square().sum(axes, keep)));
    table.put("ReduceLogSum", reduction(18, (x, axes, keep) -> x.sum(axes, keep).log()));
    table.put("ReduceLogSumExp", reduction(18, Tensor::logSumExp));
    table.put("CumSum", Operator.floats(2, 2, ReductionOperators::cumulativeSum));
  }

  /** A reduction over axes, over all where none is named. */
  private interface Reduction {
    Tensor of(Tensor x, int[] axes, boolean keepDims);
  }

  /**
   * Returns a reduction.
   *
   * @param byInput the first operator set in which the axes are an input, not an attribute
   */
  private static Operator reduction(int byInput, Reduction reduction) {
    return Operator.floats(
        1,
        2,
        node -> {
          boolean keep = node.flag("keepdims", true);
          boolean newer = node.opset() >= byInput;
          boolean noneIfEmpty = newer && node.flag("noop_with_empty_axes", false);
          int[] attribute = newer ? null : node.ints("axes");
          int[] written = attribute == null ? new int[0] : attribute;
          if (!newer && node.inputs().size() > 1) {
            throw node.refuse("has its axes as an input, which it has from opset " + byInput);
          }
          return inputs -> {
            int[] axes = newer && inputs.has(1) ? inputs.ints(1) : written;
            return axes.length == 0 && noneIfEmpty
                ? inputs.tensor(0)
                : reduction.of(inputs.tensor(0), axes, keep);
          };
        });
  }

  private static Operator.Formula cumulativeSum(Node node) throws OnnxException {
    if (node.flag("exclusive", false) || node.flag("reverse", false)) {
      throw node.refuse("sums backwards or leaves the last out (reverse, exclusive)");
    }
    return inputs -> {
      Float axis = inputs.number(1);
      if (axis == null) {
        throw new IllegalArgumentException("the axis must be one number");
      }
      return inputs.tensor(0).cumulativeSum((int) (float) axis);
    };
  }
}
