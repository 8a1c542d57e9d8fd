package dev.lanewise.bench.peers;

import dev.lanewise.parity.ReductionCases;
import dev.lanewise.parity.ReductionCases.Over;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Reductions over axes, and what runs along one: softmax, running sums, places of extremes. */
final class ReductionDefinitions {
  static final Map<String, Definition> ALL = new HashMap<>();

  static {
    ReductionCases.CHOICES.forEach(ReductionDefinitions::addReductions);
    for (int axis = -1; axis < 3; axis++) {
      long along = axis;
      ALL.put("softmax " + axis, x -> torch.softmax(x[0], along));
      ALL.put("logSoftmax " + axis, x -> torch.log_softmax(x[0], along));
      ALL.put("cumulativeSum " + axis, x -> torch.cumsum(x[0], along));
      ALL.put("argmax " + axis, x -> number(torch.argmax(x[0], new LongOptional(along), false)));
      ALL.put("argmin " + axis, x -> number(torch.argmin(x[0], new LongOptional(along), false)));
    }
  }

  private ReductionDefinitions() {}

  private static void addReductions(Over over) {
    boolean keep = over.keepDims();
    ScalarTypeOptional same = new ScalarTypeOptional();
    ALL.put("sum" + over, x -> torch.sum(x[0], axes(over, x[0]), keep, same));
    ALL.put("mean" + over, x -> torch.mean(x[0], axes(over, x[0]), keep, same));
    ALL.put("variance" + over, x -> torch.var(x[0], axes(over, x[0]), correction(1), keep));
    ALL.put("variance 0" + over, x -> torch.var(x[0], axes(over, x[0]), correction(0), keep));
    ALL.put("max" + over, x -> torch.amax(x[0], axes(over, x[0]), keep));
    ALL.put("min" + over, x -> torch.amin(x[0], axes(over, x[0]), keep));
    ALL.put("product" + over, x -> product(x[0], axes(over, x[0]), keep));
    ALL.put(
        "norm" + over,
        x -> torch.linalg_vector_norm(x[0], new Scalar(2.0), axes(over, x[0]), keep, same));
    ALL.put("logSumExp" + over, x -> torch.logsumexp(x[0], axes(over, x[0]), keep));
  }

  /** Returns the axes counted from the front, all of them where none is named. */
  private static long[] axes(Over over, Tensor x) {
    long rank = x.ndimension();
    return over.axes().isEmpty()
        ? IntStream.range(0, (int) rank).asLongStream().toArray()
        : over.axes().stream().mapToLong(axis -> Math.floorMod(axis, rank)).toArray();
  }

  /** PyTorch multiplies over one axis at a time: from the last, so that the others keep places. */
  private static Tensor product(Tensor x, long[] axes, boolean keepDims) {
    List<Long> fromTheLast = Arrays.stream(axes).boxed().sorted(Comparator.reverseOrder()).toList();
    Tensor product = x;
    for (long axis : fromTheLast) {
      product = torch.prod(product, axis, keepDims, new ScalarTypeOptional());
    }
    return product;
  }

  private static ScalarOptional correction(long correction) {
    return new ScalarOptional(new Scalar(correction));
  }

  private static Tensor number(Tensor whole) {
    return whole.to(ScalarType.Double);
  }
}
