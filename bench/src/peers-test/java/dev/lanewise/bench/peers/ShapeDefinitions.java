package dev.lanewise.bench.peers;

import static java.util.Map.entry;

import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Views, selections and joins. */
final class ShapeDefinitions {
  static final Map<String, Definition> ALL =
      Map.ofEntries(
          entry("reshape -1", x -> x[0].reshape(x[0].size(2), -1)),
          entry("transpose", x -> x[0].transpose(-2, -1)),
          entry("transpose 0 2", x -> x[0].transpose(0, 2)),
          entry("permute 2 0 1", x -> x[0].permute(2, 0, 1)),
          entry("permute 0 -1 1 2", x -> x[0].permute(0, -1, 1, 2)),
          entry("expand", x -> x[0].expand(3, x[0].size(0), x[0].size(1))),
          entry("expand 2 4 3", x -> x[0].expand(2, 4, 3)),
          entry("flatten", x -> x[0].flatten()),
          entry("flatten 1 2", x -> x[0].flatten(1, 2)),
          entry("squeeze 1", x -> x[0].squeeze(1)),
          entry("unsqueeze 1", x -> x[0].unsqueeze(1)),
          entry("unsqueeze -1", x -> x[0].unsqueeze(-1)),
          entry("slice 0 1 5", x -> slice(x[0], 1, 5, 1)),
          entry("slice 0 1 7 2", x -> slice(x[0], 1, 7, 2)),
          entry("slice 0 0 7 3", x -> slice(x[0], 0, 7, 3)),
          entry("slice 0 3 3", x -> slice(x[0], 3, 3, 1)),
          entry("select 0 4", x -> x[0].select(0, 4)),
          entry("split 3 0", x -> halves(x[0].split(3, 0))),
          entry("flip 0 2", x -> x[0].flip(0, 2)),
          entry("flip -2", x -> x[0].flip(-2)),
          entry("pad", x -> torch.constant_pad_nd(x[0], new long[] {0, 3, 1, 2}, new Scalar(-0.5))),
          entry("tril", x -> x[0].tril()),
          entry("tril 1", x -> x[0].tril(1)),
          entry("tril -2", x -> x[0].tril(-2)),
          entry("triu", x -> x[0].triu()),
          entry("triu 2", x -> x[0].triu(2)),
          entry("triu -1", x -> x[0].triu(-1)),
          entry("indexSelect 0", x -> x[0].index_select(0, indices(x[1]))),
          entry("indexSelect -1", x -> x[0].index_select(-1, indices(x[1]))),
          entry("gather 0", x -> x[0].gather(0, indices(x[1]))),
          entry("gather 1", x -> x[0].gather(1, indices(x[1]))),
          entry("scatterAdd 0", x -> x[0].scatter_add(0, indices(x[1]), x[2])),
          entry("scatterAdd -1", x -> x[0].scatter_add(-1, indices(x[1]), x[2])),
          entry("embedding", x -> torch.embedding(x[0], indices(x[1]))),
          entry("concat 1", x -> torch.cat(new TensorVector(x), 1)),
          entry("concat -2", x -> torch.cat(new TensorVector(x), -2)),
          entry("stack 1", x -> torch.stack(new TensorVector(x), 1)),
          entry("stack -1", x -> torch.stack(new TensorVector(x), -1)));

  private ShapeDefinitions() {}

  /** Returns the whole numbers that a constant holds as floats. */
  static Tensor indices(Tensor constant) {
    return constant.to(ScalarType.Long);
  }

  private static Tensor slice(Tensor x, long from, long to, long step) {
    return x.slice(0, new LongOptional(from), new LongOptional(to), step);
  }

  private static Tensor halves(TensorVector parts) {
    return torch.cat(new TensorVector(parts.get(0), parts.get(1)), 1);
  }
}
