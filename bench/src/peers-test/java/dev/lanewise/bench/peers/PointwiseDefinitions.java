package dev.lanewise.bench.peers;

import static java.util.Map.entry;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Functions of single elements: the cases of the families pointwise and activations. */
final class PointwiseDefinitions {
  static final Map<String, Definition> ALL =
      Map.ofEntries(
          entry("add a number", x -> torch.add(x[0], new Scalar(0.75))),
          entry("sub a number", x -> torch.sub(x[0], new Scalar(0.75))),
          entry("mul by a number", x -> torch.mul(x[0], new Scalar(-1.5))),
          entry("div by a number", x -> torch.div(x[0], new Scalar(3.0))),
          entry("neg", x -> torch.neg(x[0])),
          entry("exp", x -> torch.exp(x[0])),
          entry("log", x -> torch.log(x[0])),
          entry("log1p", x -> torch.log1p(x[0])),
          entry("square", x -> torch.square(x[0])),
          entry("sqrt", x -> torch.sqrt(x[0])),
          entry("rsqrt", x -> torch.rsqrt(x[0])),
          entry("pow 3", x -> torch.pow(x[0], new Scalar(3.0))),
          entry("pow 2", x -> torch.pow(x[0], new Scalar(2.0))),
          entry("pow 1.5", x -> torch.pow(x[0], new Scalar(1.5))),
          entry("pow 0.5", x -> torch.pow(x[0], new Scalar(0.5))),
          entry("pow 0", x -> torch.pow(x[0], new Scalar(0.0))),
          entry("pow -1", x -> torch.pow(x[0], new Scalar(-1.0))),
          entry("abs", x -> torch.abs(x[0])),
          entry("sign", x -> torch.sign(x[0])),
          entry("floor", x -> torch.floor(x[0])),
          entry("ceil", x -> torch.ceil(x[0])),
          entry("round", x -> torch.round(x[0])),
          entry("sin", x -> torch.sin(x[0])),
          entry("cos", x -> torch.cos(x[0])),
          entry("clamp", x -> torch.clamp(x[0], optional(-1), optional(1.5))),
          entry("add", x -> torch.add(x[0], x[1])),
          entry("sub", x -> torch.sub(x[0], x[1])),
          entry("mul", x -> torch.mul(x[0], x[1])),
          entry("div", x -> torch.div(x[0], x[1])),
          entry("minimum", x -> torch.minimum(x[0], x[1])),
          entry("maximum", x -> torch.maximum(x[0], x[1])),
          entry("pow", x -> torch.pow(x[0], x[1])),
          entry("eq", x -> number(torch.eq(x[0], x[1]))),
          entry("ne", x -> number(torch.ne(x[0], x[1]))),
          entry("lt", x -> number(torch.lt(x[0], x[1]))),
          entry("le", x -> number(torch.le(x[0], x[1]))),
          entry("gt", x -> number(torch.gt(x[0], x[1]))),
          entry("ge", x -> number(torch.ge(x[0], x[1]))),
          entry("where", x -> torch.where(torch.ne(x[0], new Scalar(0.0)), x[1], x[2])),
          entry("relu", x -> torch.relu(x[0])),
          // A slope is a float to Lanewise: the nearest one here as well.
          entry("leakyRelu", x -> torch.leaky_relu(x[0], new Scalar((double) 0.01f))),
          entry("sigmoid", x -> torch.sigmoid(x[0])),
          entry("tanh", x -> torch.tanh(x[0])),
          entry("gelu", x -> torch.gelu(x[0])),
          entry("geluTanh", x -> torch.gelu(x[0], "tanh")),
          entry("elu 1", x -> elu(x[0], 1)),
          entry("elu 0.7", x -> elu(x[0], 0.7f)),
          entry("selu", x -> torch.selu(x[0])),
          entry("silu", x -> torch.silu(x[0])),
          entry("mish", x -> torch.mish(x[0])),
          entry("softplus", x -> torch.softplus(x[0])),
          entry("softplus 2 6", x -> torch.softplus(x[0], new Scalar(2.0), new Scalar(6.0))),
          entry("softsign", x -> torch.softsign(x[0])),
          entry("logSigmoid", x -> torch.log_sigmoid(x[0])),
          entry("hardSigmoid", x -> torch.hardsigmoid(x[0])),
          entry("hardTanh", x -> torch.hardtanh(x[0])));

  private PointwiseDefinitions() {}

  private static Tensor elu(Tensor x, float alpha) {
    return torch.elu(x, new Scalar((double) alpha), new Scalar(1.0), new Scalar(1.0));
  }

  private static ScalarOptional optional(double number) {
    return new ScalarOptional(new Scalar(number));
  }

  private static Tensor number(Tensor truth) {
    return truth.to(ScalarType.Double);
  }
}
