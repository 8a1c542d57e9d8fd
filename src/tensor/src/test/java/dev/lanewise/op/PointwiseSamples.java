package dev.lanewise.op;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.op.pointwise.Add;
import dev.lanewise.op.pointwise.Affine;
import dev.lanewise.op.pointwise.Div;
import dev.lanewise.op.pointwise.Exp;
import dev.lanewise.op.pointwise.Gelu;
import dev.lanewise.op.pointwise.Log;
import dev.lanewise.op.pointwise.Mul;
import dev.lanewise.op.pointwise.Relu;
import dev.lanewise.op.pointwise.Sigmoid;
import dev.lanewise.op.pointwise.Square;
import dev.lanewise.op.pointwise.Sub;
import dev.lanewise.op.pointwise.Tanh;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleSupplier;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;

/** Random calls of the operations in {@code op.pointwise}. */
final class PointwiseSamples {
  static final Map<Class<?>, Function<Draw, Sample>> OF =
      Map.ofEntries(
          Map.entry(Add.class, d -> binary(d, new Add(), Double::sum, false)),
          Map.entry(Sub.class, d -> binary(d, new Sub(), (a, b) -> a - b, false)),
          Map.entry(Mul.class, d -> binary(d, new Mul(), (a, b) -> a * b, false)),
          Map.entry(Div.class, d -> binary(d, new Div(), (a, b) -> a / b, true)),
          Map.entry(Affine.class, PointwiseSamples::affine),
          Map.entry(Exp.class, d -> unary(d, new Exp(), Math::exp, d::any)),
          Map.entry(Log.class, d -> unary(d, new Log(), Math::log, d::positive)),
          Map.entry(Square.class, d -> unary(d, new Square(), x -> x * x, d::any)),
          Map.entry(Relu.class, d -> unary(d, new Relu(), x -> Math.max(x, 0), d::awayFromZero)),
          Map.entry(Sigmoid.class, d -> unary(d, new Sigmoid(), Reference::sigmoid, d::any)),
          Map.entry(Tanh.class, d -> unary(d, new Tanh(), Math::tanh, d::any)),
          Map.entry(Gelu.class, d -> unary(d, new Gelu(), Reference::gelu, d::any)));

  private PointwiseSamples() {}

  private static Sample unary(Draw d, Op op, DoubleUnaryOperator f, DoubleSupplier draw) {
    return Draw.sample(op, Reference.map(f), 1, d.array(draw, d.dims(4)));
  }

  private static Sample affine(Draw d) {
    float scale = d.random.nextInt(4) == 0 ? 1 : (float) d.any();
    float shift = (float) d.any();
    return unary(d, new Affine(scale, shift), x -> scale * x + shift, d::any);
  }

  private static Sample binary(Draw d, Op op, DoubleBinaryOperator f, boolean divides) {
    DoubleSupplier divisor = divides ? d::awayFromZero : d::any;
    int[] out = d.dims(4);
    if (d.random.nextInt(5) == 0) {
      NDArray both = d.array(divisor, out);
      return Draw.sample(op, Reference.zip(f, out, out, out), 1, both, both);
    }
    int[] a = d.random.nextInt(3) == 0 ? out : d.narrowed(out);
    int[] b = d.random.nextInt(3) == 0 ? out : d.narrowed(out);
    int[] joint = Shape.of(a).broadcast(Shape.of(b), "sample").toArray();
    return Draw.sample(
        op, Reference.zip(f, a, b, joint), 1, d.array(d::any, a), d.array(divisor, b));
  }
}
