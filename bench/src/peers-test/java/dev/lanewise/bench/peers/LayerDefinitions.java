package dev.lanewise.bench.peers;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Layers of what they are given and of their parameters. */
final class LayerDefinitions {
  static final Map<String, Definition> ALL = new HashMap<>();

  static {
    putProducts();
    putImages();
    putBatchNorms("BatchNorm1d", 1e-5, 0.1);
    putBatchNorms("BatchNorm1d 0.01 0.3", 0.01, 0.3);
    putBatchNorms("BatchNorm2d", 1e-5, 0.1);
    putBatchNorms("BatchNorm2d 0.01 0.3", 0.01, 0.3);
    putNorms();
    putFunctions();
  }

  private LayerDefinitions() {}

  private static void putProducts() {
    ALL.put("Linear", x -> torch.linear(x[0], x[1], optional(2, x)));
    ALL.put("Linear without bias", x -> torch.linear(x[0], x[1]));
    ALL.put("Bilinear", x -> torch.bilinear(x[0], x[1], x[2], optional(3, x)));
    ALL.put("Bilinear without bias", x -> torch.bilinear(x[0], x[1], x[2], optional(3, x)));
    ALL.put("Embedding", x -> torch.embedding(x[1], ShapeDefinitions.indices(x[0])));
    ALL.put(
        "Embedding padded with 2",
        x -> torch.embedding(x[1], ShapeDefinitions.indices(x[0]), 2, false, false));
    ALL.put(
        "Sequential",
        x -> torch.linear(torch.relu(torch.linear(x[0], x[1], optional(2, x))), x[3]));
    ALL.put("Residual", x -> torch.add(x[0], torch.linear(x[0], x[1])));
  }

  private static void putImages() {
    ALL.put("Conv1d", x -> conv1d(1, 0, 1, 1, x));
    ALL.put("Conv1d 2 1", x -> conv1d(2, 1, 1, 1, x));
    ALL.put("Conv1d 2 1 2 2 without bias", x -> conv1d(2, 1, 2, 2, x));
    ALL.put("Conv2d", x -> ImageDefinitions.conv2d(1, 0, 1, 1, x));
    ALL.put("Conv2d 2 1", x -> ImageDefinitions.conv2d(2, 1, 1, 1, x));
    ALL.put(
        "Conv2d both ways without bias",
        x ->
            torch.conv2d(
                x[0],
                x[1],
                new TensorOptional(),
                new long[] {1, 2},
                new long[] {1, 0},
                new long[] {2, 1},
                2));
    ALL.put("MaxPool2d 2", x -> ImageDefinitions.maxPool2d(2, 2, 0, x[0]));
    ALL.put("MaxPool2d 3 2 1", x -> ImageDefinitions.maxPool2d(3, 2, 1, x[0]));
    ALL.put("AvgPool2d 2", x -> ImageDefinitions.avgPool2d(2, 2, 0, x[0]));
    ALL.put("AvgPool2d 3 2 1", x -> ImageDefinitions.avgPool2d(3, 2, 1, x[0]));
  }

  private static Tensor conv1d(int stride, int padding, int dilation, int groups, Tensor... x) {
    return torch.conv1d(
        x[0],
        x[1],
        optional(2, x),
        new long[] {stride},
        new long[] {padding},
        new long[] {dilation},
        groups);
  }

  private static void putBatchNorms(String name, double epsilon, double momentum) {
    ALL.put(name, x -> batchNorm(true, epsilon, momentum, x[1].clone(), x[2].clone(), x));
    ALL.put(
        name + " running",
        x -> {
          Tensor mean = x[1].clone();
          Tensor variance = x[2].clone();
          var _ = batchNorm(true, epsilon, momentum, mean, variance, x);
          return torch.cat(new TensorVector(mean, variance));
        });
    ALL.put(name + " in evaluation", x -> batchNorm(false, epsilon, momentum, x[1], x[2], x));
  }

  private static Tensor batchNorm(
      boolean training,
      double epsilon,
      double momentum,
      Tensor mean,
      Tensor variance,
      Tensor... x) {
    return torch.batch_norm(
        x[0],
        optional(3, x),
        optional(4, x),
        new TensorOptional(mean),
        new TensorOptional(variance),
        training,
        momentum,
        epsilon,
        false);
  }

  private static void putNorms() {
    ALL.put("LayerNorm", x -> layerNorm(1e-5, new long[] {7}, x));
    ALL.put("LayerNorm of matrices", x -> layerNorm(1e-5, new long[] {2, 5}, x));
    ALL.put("LayerNorm 0.01 without bias", x -> layerNorm(0.01, new long[] {7}, x));
    ALL.put("LayerNorm 0.01 plain", x -> layerNorm(0.01, new long[] {7}, x));
    // PyTorch's epsilon is that of the type: here that of floats, not of the doubles.
    ALL.put("RmsNorm", x -> rmsNorm(0x1p-23, x));
    ALL.put("RmsNorm 0.01 plain", x -> rmsNorm(0.01, x));
    ALL.put("GroupNorm 2", x -> groupNorm(2, x));
    ALL.put("GroupNorm 1", x -> groupNorm(1, x));
    ALL.put("GroupNorm 2 plain", x -> groupNorm(2, x));
  }

  private static Tensor layerNorm(double epsilon, long[] shape, Tensor... x) {
    return torch.layer_norm(x[0], shape, optional(1, x), optional(2, x), epsilon, false);
  }

  private static Tensor rmsNorm(double epsilon, Tensor... x) {
    return torch.rms_norm(x[0], new long[] {7}, optional(1, x), new DoubleOptional(epsilon));
  }

  private static Tensor groupNorm(int groups, Tensor... x) {
    return torch.group_norm(x[0], groups, optional(1, x), optional(2, x), 1e-5, false);
  }

  private static void putFunctions() {
    ALL.put("Identity", x -> x[0].clone());
    ALL.put("Dropout in evaluation", x -> torch.dropout(x[0], 0.5, false).clone());
    ALL.put("Flatten", x -> torch.flatten(x[0], 1, -1));
    ALL.put("Flatten 0 1", x -> torch.flatten(x[0], 0, 1));
    ALL.put("Unflatten", x -> torch.unflatten(x[0], 1, new long[] {2, -1}));
    ALL.put("Softmax", x -> torch.softmax(x[0], 1));
    ALL.put("Activation logSoftmax 1", x -> torch.log_softmax(x[0], 1));
    for (String name : List.of("relu", "sigmoid", "tanh", "gelu")) {
      String layer = Character.toUpperCase(name.charAt(0)) + name.substring(1);
      ALL.put(layer, Objects.requireNonNull(PointwiseDefinitions.ALL.get(name)));
    }
    for (String name :
        List.of(
            "leakyRelu",
            "elu 0.7",
            "selu",
            "silu",
            "mish",
            "geluTanh",
            "softplus",
            "softsign",
            "logSigmoid",
            "hardSigmoid",
            "hardTanh")) {
      ALL.put("Activation " + name, Objects.requireNonNull(PointwiseDefinitions.ALL.get(name)));
    }
  }

  private static TensorOptional optional(int place, Tensor... x) {
    return ImageDefinitions.optional(place, x);
  }
}
