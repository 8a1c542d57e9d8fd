package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.Views;
import dev.lanewise.op.pointwise.Abs;
import dev.lanewise.op.pointwise.Add;
import dev.lanewise.op.pointwise.Affine;
import dev.lanewise.op.pointwise.Clamp;
import dev.lanewise.op.pointwise.Cos;
import dev.lanewise.op.pointwise.Div;
import dev.lanewise.op.pointwise.Elu;
import dev.lanewise.op.pointwise.Erf;
import dev.lanewise.op.pointwise.Exp;
import dev.lanewise.op.pointwise.Gelu;
import dev.lanewise.op.pointwise.GeluTanh;
import dev.lanewise.op.pointwise.LeakyRelu;
import dev.lanewise.op.pointwise.Log;
import dev.lanewise.op.pointwise.Log1p;
import dev.lanewise.op.pointwise.Maximum;
import dev.lanewise.op.pointwise.Minimum;
import dev.lanewise.op.pointwise.Mish;
import dev.lanewise.op.pointwise.Mul;
import dev.lanewise.op.pointwise.Pow;
import dev.lanewise.op.pointwise.Power;
import dev.lanewise.op.pointwise.Relu;
import dev.lanewise.op.pointwise.Rsqrt;
import dev.lanewise.op.pointwise.Sigmoid;
import dev.lanewise.op.pointwise.Silu;
import dev.lanewise.op.pointwise.Sin;
import dev.lanewise.op.pointwise.Softplus;
import dev.lanewise.op.pointwise.Sqrt;
import dev.lanewise.op.pointwise.Square;
import dev.lanewise.op.pointwise.Steps;
import dev.lanewise.op.pointwise.Sub;
import dev.lanewise.op.pointwise.Tanh;
import dev.lanewise.op.pointwise.Where;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleSupplier;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/** Random calls of the operations in {@code op.pointwise}. */
final class PointwiseSamples {
  static final Map<Class<?>, Function<Draw, Sample>> OF =
      Map.ofEntries(
          Map.entry(Add.class, d -> binary(d, new Add(), Double::sum, d::any, d::any)),
          Map.entry(Sub.class, d -> binary(d, new Sub(), (a, b) -> a - b, d::any, d::any)),
          Map.entry(Mul.class, d -> binary(d, new Mul(), (a, b) -> a * b, d::any, d::any)),
          Map.entry(Div.class, d -> binary(d, new Div(), (a, b) -> a / b, d::any, d::awayFromZero)),
          Map.entry(Affine.class, PointwiseSamples::affine),
          Map.entry(Exp.class, d -> unary(d, new Exp(), Math::exp, d::any)),
          Map.entry(Log.class, d -> unary(d, new Log(), Math::log, d::positive)),
          Map.entry(Square.class, d -> unary(d, new Square(), x -> x * x, d::any)),
          Map.entry(Relu.class, d -> unary(d, new Relu(), x -> Math.max(x, 0), d::awayFromZero)),
          Map.entry(Sigmoid.class, d -> unary(d, new Sigmoid(), Reference::sigmoid, d::any)),
          Map.entry(Tanh.class, d -> unary(d, new Tanh(), Math::tanh, d::any)),
          Map.entry(Erf.class, d -> unary(d, new Erf(), Reference::erf, d::any)),
          Map.entry(Gelu.class, d -> unary(d, new Gelu(), Reference::gelu, d::any)),
          Map.entry(
              GeluTanh.class, d -> unary(d, new GeluTanh(), PointwiseSamples::geluTanh, d::any)),
          Map.entry(Sqrt.class, d -> unary(d, new Sqrt(), Math::sqrt, d::positive)),
          Map.entry(Rsqrt.class, d -> unary(d, new Rsqrt(), x -> 1 / Math.sqrt(x), d::positive)),
          Map.entry(Log1p.class, d -> unary(d, new Log1p(), Math::log1p, d::positive)),
          Map.entry(Sin.class, d -> unary(d, new Sin(), Math::sin, d::any)),
          Map.entry(Cos.class, d -> unary(d, new Cos(), Math::cos, d::any)),
          Map.entry(Abs.class, d -> unary(d, new Abs(), Math::abs, d::awayFromZero)),
          Map.entry(Steps.class, PointwiseSamples::steps),
          Map.entry(Power.class, PointwiseSamples::power),
          Map.entry(Pow.class, d -> binary(d, new Pow(), Math::pow, d::positive, d::any)),
          Map.entry(Maximum.class, d -> binary(d, new Maximum(), Math::max, d::even, d::odd)),
          Map.entry(Minimum.class, d -> binary(d, new Minimum(), Math::min, d::even, d::odd)),
          Map.entry(Clamp.class, PointwiseSamples::clamp),
          Map.entry(Where.class, PointwiseSamples::where),
          Map.entry(LeakyRelu.class, PointwiseSamples::leakyRelu),
          Map.entry(Elu.class, PointwiseSamples::elu),
          Map.entry(Silu.class, d -> unary(d, new Silu(), x -> x * Reference.sigmoid(x), d::any)),
          Map.entry(Mish.class, d -> unary(d, new Mish(), PointwiseSamples::mish, d::any)),
          Map.entry(Softplus.class, PointwiseSamples::softplus));

  private PointwiseSamples() {}

  private static Sample unary(Draw d, Op op, DoubleUnaryOperator f, DoubleSupplier draw) {
    return Draw.sample(op, Reference.map(f), 1, d.array(draw, d.dims(4)));
  }

  private static Sample affine(Draw d) {
    float scale = d.random.nextInt(4) == 0 ? 1 : (float) d.any();
    float shift = (float) d.any();
    return unary(d, new Affine(scale, shift), x -> scale * x + shift, d::any);
  }

  private static Sample binary(
      Draw d, Op op, DoubleBinaryOperator f, DoubleSupplier left, DoubleSupplier right) {
    int[] out = d.dims(4);
    if (d.random.nextInt(5) == 0) {
      // What both may be: the quotient's divisor, the power's base.
      NDArray both = d.array(op instanceof Pow ? left : right, out);
      return Draw.sample(op, Reference.zip(f, out, out, out), 1, both, both);
    }
    int[] a = d.random.nextInt(3) == 0 ? out : d.narrowed(out);
    int[] b = d.random.nextInt(3) == 0 ? out : d.narrowed(out);
    int[] joint = Shape.of(a).broadcast(Shape.of(b), "sample").toArray();
    return Draw.sample(op, Reference.zip(f, a, b, joint), 1, d.array(left, a), d.array(right, b));
  }

  private static Sample steps(Draw d) {
    Steps.Function function = List.of(Steps.Function.values()).get(d.random.nextInt(4));
    DoubleUnaryOperator f =
        switch (function) {
          case SIGN -> Math::signum;
          case FLOOR -> Math::floor;
          case CEIL -> Math::ceil;
          case ROUND -> Math::rint;
        };
    return unary(d, new Steps(function), f, d::odd);
  }

  private static Sample power(Draw d) {
    boolean whole = d.random.nextBoolean();
    float exponent = whole ? d.random.nextInt(-3, 4) : (float) d.any();
    DoubleSupplier base = whole ? d::awayFromZero : d::positive;
    return unary(d, new Power(exponent), x -> Math.pow(x, exponent), base);
  }

  private static Sample clamp(Draw d) {
    float low = (float) d.even();
    float high = low + (float) Math.abs(d.even());
    Clamp clamp = new Clamp(low, high, d.random.nextBoolean());
    return unary(d, clamp, x -> Math.min(Math.max(x, low), high), d::odd);
  }

  private static Sample where(Draw d) {
    int[] out = d.dims(3);
    int[] c = d.narrowed(out);
    int[] a = d.narrowed(out);
    int[] b = d.narrowed(out);
    int[] joint =
        Shape.of(c).broadcast(Shape.of(a), "sample").broadcast(Shape.of(b), "sample").toArray();
    Reference reference =
        x -> {
          double[] y = new double[Views.size(joint)];
          for (int i = 0; i < y.length; i++) {
            int[] at = Views.index(i, joint);
            boolean first = x[0][Views.position(at, c)] != 0;
            y[i] = first ? x[1][Views.position(at, a)] : x[2][Views.position(at, b)];
          }
          return y;
        };
    return Draw.sample(
        new Where(),
        reference,
        1,
        d.array(() -> d.random.nextInt(2), c),
        d.array(d::any, a),
        d.array(d::any, b));
  }

  private static Sample leakyRelu(Draw d) {
    float slope = (float) d.any();
    return unary(d, new LeakyRelu(slope), x -> x > 0 ? x : slope * x, d::awayFromZero);
  }

  private static Sample elu(Draw d) {
    Elu op = d.random.nextBoolean() ? Elu.SELU : new Elu((float) d.positive(), 1);
    DoubleUnaryOperator f = x -> op.scale() * (x > 0 ? x : op.alpha() * Math.expm1(x));
    return unary(d, op, f, d::awayFromZero);
  }

  private static Sample softplus(Draw d) {
    float beta = (float) d.positive();
    return unary(d, new Softplus(beta, 20), x -> Math.log1p(Math.exp(beta * x)) / beta, d::any);
  }

  private static double mish(double x) {
    return x * Math.tanh(Math.log1p(Math.exp(x)));
  }

  private static double geluTanh(double x) {
    return x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))) / 2;
  }
}
