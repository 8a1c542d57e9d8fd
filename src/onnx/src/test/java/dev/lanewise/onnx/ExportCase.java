package dev.lanewise.onnx;

import dev.lanewise.array.Indices;
import dev.lanewise.array.NDArray;
import dev.lanewise.nn.Activation;
import dev.lanewise.nn.AvgPool2d;
import dev.lanewise.nn.BatchNorm1d;
import dev.lanewise.nn.BatchNorm2d;
import dev.lanewise.nn.Conv1d;
import dev.lanewise.nn.Conv2d;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Flatten;
import dev.lanewise.nn.Gelu;
import dev.lanewise.nn.GroupNorm;
import dev.lanewise.nn.Gru;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Lstm;
import dev.lanewise.nn.MaxPool2d;
import dev.lanewise.nn.Module;
import dev.lanewise.nn.Relu;
import dev.lanewise.nn.Residual;
import dev.lanewise.nn.RmsNorm;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.Sigmoid;
import dev.lanewise.nn.Softmax;
import dev.lanewise.nn.Tanh;
import dev.lanewise.nn.TransformerEncoderLayer;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A module that is written to a file.
 *
 * @param row the lengths of a row of its input
 */
public record ExportCase(String name, Module module, List<Integer> row) {
  private static void add(List<ExportCase> cases, String name, Module module, Integer... row) {
    cases.add(new ExportCase(name, module, List.of(row)));
  }

  private static void function(
      List<ExportCase> cases, String name, UnaryOperator<Tensor> function, Integer... row) {
    add(cases, name, new Activation(name, function), row);
  }

  /** Returns the cases. */
  public static List<ExportCase> all() {
    List<ExportCase> cases = new ArrayList<>();
    networks(cases);
    functions(cases);
    reductions(cases);
    shapes(cases);
    return cases;
  }

  private static void networks(List<ExportCase> cases) {
    add(
        cases,
        "perceptron",
        new Sequential(
            new Linear(6, 8),
            new Relu(),
            new Linear(8, 8),
            new Sigmoid(),
            new Dropout(0.5),
            new Linear(8, 8),
            new Tanh(),
            new Linear(8, 4, false),
            new Gelu(),
            new Linear(4, 3),
            new Softmax(-1)),
        6);
    add(cases, "tokens", new Sequential(new Linear(6, 5), new Gelu(), new Linear(5, 2)), 3, 6);
    Linear tied = new Linear(6, 4);
    add(
        cases,
        "tied weights",
        new Activation("tied", x -> tied.forward(x).matmul(tied.weight()).relu()),
        6);
    add(
        cases,
        "norms",
        new Sequential(
            new Linear(6, 8),
            new BatchNorm1d(8),
            new LayerNorm(8),
            new RmsNorm(8),
            new Activation("plain", x -> x.layerNorm(1, 1e-5).rmsNorm(1, 1e-6))),
        6);
    add(
        cases,
        "images",
        new Sequential(
            new Conv2d(2, 4, 3, 1, 1),
            new BatchNorm2d(4),
            new Relu(),
            new MaxPool2d(2),
            new Conv2d(4, 4, 3, 2, 1),
            new GroupNorm(2, 4),
            new AvgPool2d(2, 1, 1),
            new Flatten(),
            new Linear(4 * 4 * 4, 3)),
        2,
        12,
        12);
    add(cases, "sequences", new Sequential(new Conv1d(2, 3, 3, 1, 1), new Flatten()), 2, 7);
    add(cases, "residual", new Residual(new Sequential(new Linear(5, 5), new Tanh())), 5);
    add(cases, "encoder", new TransformerEncoderLayer(8, 2, 16), 5, 8);
    add(cases, "gru", new Gru(4, 5), 3, 4);
    add(cases, "lstm", new Lstm(4, 5), 3, 4);
  }

  private static void functions(List<ExportCase> cases) {
    Tensor row = Tensor.of(OnnxCase.positive(1, 4), 4);
    function(cases, "add", x -> x.add(row), 4);
    function(cases, "sub", x -> row.sub(x), 4);
    function(cases, "mul", x -> x.mul(row), 4);
    function(cases, "div", x -> x.div(row), 4);
    function(cases, "pow", x -> x.abs().pow(row), 4);
    function(cases, "minimum", x -> x.minimum(row), 4);
    function(cases, "maximum", x -> x.maximum(row), 4);
    function(cases, "affine", x -> x.mul(2).add(1).neg(), 4);
    function(cases, "abs, sqrt, log", x -> x.abs().sqrt().add(0.1f).log(), 4);
    function(cases, "log1p, rsqrt", x -> x.square().log1p().add(1).rsqrt(), 4);
    function(cases, "exp, sin, cos", x -> x.exp().sin().add(x.cos()), 4);
    function(cases, "power", x -> x.pow(3).add(x.abs().pow(1.5f)), 4);
    function(cases, "clamp", x -> x.clamp(-1, 0.5f), 4);
    function(cases, "steps", x -> x.floor().add(x.ceil()).add(x.round()).add(x.sign()), 4);
    function(cases, "leaky", x -> x.leakyRelu(0.1f).elu(0.5f).selu(), 4);
    function(cases, "geluTanh", Tensor::geluTanh, 4);
    function(cases, "gelu", Tensor::gelu, 4);
    function(cases, "silu, mish", x -> x.silu().mish(), 4);
    function(cases, "softplus", x -> x.softplus().add(x.softplus(2, 20)), 4);
    function(cases, "softsign, hardSigmoid", x -> x.softsign().add(x.hardSigmoid()), 4);
    function(cases, "softmax of axis 1", x -> x.softmax(1), 3, 4);
    function(cases, "logSoftmax", x -> x.logSoftmax(-1), 3, 4);
  }

  private static void reductions(List<ExportCase> cases) {
    int[] last = {-1};
    function(cases, "sum", x -> x.sum(last, true).add(x.sum(last, true)), 3, 4);
    function(cases, "mean", x -> x.mul(x.mean(new int[] {1, 2}, true)), 3, 4);
    function(cases, "max", x -> x.max(1), 3, 4);
    function(cases, "min", x -> x.min(1, 2), 3, 4);
    function(cases, "product, norm", x -> x.product(last, false).add(x.norm(last, false)), 3, 4);
    function(cases, "logSumExp", x -> x.logSumExp(2), 3, 4);
    function(cases, "variance", x -> x.variance(2), 3, 4);
    function(cases, "cumulativeSum", x -> x.cumulativeSum(-1), 3, 4);
  }

  private static void shapes(List<ExportCase> cases) {
    function(cases, "permute", x -> x.permute(0, 2, 1), 3, 4);
    function(cases, "reshape", x -> x.reshape(x.shape().dim(0), 2, 6), 3, 4);
    function(
        cases,
        "reshape of rows",
        x -> x.reshape(3 * x.shape().dim(0), 4).relu().reshape(x.shape().dim(0), 12),
        3,
        4);
    function(cases, "concat", x -> Tensor.concat(1, x, x.relu()), 3, 4);
    function(cases, "slice", x -> x.slice(1, 1, 3).add(x.slice(1, 0, 3, 2)), 3, 4);
    function(cases, "flip", x -> x.flip(1, 2), 3, 4);
    function(cases, "pad", x -> x.pad(new int[] {0, 1}, new int[] {0, 2}, 0.5f), 4);
    function(cases, "indexSelect", x -> x.indexSelect(1, Indices.of(new int[] {2, 0, 2})), 3, 4);
    function(cases, "triangles", x -> x.tril(0).add(x.triu(1)), 3, 3);
    function(cases, "expand", x -> x.unsqueeze(1).expand(x.shape().dim(0), 3, 4), 4);
    function(
        cases,
        "rows of a constant",
        x -> Tensor.concat(1, x, Tensor.zeros(x.shape().dim(0), 2)),
        4);
    function(cases, "matmul", x -> x.matmul(x.transpose()), 3, 4);
  }

  /** Returns the shape of a row. */
  public int[] rowShape() {
    return row.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Returns rows of numbers, the same each time. */
  public NDArray x(int rows) {
    int[] dims = new int[row.size() + 1];
    dims[0] = rows;
    System.arraycopy(rowShape(), 0, dims, 1, row.size());
    return OnnxCase.random(rows, dims);
  }

  @Override
  public String toString() {
    return name;
  }
}
