package dev.lanewise.parity;

import static dev.lanewise.parity.Layers.layer;
import static dev.lanewise.parity.Tolerance.AVERAGE;
import static dev.lanewise.parity.Tolerance.DIFFERENCE;
import static dev.lanewise.parity.Values.EIGHTHS;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.kernel.Extent;
import dev.lanewise.nn.Activation;
import dev.lanewise.nn.AvgPool2d;
import dev.lanewise.nn.BatchNorm1d;
import dev.lanewise.nn.BatchNorm2d;
import dev.lanewise.nn.Bilinear;
import dev.lanewise.nn.Conv1d;
import dev.lanewise.nn.Conv2d;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Embedding;
import dev.lanewise.nn.Flatten;
import dev.lanewise.nn.Gelu;
import dev.lanewise.nn.GroupNorm;
import dev.lanewise.nn.Identity;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.MaxPool2d;
import dev.lanewise.nn.Module;
import dev.lanewise.nn.Relu;
import dev.lanewise.nn.Residual;
import dev.lanewise.nn.RmsNorm;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.Sigmoid;
import dev.lanewise.nn.Softmax;
import dev.lanewise.nn.Tanh;
import dev.lanewise.nn.Unflatten;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Layers without a memory: those of products and images, exact on eighths, and normalizations,
 * whose means are averages.
 */
final class LayerCases {
  private static final Values NUMBERS = Values.between(-4, 4);
  private static final Values VARIANCES = Values.between(0.5f, 4);
  private static final int CHANNELS = 4;

  private LayerCases() {}

  static List<Case> all() {
    List<Case> all = new ArrayList<>();
    addProducts(all);
    addImages(all);
    addBatchNorms(all);
    addNorms(all);
    addFunctions(all);
    return all;
  }

  private static void addProducts(List<Case> all) {
    all.add(layer("Linear", LayerCases::linear, x -> new Linear(dim(x[1], 1), dim(x[1], 0))));
    all.add(
        layer(
            "Linear without bias",
            d -> linear(d).subList(0, 2),
            x -> new Linear(dim(x[1], 1), dim(x[1], 0), false)));
    all.add(
        layer(
            "Bilinear",
            2,
            LayerCases::bilinear,
            x -> new Bilinear(dim(x[2], 1), dim(x[2], 2), dim(x[2], 0)),
            (layer, x) -> layer.forward(x[0], x[1])));
    all.add(
        layer(
            "Bilinear without bias",
            2,
            d -> bilinear(d).subList(0, 3),
            x -> new Bilinear(dim(x[2], 1), dim(x[2], 2), dim(x[2], 0), false),
            (layer, x) -> layer.forward(x[0], x[1])));
    all.add(layer("Embedding", LayerCases::words, x -> new Embedding(dim(x[1], 0), dim(x[1], 1))));
    all.add(
        layer(
            "Embedding padded with 2",
            LayerCases::words,
            x -> new Embedding(dim(x[1], 0), dim(x[1], 1), 2)));
    all.add(
        layer(
            "Sequential",
            d ->
                List.of(
                    d.input(EIGHTHS, d.length(3), 3),
                    d.input(EIGHTHS, 4, 3),
                    d.input(EIGHTHS, 4),
                    d.input(EIGHTHS, 2, 4)),
            _ -> new Sequential(new Linear(3, 4), new Relu(), new Linear(4, 2, false))));
    all.add(
        layer(
            "Residual",
            d -> List.of(d.input(EIGHTHS, d.length(3), 3), d.input(EIGHTHS, 3, 3)),
            _ -> new Residual(new Linear(3, 3, false))));
  }

  private static void addImages(List<Case> all) {
    all.add(
        layer(
            "Conv1d", d -> sequences(d, 2, 1, 3), x -> new Conv1d(dim(x[0], 1), dim(x[1], 0), 3)));
    all.add(
        layer(
            "Conv1d 2 1",
            d -> sequences(d, 3, 1, 3),
            x -> new Conv1d(dim(x[0], 1), dim(x[1], 0), 3, 2, 1)));
    all.add(
        layer(
            "Conv1d 2 1 2 2 without bias",
            d -> sequences(d, 4, 2, 2).subList(0, 2),
            x -> new Conv1d(dim(x[0], 1), dim(x[1], 0), 2, 2, 1, 2, 2, false)));
    all.add(
        layer(
            "Conv2d", d -> images(d, 2, 1, 3, 3), x -> new Conv2d(dim(x[0], 1), dim(x[1], 0), 3)));
    all.add(
        layer(
            "Conv2d 2 1",
            d -> images(d, 3, 1, 3, 3),
            x -> new Conv2d(dim(x[0], 1), dim(x[1], 0), 3, 2, 1)));
    all.add(
        layer(
            "Conv2d both ways without bias",
            d -> images(d, 4, 2, 2, 3).subList(0, 2),
            x ->
                new Conv2d(
                    dim(x[0], 1),
                    dim(x[1], 0),
                    new Extent(2, 3),
                    new Extent(1, 2),
                    new Extent(1, 0),
                    new Extent(2, 1),
                    2,
                    false)));
    all.add(layer("MaxPool2d 2", LayerCases::image, _ -> new MaxPool2d(2)));
    all.add(layer("MaxPool2d 3 2 1", LayerCases::image, _ -> new MaxPool2d(3, 2, 1)));
    all.add(layer("AvgPool2d 2", LayerCases::image, _ -> new AvgPool2d(2)));
    all.add(
        layer("AvgPool2d 3 2 1", LayerCases::image, _ -> new AvgPool2d(3, 2, 1))
            .within(DIFFERENCE, DIFFERENCE));
  }

  private static void addBatchNorms(List<Case> all) {
    addBatchNorm(all, "BatchNorm1d", true, () -> new BatchNorm1d(CHANNELS), 6);
    addBatchNorm(
        all,
        "BatchNorm1d 0.01 0.3",
        false,
        () -> new BatchNorm1d(CHANNELS, 0.01, 0.3, false),
        4,
        5);
    addBatchNorm(all, "BatchNorm2d", true, () -> new BatchNorm2d(CHANNELS), 2, 3, 3);
    addBatchNorm(
        all,
        "BatchNorm2d 0.01 0.3",
        false,
        () -> new BatchNorm2d(CHANNELS, 0.01, 0.3, false),
        3,
        2,
        3);
  }

  /**
   * Adds a norm in training, what its running statistics are after a batch, and the norm in
   * evaluation. It is given the statistics before.
   *
   * @param affine whether the norm has a weight and a bias
   * @param lengths the samples, and the axes after the channels
   */
  private static void addBatchNorm(
      List<Case> all, String definition, boolean affine, Supplier<Module> make, int... lengths) {
    Function<Draw, List<Input>> inputs =
        d -> {
          int[] dims = new int[lengths.length + 1];
          dims[0] = lengths[0];
          dims[1] = CHANNELS;
          System.arraycopy(lengths, 1, dims, 2, lengths.length - 1);
          List<Input> x = new ArrayList<>();
          x.add(d.input(NUMBERS, dims));
          x.add(d.constant(NUMBERS, CHANNELS));
          x.add(d.constant(VARIANCES, CHANNELS));
          if (affine) {
            x.add(d.input(NUMBERS, CHANNELS));
            x.add(d.input(NUMBERS, CHANNELS));
          }
          return x;
        };
    Function<Tensor[], Module> tracking =
        x -> {
          Module norm = make.get();
          var _ =
              norm.loadStateDict(
                  Map.of("running_mean", x[1].array(), "running_var", x[2].array()), false);
          return norm;
        };
    all.add(batchNorm(definition, inputs, tracking, (norm, x) -> norm.forward(x[0])));
    all.add(
        batchNorm(
            definition + " running",
            inputs,
            tracking,
            (norm, x) -> {
              var _ = norm.forward(x[0]);
              return Tensor.concat(0, buffer(norm, "running_mean"), buffer(norm, "running_var"));
            }));
    all.add(
        batchNorm(
            definition + " in evaluation",
            inputs,
            tracking,
            (norm, x) -> {
              norm.eval();
              return norm.forward(x[0]);
            }));
  }

  private static Case batchNorm(
      String definition,
      Function<Draw, List<Input>> inputs,
      Function<Tensor[], Module> make,
      Layers.Call<Module> call) {
    return layer(definition, 3, inputs, make, call).within(AVERAGE, AVERAGE);
  }

  private static Tensor buffer(Module module, String name) {
    NDArray buffer = Objects.requireNonNull(module.namedBuffers().get(name));
    return Tensor.of(buffer);
  }

  private static void addNorms(List<Case> all) {
    all.add(norm("LayerNorm", 2, () -> new LayerNorm(7), 7));
    all.add(norm("LayerNorm of matrices", 2, () -> new LayerNorm(2, 5), 2, 5));
    all.add(
        norm(
            "LayerNorm 0.01 without bias",
            1,
            () -> new LayerNorm(Shape.of(7), 0.01, true, false),
            7));
    all.add(
        norm("LayerNorm 0.01 plain", 0, () -> new LayerNorm(Shape.of(7), 0.01, false, false), 7));
    all.add(norm("RmsNorm", 1, () -> new RmsNorm(7), 7));
    all.add(norm("RmsNorm 0.01 plain", 0, () -> new RmsNorm(Shape.of(7), 0.01, false), 7));
    all.add(groupNorm("GroupNorm 2", 2, true, d -> new int[] {d.length(3), CHANNELS, 3}));
    all.add(groupNorm("GroupNorm 1", 1, true, d -> new int[] {d.length(3), CHANNELS, 2, 3}));
    all.add(groupNorm("GroupNorm 2 plain", 2, false, d -> new int[] {d.length(3), CHANNELS, 3}));
  }

  /** A norm over the last axes with as many parameters of their shape. */
  private static Case norm(String definition, int parameters, Supplier<Module> make, int... shape) {
    return layer(
            definition,
            d -> {
              int[] dims = new int[shape.length + 1];
              dims[0] = d.length(4);
              System.arraycopy(shape, 0, dims, 1, shape.length);
              return List.of(
                      d.input(NUMBERS, dims), d.input(NUMBERS, shape), d.input(NUMBERS, shape))
                  .subList(0, 1 + parameters);
            },
            _ -> make.get())
        .within(AVERAGE, AVERAGE);
  }

  private static Case groupNorm(
      String definition, int groups, boolean affine, Function<Draw, int[]> dims) {
    return layer(
            definition,
            d ->
                List.of(
                        d.input(NUMBERS, dims.apply(d)),
                        d.input(NUMBERS, CHANNELS),
                        d.input(NUMBERS, CHANNELS))
                    .subList(0, affine ? 3 : 1),
            _ -> new GroupNorm(groups, CHANNELS, 1e-5, affine))
        .within(AVERAGE, AVERAGE);
  }

  private static void addFunctions(List<Case> all) {
    all.add(function("Identity", new Identity()));
    all.add(function("Flatten", new Flatten()));
    all.add(function("Flatten 0 1", new Flatten(0, 1)));
    all.add(function("Unflatten", new Unflatten(1, 2, -1)));
    all.add(function("Softmax", new Softmax(1)));
    Dropout rests = new Dropout(0.5);
    rests.eval();
    all.add(function("Dropout in evaluation", rests));
    all.add(function("Relu", new Relu()));
    all.add(function("Sigmoid", new Sigmoid()));
    all.add(function("Tanh", new Tanh()));
    all.add(function("Gelu", new Gelu()));
    all.add(function("Activation leakyRelu", Activation.leakyRelu(0.01f)));
    all.add(function("Activation elu 0.7", Activation.elu(0.7f)));
    all.add(function("Activation selu", Activation.selu()));
    all.add(function("Activation silu", Activation.silu()));
    all.add(function("Activation mish", Activation.mish()));
    all.add(function("Activation geluTanh", Activation.geluTanh()));
    all.add(function("Activation softplus", Activation.softplus()));
    all.add(function("Activation softsign", Activation.softsign()));
    all.add(function("Activation logSigmoid", Activation.logSigmoid()));
    all.add(function("Activation hardSigmoid", Activation.hardSigmoid()));
    all.add(function("Activation hardTanh", Activation.hardTanh()));
    all.add(function("Activation logSoftmax 1", Activation.logSoftmax(1)));
  }

  /** A layer without parameters; what it computes is tried more closely as an operation. */
  private static Case function(String definition, Module layer) {
    return layer(
            definition, d -> List.of(d.input(NUMBERS, d.length(2), 4, d.length(2))), _ -> layer)
        .within(AVERAGE, AVERAGE);
  }

  private static int dim(Tensor x, int axis) {
    return x.shape().dim(axis);
  }

  private static List<Input> linear(Draw d) {
    int in = d.length(4);
    int out = d.length(5);
    return List.of(
        d.input(EIGHTHS, d.length(3), in), d.input(EIGHTHS, out, in), d.input(EIGHTHS, out));
  }

  private static List<Input> bilinear(Draw d) {
    int rows = d.length(3);
    int in1 = d.length(3);
    int in2 = d.length(3);
    int out = d.length(3);
    return List.of(
        d.input(EIGHTHS, rows, in1),
        d.input(EIGHTHS, rows, in2),
        d.input(EIGHTHS, out, in1, in2),
        d.input(EIGHTHS, out));
  }

  private static List<Input> words(Draw d) {
    int words = 3 + d.length(3);
    return List.of(d.indices(words, d.dims(2)), d.input(EIGHTHS, words, d.length(4)));
  }

  private static List<Input> sequences(Draw d, int channels, int groups, int kernel) {
    int filters = groups * d.length(2);
    return List.of(
        d.input(EIGHTHS, d.length(2), channels, 3 + d.length(5)),
        d.input(EIGHTHS, filters, channels / groups, kernel),
        d.input(EIGHTHS, filters));
  }

  private static List<Input> images(Draw d, int channels, int groups, int height, int width) {
    int filters = groups * d.length(2);
    return List.of(
        d.input(EIGHTHS, d.length(2), channels, 2 + d.length(3), 2 + d.length(3)),
        d.input(EIGHTHS, filters, channels / groups, height, width),
        d.input(EIGHTHS, filters));
  }

  private static List<Input> image(Draw d) {
    return List.of(d.input(EIGHTHS, d.length(2), d.length(2), 3 + d.length(3), 3 + d.length(3)));
  }
}
