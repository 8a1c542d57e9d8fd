package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.CHUNK;
import static dev.lanewise.kernel.Simd.F;
import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.ORDER;
import static jdk.incubator.vector.VectorOperators.LT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;

/**
 * Optimizer steps as PyTorch defines them, each one sweep over the parameter and its state.
 *
 * <p>Coefficients are computed in double precision and rounded once.
 */
public final class Update {
  private static final Sweep.Kernel ADAM = Update::adamOf;

  private Update() {}

  /**
   * Stochastic gradient descent: {@code g += weightDecay * p}, {@code buf = momentum * buf + g},
   * and then {@code p -= lr * buf}, or {@code p -= lr * (g + momentum * buf)} where {@code
   * nesterov}.
   *
   * @param g the gradient, which stays as it is
   * @param buf the momentum, or null for plain descent, {@code p -= lr * g}
   * @param first whether this is the first step, which sets {@code buf = g} whatever it holds
   */
  public static void sgd(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      @Nullable MemorySegment buf,
      long bo,
      long n,
      double lr,
      double momentum,
      double weightDecay,
      boolean nesterov,
      boolean first) {
    Simd.check(p, po, n);
    Simd.check(g, go, n);
    float step = (float) lr;
    float decay = (float) weightDecay;
    if (buf == null) {
      for (long i = 0; i < n; i += CHUNK) {
        int count = (int) Math.min(CHUNK, n - i);
        sgdLoop(p, (po + i) << 2, g, (go + i) << 2, step, decay, count);
      }
      return;
    }
    if (first) {
      Elementwise.fill(buf, bo, 0, n);
    } else {
      Simd.check(buf, bo, n);
    }
    float keep = (float) momentum;
    float ofGradient = nesterov ? 1 : 0;
    float ofMomentum = nesterov ? keep : 1;
    for (long i = 0; i < n; i += CHUNK) {
      momentumOf(
          p,
          (po + i) << 2,
          g,
          (go + i) << 2,
          buf,
          (bo + i) << 2,
          step,
          decay,
          keep,
          ofGradient,
          ofMomentum,
          (int) Math.min(CHUNK, n - i));
    }
  }

  private static void sgdLoop(
      MemorySegment p, long po, MemorySegment g, long go, float step, float decay, int n) {
    p = NATIVE.cast(p);
    g = NATIVE.cast(g);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, p, po + at, ORDER);
      FloatVector w =
          x.fma(
              FloatVector.broadcast(F, decay), FloatVector.fromMemorySegment(F, g, go + at, ORDER));
      w.fma(FloatVector.broadcast(F, -step), x).intoMemorySegment(p, po + at, ORDER);
    }
    if (i < n) {
      long at = (long) i << 2;
      VectorMask<Float> m = F.indexInRange(i, n);
      FloatVector x = FloatVector.fromMemorySegment(F, p, po + at, ORDER, m);
      FloatVector w =
          x.fma(
              FloatVector.broadcast(F, decay),
              FloatVector.fromMemorySegment(F, g, go + at, ORDER, m));
      w.fma(FloatVector.broadcast(F, -step), x).intoMemorySegment(p, po + at, ORDER, m);
    }
  }

  private static void momentumOf(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment buf,
      long bo,
      float step,
      float decay,
      float keep,
      float ofGradient,
      float ofMomentum,
      int n) {
    int whole = n & -LANES;
    momentumLoop(p, po, g, go, buf, bo, step, decay, keep, ofGradient, ofMomentum, whole);
    if (whole < n) {
      long at = (long) whole << 2;
      momentumTail(
          p,
          po + at,
          g,
          go + at,
          buf,
          bo + at,
          step,
          decay,
          keep,
          ofGradient,
          ofMomentum,
          n - whole);
    }
  }

  private static void momentumLoop(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment buf,
      long bo,
      float step,
      float decay,
      float keep,
      float ofGradient,
      float ofMomentum,
      int n) {
    p = NATIVE.cast(p);
    g = NATIVE.cast(g);
    buf = NATIVE.cast(buf);
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, p, po + at, ORDER);
      FloatVector w =
          x.fma(
              FloatVector.broadcast(F, decay), FloatVector.fromMemorySegment(F, g, go + at, ORDER));
      FloatVector b =
          FloatVector.fromMemorySegment(F, buf, bo + at, ORDER)
              .fma(FloatVector.broadcast(F, keep), w);
      b.intoMemorySegment(buf, bo + at, ORDER);
      w = b.fma(FloatVector.broadcast(F, ofMomentum), w.mul(ofGradient));
      w.fma(FloatVector.broadcast(F, -step), x).intoMemorySegment(p, po + at, ORDER);
    }
  }

  private static void momentumTail(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment buf,
      long bo,
      float step,
      float decay,
      float keep,
      float ofGradient,
      float ofMomentum,
      int n) {
    p = NATIVE.cast(p);
    g = NATIVE.cast(g);
    buf = NATIVE.cast(buf);
    VectorMask<Float> m = F.indexInRange(0, n);

    FloatVector x = FloatVector.fromMemorySegment(F, p, po, ORDER, m);
    FloatVector w =
        x.fma(FloatVector.broadcast(F, decay), FloatVector.fromMemorySegment(F, g, go, ORDER, m));
    FloatVector b =
        FloatVector.fromMemorySegment(F, buf, bo, ORDER, m).fma(FloatVector.broadcast(F, keep), w);
    b.intoMemorySegment(buf, bo, ORDER, m);
    w = b.fma(FloatVector.broadcast(F, ofMomentum), w.mul(ofGradient));
    w.fma(FloatVector.broadcast(F, -step), x).intoMemorySegment(p, po, ORDER, m);
  }

  /**
   * Adam, or AdamW where {@code decoupledDecay}: {@code g += weightDecay * p}, or {@code p *= 1 -
   * lr * weightDecay}; {@code m += (1 - beta1) * (g - m)}; {@code v = beta2 * v + (1 - beta2) * g *
   * g}; {@code p -= lr / biasCorrection1 * m / (sqrt(v) / sqrt(biasCorrection2) + eps)}.
   *
   * <p>A moment too small for a normal float becomes zero. Where the gradient is zero for good, as
   * behind a unit that no longer fires, it would decay to a denormal float and stay one, and those
   * take a processor several times as long.
   *
   * @param g the gradient, which stays as it is
   * @param m the first moment
   * @param v the second moment
   * @param biasCorrection1 {@code 1 - beta1^t} at step t, counted from one
   * @param biasCorrection2 {@code 1 - beta2^t}
   */
  public static void adam(
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
      double biasCorrection1,
      double biasCorrection2) {
    moments(
        p,
        po,
        g,
        go,
        m,
        mo,
        v,
        vo,
        n,
        lr / biasCorrection1,
        decoupledDecay ? 1 - lr * weightDecay : 1,
        decoupledDecay ? 0 : weightDecay,
        beta1,
        beta2,
        1 / Math.sqrt(biasCorrection2),
        eps);
  }

  /**
   * RAdam: {@link #adam} with the step {@code p -= lr / biasCorrection1 * m * rectification *
   * sqrt(biasCorrection2) / (sqrt(v) + eps)}, or {@code p -= lr / biasCorrection1 * m} where {@code
   * rectification} is zero because too few steps have shown the variance of the second moment.
   */
  public static void radam(
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
      double biasCorrection1,
      double biasCorrection2,
      double rectification) {
    boolean rectified = rectification != 0;
    double step = lr / biasCorrection1;
    moments(
        p,
        po,
        g,
        go,
        m,
        mo,
        v,
        vo,
        n,
        rectified ? step * rectification * Math.sqrt(biasCorrection2) : step,
        decoupledDecay ? 1 - lr * weightDecay : 1,
        decoupledDecay ? 0 : weightDecay,
        beta1,
        beta2,
        rectified ? 1 : 0,
        rectified ? eps : 1);
  }

  /**
   * Both of the above: {@code g += l2 * p}; the moments as in {@link #adam}; {@code p = keep * p -
   * step * m / (sqrt(v) * rootScale + eps)}.
   */
  private static void moments(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment m,
      long mo,
      MemorySegment v,
      long vo,
      long n,
      double step,
      double keep,
      double l2,
      double beta1,
      double beta2,
      double rootScale,
      double eps) {
    Simd.check(p, po, n);
    Simd.check(g, go, n);
    Simd.check(m, mo, n);
    Simd.check(v, vo, n);
    float rest1 = (float) (1 - beta1);
    float rest2 = (float) (1 - beta2);
    if (Sweep.single(n)) {
      adamOf(
          p,
          po << 2,
          g,
          go << 2,
          m,
          mo << 2,
          v,
          vo << 2,
          (float) step,
          (float) keep,
          (float) l2,
          rest1,
          (float) beta2,
          rest2,
          (float) rootScale,
          (float) eps,
          (int) n);
      return;
    }
    Sweep sweep = Sweep.take(p, po, g, go, m, mo);
    sweep.d = v;
    sweep.dAt = vo << 2;
    float[] c = sweep.coefficients;
    c[0] = (float) step;
    c[1] = (float) keep;
    c[2] = (float) l2;
    c[3] = rest1;
    c[4] = (float) beta2;
    c[5] = rest2;
    c[6] = (float) rootScale;
    c[7] = (float) eps;
    sweep.run(ADAM, n);
  }

  private static void adamOf(Sweep s, long at, int n) {
    float[] c = s.coefficients;
    adamOf(
        s.a,
        s.aAt + at,
        s.b,
        s.bAt + at,
        s.c,
        s.cAt + at,
        s.d,
        s.dAt + at,
        c[0],
        c[1],
        c[2],
        c[3],
        c[4],
        c[5],
        c[6],
        c[7],
        n);
  }

  private static void adamOf(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment first,
      long fo,
      MemorySegment second,
      long so,
      float step,
      float keep,
      float l2,
      float rest1,
      float beta2,
      float rest2,
      float rootScale,
      float eps,
      int n) {
    int whole = n & -LANES;
    adamLoop(
        p, po, g, go, first, fo, second, so, step, keep, l2, rest1, beta2, rest2, rootScale, eps,
        whole);
    if (whole < n) {
      long at = (long) whole << 2;
      adamTail(
          p, po + at, g, go + at, first, fo + at, second, so + at, step, keep, l2, rest1, beta2,
          rest2, rootScale, eps, n - whole);
    }
  }

  private static void adamLoop(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment first,
      long fo,
      MemorySegment second,
      long so,
      float step,
      float keep,
      float l2,
      float rest1,
      float beta2,
      float rest2,
      float rootScale,
      float eps,
      int n) {
    p = NATIVE.cast(p);
    g = NATIVE.cast(g);
    first = NATIVE.cast(first);
    second = NATIVE.cast(second);
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
      x = mean.div(root).fma(FloatVector.broadcast(F, -step), x.mul(keep));
      mean.intoMemorySegment(first, fo + at, ORDER);
      v.intoMemorySegment(second, so + at, ORDER);
      x.intoMemorySegment(p, po + at, ORDER);
    }
  }

  private static void adamTail(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment first,
      long fo,
      MemorySegment second,
      long so,
      float step,
      float keep,
      float l2,
      float rest1,
      float beta2,
      float rest2,
      float rootScale,
      float eps,
      int n) {
    p = NATIVE.cast(p);
    g = NATIVE.cast(g);
    first = NATIVE.cast(first);
    second = NATIVE.cast(second);
    VectorMask<Float> m = F.indexInRange(0, n);

    FloatVector x = FloatVector.fromMemorySegment(F, p, po, ORDER, m);
    FloatVector w =
        x.fma(FloatVector.broadcast(F, l2), FloatVector.fromMemorySegment(F, g, go, ORDER, m));
    FloatVector mean = FloatVector.fromMemorySegment(F, first, fo, ORDER, m);
    FloatVector v = FloatVector.fromMemorySegment(F, second, so, ORDER, m);
    mean = w.sub(mean).fma(FloatVector.broadcast(F, rest1), mean);
    v = w.mul(w).fma(FloatVector.broadcast(F, rest2), v.mul(beta2));
    mean = mean.blend(0f, mean.abs().compare(LT, Float.MIN_NORMAL));
    v = v.blend(0f, v.compare(LT, Float.MIN_NORMAL));
    FloatVector root =
        v.sqrt().fma(FloatVector.broadcast(F, rootScale), FloatVector.broadcast(F, eps));
    x = mean.div(root).fma(FloatVector.broadcast(F, -step), x.mul(keep));
    mean.intoMemorySegment(first, fo, ORDER, m);
    v.intoMemorySegment(second, so, ORDER, m);
    x.intoMemorySegment(p, po, ORDER, m);
  }
}
