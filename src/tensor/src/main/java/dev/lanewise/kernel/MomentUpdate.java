package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.F;
import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.ORDER;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Optimizer steps along a running mean of the gradients, beside {@link Update#adam}: AMSGrad, NAdam
 * and Lion. Each is one sweep over the parameter and its state.
 *
 * <p>Coefficients are computed in double precision and rounded once. A state too small for a normal
 * float becomes zero, for the reason given at {@link Update#adam}.
 */
public final class MomentUpdate {
  private static final Sweep.Kernel AMSGRAD = Sweep.ofWholeVectors(MomentUpdate::amsgradLoop);
  private static final Sweep.Kernel NADAM = Sweep.ofWholeVectors(MomentUpdate::nadamLoop);
  private static final Sweep.Kernel LION = Sweep.ofWholeVectors(MomentUpdate::lionLoop);

  private MomentUpdate() {}

  /**
   * Adam's step by the greatest second moment so far: {@link Update#adam} with {@code top =
   * max(top, v)} and {@code sqrt(top)} in the place of {@code sqrt(v)}.
   *
   * @param top the greatest second moment, zeros at first
   */
  public static void amsgrad(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment m,
      long mo,
      MemorySegment v,
      long vo,
      MemorySegment top,
      long to,
      long n,
      double lr,
      double beta1,
      double beta2,
      double eps,
      double weightDecay,
      boolean decoupledDecay,
      double biasCorrection1,
      double biasCorrection2) {
    Simd.check(top, to, n);
    Sweep sweep = moments(p, po, g, go, m, mo, v, vo, n);
    sweep.e = top;
    sweep.eAt = to << 2;
    float[] c = sweep.coefficients;
    setMoments(c, lr, beta1, beta2, eps, weightDecay, decoupledDecay, biasCorrection2);
    c[7] = (float) -(lr / biasCorrection1);
    sweep.run(AMSGRAD, n);
  }

  private static void amsgradLoop(Sweep s, long from, int n) {
    MemorySegment p = s.a;
    MemorySegment g = s.b;
    MemorySegment first = s.c;
    MemorySegment second = s.d;
    MemorySegment greatest = s.e;
    p = NATIVE.cast(p);
    g = NATIVE.cast(g);
    first = NATIVE.cast(first);
    second = NATIVE.cast(second);
    greatest = NATIVE.cast(greatest);
    long po = s.aAt + from;
    long go = s.bAt + from;
    long fo = s.cAt + from;
    long so = s.dAt + from;
    long to = s.eAt + from;
    float[] c = s.coefficients;
    float keep = c[0];
    float l2 = c[1];
    float rest1 = c[2];
    float beta2 = c[3];
    float rest2 = c[4];
    float rootScale = c[5];
    float eps = c[6];
    float step = c[7];
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, p, po + at, ORDER);
      FloatVector w =
          x.fma(FloatVector.broadcast(F, l2), FloatVector.fromMemorySegment(F, g, go + at, ORDER));
      FloatVector mean = FloatVector.fromMemorySegment(F, first, fo + at, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(F, second, so + at, ORDER);
      mean = w.sub(mean).fma(FloatVector.broadcast(F, rest1), mean);
      v = w.mul(w).fma(FloatVector.broadcast(F, rest2), v.mul(beta2));
      mean = mean.blend(0f, mean.abs().compare(LT, Float.MIN_NORMAL));
      v = v.blend(0f, v.compare(LT, Float.MIN_NORMAL));
      FloatVector top = FloatVector.fromMemorySegment(F, greatest, to + at, ORDER).max(v);
      FloatVector root =
          top.sqrt().fma(FloatVector.broadcast(F, rootScale), FloatVector.broadcast(F, eps));
      x = mean.div(root).fma(FloatVector.broadcast(F, step), x.mul(keep));
      mean.intoMemorySegment(first, fo + at, ORDER);
      v.intoMemorySegment(second, so + at, ORDER);
      top.intoMemorySegment(greatest, to + at, ORDER);
      x.intoMemorySegment(p, po + at, ORDER);
    }
  }

  /**
   * NAdam: the moments of {@link Update#adam}, and {@code p -= (gradientStep * g + meanStep * m) /
   * (sqrt(v) / sqrt(biasCorrection2) + eps)}.
   *
   * @param gradientStep {@code lr * (1 - mu_t) / (1 - mu_1 ... mu_t)}
   * @param meanStep {@code lr * mu_t+1 / (1 - mu_1 ... mu_t+1)}
   */
  public static void nadam(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment m,
      long mo,
      MemorySegment v,
      long vo,
      long n,
      double lr,
      double beta1,
      double beta2,
      double eps,
      double weightDecay,
      boolean decoupledDecay,
      double biasCorrection2,
      double gradientStep,
      double meanStep) {
    Sweep sweep = moments(p, po, g, go, m, mo, v, vo, n);
    float[] c = sweep.coefficients;
    setMoments(c, lr, beta1, beta2, eps, weightDecay, decoupledDecay, biasCorrection2);
    c[7] = (float) gradientStep;
    c[8] = (float) meanStep;
    sweep.run(NADAM, n);
  }

  private static void nadamLoop(Sweep s, long from, int n) {
    MemorySegment p = s.a;
    MemorySegment g = s.b;
    MemorySegment first = s.c;
    MemorySegment second = s.d;
    p = NATIVE.cast(p);
    g = NATIVE.cast(g);
    first = NATIVE.cast(first);
    second = NATIVE.cast(second);
    long po = s.aAt + from;
    long go = s.bAt + from;
    long fo = s.cAt + from;
    long so = s.dAt + from;
    float[] c = s.coefficients;
    float keep = c[0];
    float l2 = c[1];
    float rest1 = c[2];
    float beta2 = c[3];
    float rest2 = c[4];
    float rootScale = c[5];
    float eps = c[6];
    float gradientStep = c[7];
    float meanStep = c[8];
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, p, po + at, ORDER);
      FloatVector w =
          x.fma(FloatVector.broadcast(F, l2), FloatVector.fromMemorySegment(F, g, go + at, ORDER));
      FloatVector mean = FloatVector.fromMemorySegment(F, first, fo + at, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(F, second, so + at, ORDER);
      mean = w.sub(mean).fma(FloatVector.broadcast(F, rest1), mean);
      v = w.mul(w).fma(FloatVector.broadcast(F, rest2), v.mul(beta2));
      mean = mean.blend(0f, mean.abs().compare(LT, Float.MIN_NORMAL));
      v = v.blend(0f, v.compare(LT, Float.MIN_NORMAL));
      FloatVector root =
          v.sqrt().fma(FloatVector.broadcast(F, rootScale), FloatVector.broadcast(F, eps));
      w = mean.fma(FloatVector.broadcast(F, meanStep), w.mul(gradientStep));
      x = x.mul(keep).sub(w.div(root));
      mean.intoMemorySegment(first, fo + at, ORDER);
      v.intoMemorySegment(second, so + at, ORDER);
      x.intoMemorySegment(p, po + at, ORDER);
    }
  }

  /**
   * Lion: {@code p *= 1 - lr * weightDecay}; {@code p -= lr * sign(m + (1 - beta1) * (g - m))};
   * {@code m += (1 - beta2) * (g - m)}. The sign of zero is zero.
   *
   * @param g the gradient, which stays as it is
   * @param m the running mean
   */
  public static void lion(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment m,
      long mo,
      long n,
      double lr,
      double beta1,
      double beta2,
      double weightDecay) {
    Simd.check(p, po, n);
    Simd.check(g, go, n);
    Simd.check(m, mo, n);
    Sweep sweep = Sweep.take(p, po, g, go, m, mo);
    float[] c = sweep.coefficients;
    c[0] = (float) (1 - lr * weightDecay);
    c[1] = (float) -lr;
    c[2] = (float) (1 - beta1);
    c[3] = (float) (1 - beta2);
    sweep.run(LION, n);
  }

  private static void lionLoop(Sweep s, long from, int n) {
    MemorySegment p = s.a;
    MemorySegment g = s.b;
    MemorySegment mean = s.c;
    p = NATIVE.cast(p);
    g = NATIVE.cast(g);
    mean = NATIVE.cast(mean);
    long po = s.aAt + from;
    long go = s.bAt + from;
    long mo = s.cAt + from;
    float[] c = s.coefficients;
    float keep = c[0];
    float step = c[1];
    float rest1 = c[2];
    float rest2 = c[3];
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector m = FloatVector.fromMemorySegment(F, mean, mo + at, ORDER);
      FloatVector away = FloatVector.fromMemorySegment(F, g, go + at, ORDER).sub(m);
      FloatVector w = away.fma(FloatVector.broadcast(F, rest1), m);
      // A number over its magnitude is its sign, and NaN stays NaN.
      FloatVector sign = w.div(w.abs()).blend(0f, w.compare(EQ, 0f));
      m = away.fma(FloatVector.broadcast(F, rest2), m);
      m = m.blend(0f, m.abs().compare(LT, Float.MIN_NORMAL));
      FloatVector x = FloatVector.fromMemorySegment(F, p, po + at, ORDER);
      x = sign.fma(FloatVector.broadcast(F, step), x.mul(keep));
      m.intoMemorySegment(mean, mo + at, ORDER);
      x.intoMemorySegment(p, po + at, ORDER);
    }
  }

  /** Returns a sweep over a parameter, its gradient and both moments. */
  private static Sweep moments(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment m,
      long mo,
      MemorySegment v,
      long vo,
      long n) {
    Simd.check(p, po, n);
    Simd.check(g, go, n);
    Simd.check(m, mo, n);
    Simd.check(v, vo, n);
    Sweep sweep = Sweep.take(p, po, g, go, m, mo);
    sweep.d = v;
    sweep.dAt = vo << 2;
    return sweep;
  }

  private static void setMoments(
      float[] c,
      double lr,
      double beta1,
      double beta2,
      double eps,
      double weightDecay,
      boolean decoupledDecay,
      double biasCorrection2) {
    c[0] = decoupledDecay ? (float) (1 - lr * weightDecay) : 1;
    c[1] = decoupledDecay ? 0 : (float) weightDecay;
    c[2] = (float) (1 - beta1);
    c[3] = (float) beta2;
    c[4] = (float) (1 - beta2);
    c[5] = (float) (1 / Math.sqrt(biasCorrection2));
    c[6] = (float) eps;
  }
}
