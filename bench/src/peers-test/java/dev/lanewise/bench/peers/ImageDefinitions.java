package dev.lanewise.bench.peers;

import java.util.Map;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Convolutions, pooling and normalizations. */
final class ImageDefinitions {
  static final Map<String, Definition> ALL =
      Map.ofEntries(
          Map.entry("conv2d", x -> conv2d(1, 0, 1, 1, x)),
          Map.entry("conv2d stride 2 padding 1", x -> conv2d(2, 1, 1, 1, x)),
          Map.entry("conv2d groups", x -> conv2d(1, 0, 1, 2, x)),
          Map.entry("conv2d dilation without bias", x -> conv2d(1, 2, 2, 1, x)),
          Map.entry(
              "conv1d",
              x ->
                  torch.conv1d(
                      x[0],
                      x[1],
                      new TensorOptional(x[2]),
                      new long[] {2},
                      new long[] {1},
                      new long[] {2},
                      2)),
          Map.entry("maxPool2d 2 2 0", x -> maxPool2d(2, 2, 0, x[0])),
          Map.entry("maxPool2d 3 1 1", x -> maxPool2d(3, 1, 1, x[0])),
          Map.entry("avgPool2d 2 2 0", x -> avgPool2d(2, 2, 0, x[0])),
          Map.entry("avgPool2d 3 3 1", x -> avgPool2d(3, 3, 1, x[0])),
          Map.entry("layerNorm", x -> layerNorm(new long[] {7}, x)),
          Map.entry("layerNorm of matrices", x -> layerNorm(new long[] {2, 5}, x)),
          Map.entry("layerNorm plain", x -> layerNorm(new long[] {7}, x)),
          Map.entry("rmsNorm", ImageDefinitions::rmsNorm),
          Map.entry("rmsNorm plain", ImageDefinitions::rmsNorm));

  private ImageDefinitions() {}

  static Tensor conv2d(int stride, int padding, int dilation, int groups, Tensor... x) {
    return torch.conv2d(
        x[0], x[1], optional(2, x), both(stride), both(padding), both(dilation), groups);
  }

  static Tensor maxPool2d(int kernel, int stride, int padding, Tensor x) {
    return torch.max_pool2d(x, both(kernel), both(stride), both(padding), both(1), false);
  }

  static Tensor avgPool2d(int kernel, int stride, int padding, Tensor x) {
    return torch.avg_pool2d(
        x, both(kernel), both(stride), both(padding), false, true, new LongOptional());
  }

  private static Tensor layerNorm(long[] shape, Tensor... x) {
    return torch.layer_norm(x[0], shape, optional(1, x), optional(2, x), 1e-5, false);
  }

  private static Tensor rmsNorm(Tensor... x) {
    return torch.rms_norm(x[0], new long[] {7}, optional(1, x), new DoubleOptional(1e-5));
  }

  static TensorOptional optional(int place, Tensor... x) {
    return place < x.length ? new TensorOptional(x[place]) : new TensorOptional();
  }

  private static long[] both(int length) {
    return new long[] {length, length};
  }
}
