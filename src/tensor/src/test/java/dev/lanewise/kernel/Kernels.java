package dev.lanewise.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** The catalogue of kernels that map one or two arrays to another, element by element. */
final class Kernels {
  interface Unary {
    void run(MemorySegment src, long so, MemorySegment dst, long d, long n);
  }

  interface Binary {
    void run(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment dst, long d, long n);
  }

  /**
   * A kernel with its definition in double precision.
   *
   * @param ulps the greatest error its documentation admits
   */
  record Map1(String name, Unary kernel, DoubleUnaryOperator exact, double ulps) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** A kernel of two arrays; {@code absolute} is an error admitted beside the ulps. */
  record Map2(
      String name, Binary kernel, DoubleBinaryOperator exact, double ulps, double absolute) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** One correct rounding; the reference itself is rounded to double. */
  private static final double ROUNDED = 0.5000001;

  static final List<Map1> UNARY =
      List.of(
          new Map1("exp", VectorMath::exp, StrictMath::exp, 1),
          new Map1("log", VectorMath::log, StrictMath::log, 1),
          new Map1("sigmoid", VectorMath::sigmoid, Reference::sigmoid, 2.5),
          new Map1("tanh", VectorMath::tanh, StrictMath::tanh, 1.2),
          new Map1("erf", VectorMath::erf, Reference::erf, 2),
          new Map1("gelu", VectorMath::gelu, Reference::gelu, 6),
          new Map1("relu", VectorMath::relu, x -> x <= 0 ? 0 : x, 0),
          new Map1(
              "addScalar",
              (s, so, t, d, n) -> Elementwise.addScalar(s, so, 0.7f, t, d, n),
              x -> x + 0.7f,
              ROUNDED),
          new Map1(
              "mulScalar",
              (s, so, t, d, n) -> Elementwise.mulScalar(s, so, 0.7f, t, d, n),
              x -> x * 0.7f,
              ROUNDED),
          new Map1(
              "divScalar",
              (s, so, t, d, n) -> Elementwise.divScalar(s, so, 0.7f, t, d, n),
              x -> x / 0.7f,
              ROUNDED),
          new Map1(
              "rsubScalar",
              (s, so, t, d, n) -> Elementwise.rsubScalar(s, so, 0.7f, t, d, n),
              x -> 0.7f - x,
              ROUNDED),
          new Map1(
              "rdivScalar",
              (s, so, t, d, n) -> Elementwise.rdivScalar(s, so, 0.7f, t, d, n),
              x -> 0.7f / x,
              ROUNDED),
          new Map1(
              "affine",
              (s, so, t, d, n) -> Elementwise.affine(s, so, 0.7f, -0.3f, t, d, n),
              x -> (double) 0.7f * x - 0.3f,
              ROUNDED),
          new Map1("square", Elementwise::square, x -> x * x, ROUNDED),
          new Map1("copy", Elementwise::copy, x -> x, 0),
          new Map1("abs", Pointwise::abs, Math::abs, 0),
          new Map1("sqrt", Pointwise::sqrt, Math::sqrt, ROUNDED),
          new Map1("log1p", Pointwise::log1p, StrictMath::log1p, 4),
          new Map1("expm1", VectorMath::expm1, StrictMath::expm1, 6),
          new Map1(
              "clamp",
              (s, so, t, d, n) -> Pointwise.clamp(s, so, -0.5f, 0.75f, t, d, n),
              x -> Math.min(Math.max(x, -0.5), 0.75),
              0),
          new Map1(
              "leakyRelu",
              (s, so, t, d, n) -> Pointwise.leakyRelu(s, so, 0.25f, t, d, n),
              x -> x > 0 ? x : 0.25 * x,
              ROUNDED),
          new Map1(
              "map",
              (s, so, t, d, n) -> Pointwise.map(x -> x + 1, s, so, t, d, n),
              x -> x + 1,
              ROUNDED),
          new Map1(
              "scale",
              (s, so, t, d, n) -> {
                Elementwise.copy(s, so, t, d, n);
                Elementwise.scale(t, d, 0.7f, n);
              },
              x -> x * 0.7f,
              ROUNDED));

  static final List<Map2> BINARY =
      List.of(
          new Map2("add", Elementwise::add, Double::sum, ROUNDED, 0),
          new Map2("sub", Elementwise::sub, (a, b) -> a - b, ROUNDED, 0),
          new Map2("mul", Elementwise::mul, (a, b) -> a * b, ROUNDED, 0),
          new Map2("div", Elementwise::div, (a, b) -> a / b, ROUNDED, 0),
          new Map2("squareGrad", Elementwise::squareGrad, (x, g) -> 2 * x * g, ROUNDED, 0),
          new Map2(
              "accumulate",
              (x, xo, y, yo, t, d, n) -> {
                Elementwise.copy(y, yo, t, d, n);
                Elementwise.accumulate(x, xo, t, d, n);
              },
              Double::sum,
              ROUNDED,
              0),
          new Map2(
              "axpy",
              (x, xo, y, yo, t, d, n) -> {
                Elementwise.copy(y, yo, t, d, n);
                Elementwise.axpy(0.7f, x, xo, t, d, n);
              },
              (x, y) -> (double) 0.7f * x + y,
              ROUNDED,
              0),
          new Map2(
              "mulAdd",
              (x, xo, y, yo, t, d, n) -> {
                Elementwise.fill(t, d, 0.25f, n);
                Elementwise.mulAdd(x, xo, y, yo, t, d, n);
              },
              (x, y) -> x * y + 0.25,
              ROUNDED,
              0),
          new Map2("minimum", Pointwise::minimum, Math::min, 0, 0),
          new Map2("maximum", Pointwise::maximum, Math::max, 0, 0),
          new Map2(
              "zip",
              (a, ao, b, bo, t, d, n) -> Pointwise.zip((x, y) -> x - y, a, ao, b, bo, t, d, n),
              (x, y) -> x - y,
              ROUNDED,
              0),
          new Map2(
              "clampGrad",
              (x, xo, g, go, t, d, n) -> Pointwise.clampGrad(x, xo, g, go, -0.5f, 0.75f, t, d, n),
              (x, g) -> x >= -0.5 && x <= 0.75 ? g : 0,
              0,
              0),
          new Map2(
              "leakyReluGrad",
              (x, xo, g, go, t, d, n) -> Pointwise.leakyReluGrad(x, xo, g, go, 0.25f, t, d, n),
              (x, g) -> x > 0 ? g : 0.25 * g,
              ROUNDED,
              0),
          new Map2("reluGrad", VectorMath::reluGrad, (y, g) -> y <= 0 ? 0 : g, 0, 0),
          // Three roundings of half an ulp, each at most doubled by a product's own position.
          new Map2("sigmoidGrad", VectorMath::sigmoidGrad, (y, g) -> g * y * (1 - y), 3, 0),
          new Map2("tanhGrad", VectorMath::tanhGrad, (y, g) -> g * (1 - y * y), 1.5, 0),
          new Map2(
              "geluGrad",
              VectorMath::geluGrad,
              (x, g) -> g * Reference.geluSlope(x),
              ROUNDED,
              2e-7));

  private Kernels() {}
}
