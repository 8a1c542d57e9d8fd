package dev.lanewise.kernel;

import static dev.lanewise.kernel.Simd.F;
import static dev.lanewise.kernel.Simd.LANES;
import static dev.lanewise.kernel.Simd.NATIVE;
import static dev.lanewise.kernel.Simd.ORDER;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.lanewise.memory.Scratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * Optimizer steps along the gradient over a root of its squares so far, as PyTorch defines them:
 * RMSprop, Adagrad and Adadelta. Each is one sweep over the parameter and its state.
 *
 * <p>Where a variant has arrays of its own it has a loop of its own: an access under a condition
 * inside a loop, to memory that is of several kinds from call to call, is code that C2 throws away
 * and compiles again without end.
 *
 * <p>Coefficients are computed in double precision and rounded once. A state too small for a normal
 * float becomes zero, for the reason given at {@link Update#adam}.
 */
public final class RootUpdate {
  private static final Sweep.Kernel ROOT = Sweep.ofWholeVectors(RootUpdate::rootSteps);
  private static final Sweep.Kernel ADADELTA = Sweep.ofWholeVectors(RootUpdate::adadeltaLoop);

  private RootUpdate() {}

  /**
   * RMSprop: {@code g += weightDecay * p}; {@code v = alpha * v + (1 - alpha) * g * g}; {@code step
   * = g / (sqrt(v) + eps)}; {@code p -= lr * step}.
   *
   * @param g the gradient, which stays as it is
   * @param v the running mean of the squares
   * @param mean the running mean of the gradients, {@code mean += (1 - alpha) * (g - mean)}, whose
   *     square is taken from v under the root, but not below zero; or null to leave that out
   * @param buf the momentum, {@code buf = momentum * buf + step}, which is then the step; or null
   */
  public static void rmsProp(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment v,
      long vo,
      @Nullable MemorySegment mean,
      long meanAt,
      @Nullable MemorySegment buf,
      long bufAt,
      long n,
      double lr,
      double alpha,
      double eps,
      double weightDecay,
      double momentum) {
    if (mean != null) {
      Simd.check(mean, meanAt, n);
    }
    if (buf != null) {
      Simd.check(buf, bufAt, n);
    }
    Sweep sweep = root(p, po, g, go, v, vo, n, lr, eps, weightDecay);
    if (mean != null) {
      sweep.d = mean;
      sweep.dAt = meanAt << 2;
    }
    if (buf != null) {
      sweep.e = buf;
      sweep.eAt = bufAt << 2;
    }
    float[] c = sweep.coefficients;
    c[3] = (float) alpha;
    c[4] = (float) (1 - alpha);
    c[5] = (float) momentum;
    sweep.run(ROOT, n);
  }

  /**
   * Adagrad: {@code g += weightDecay * p}; {@code sum += g * g}; {@code p -= lr * g / (sqrt(sum) +
   * eps)}.
   *
   * @param g the gradient, which stays as it is
   */
  public static void adagrad(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment sum,
      long so,
      long n,
      double lr,
      double eps,
      double weightDecay) {
    Sweep sweep = root(p, po, g, go, sum, so, n, lr, eps, weightDecay);
    float[] c = sweep.coefficients;
    c[3] = 1;
    c[4] = 1;
    sweep.run(ROOT, n);
  }

  private static Sweep root(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment v,
      long vo,
      long n,
      double lr,
      double eps,
      double weightDecay) {
    Simd.check(p, po, n);
    Simd.check(g, go, n);
    Simd.check(v, vo, n);
    Sweep sweep = Sweep.take(p, po, g, go, v, vo);
    float[] c = sweep.coefficients;
    c[0] = (float) -lr;
    c[1] = (float) weightDecay;
    c[2] = (float) eps;
    return sweep;
  }

  /** Computes the steps of some elements, which stay in L1, and takes them. */
  private static void rootSteps(Sweep s, long from, int n) {
    try (Scratch scratch = Scratch.borrow()) {
      MemorySegment steps = scratch.floats(0, Sweep.GRAIN);
      for (int i = 0; i < n; i += Sweep.GRAIN) {
        long at = from + ((long) i << 2);
        int count = Math.min(Sweep.GRAIN, n - i);
        if (s.d.byteSize() == 0) {
          plainSteps(s, at, steps, count);
        } else {
          centeredSteps(s, at, steps, count);
        }
        if (s.e.byteSize() != 0) {
          addMomentum(s, at, steps, count);
        }
        take(s, at, steps, count);
      }
    }
  }

  private static void plainSteps(Sweep s, long from, MemorySegment steps, int n) {
    MemorySegment p = NATIVE.cast(s.a);
    MemorySegment g = NATIVE.cast(s.b);
    MemorySegment squares = NATIVE.cast(s.c);
    steps = NATIVE.cast(steps);
    long po = s.aAt + from;
    long go = s.bAt + from;
    long so = s.cAt + from;
    float[] c = s.coefficients;
    float decay = c[1];
    float eps = c[2];
    float keep = c[3];
    float rest = c[4];
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector w =
          FloatVector.fromMemorySegment(F, p, po + at, ORDER)
              .fma(
                  FloatVector.broadcast(F, decay),
                  FloatVector.fromMemorySegment(F, g, go + at, ORDER));
      FloatVector v = FloatVector.fromMemorySegment(F, squares, so + at, ORDER);
      v = w.mul(w).fma(FloatVector.broadcast(F, rest), v.mul(keep));
      v = v.blend(0f, v.compare(LT, Float.MIN_NORMAL));
      v.intoMemorySegment(squares, so + at, ORDER);
      w.div(v.sqrt().add(eps)).intoMemorySegment(steps, at, ORDER);
    }
  }

  private static void centeredSteps(Sweep s, long from, MemorySegment steps, int n) {
    MemorySegment p = NATIVE.cast(s.a);
    MemorySegment g = NATIVE.cast(s.b);
    MemorySegment squares = NATIVE.cast(s.c);
    MemorySegment means = NATIVE.cast(s.d);
    steps = NATIVE.cast(steps);
    long po = s.aAt + from;
    long go = s.bAt + from;
    long so = s.cAt + from;
    long mo = s.dAt + from;
    float[] c = s.coefficients;
    float decay = c[1];
    float eps = c[2];
    float keep = c[3];
    float rest = c[4];
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector w =
          FloatVector.fromMemorySegment(F, p, po + at, ORDER)
              .fma(
                  FloatVector.broadcast(F, decay),
                  FloatVector.fromMemorySegment(F, g, go + at, ORDER));
      FloatVector v = FloatVector.fromMemorySegment(F, squares, so + at, ORDER);
      FloatVector mean = FloatVector.fromMemorySegment(F, means, mo + at, ORDER);
      v = w.mul(w).fma(FloatVector.broadcast(F, rest), v.mul(keep));
      v = v.blend(0f, v.compare(LT, Float.MIN_NORMAL));
      v.intoMemorySegment(squares, so + at, ORDER);
      mean = w.sub(mean).fma(FloatVector.broadcast(F, rest), mean);
      mean = mean.blend(0f, mean.abs().compare(LT, Float.MIN_NORMAL));
      mean.intoMemorySegment(means, mo + at, ORDER);
      v = mean.neg().fma(mean, v).max(0f);
      w.div(v.sqrt().add(eps)).intoMemorySegment(steps, at, ORDER);
    }
  }

  /** Adds each step to its momentum, which becomes the step. */
  private static void addMomentum(Sweep s, long from, MemorySegment steps, int n) {
    MemorySegment buf = NATIVE.cast(s.e);
    steps = NATIVE.cast(steps);
    long bo = s.eAt + from;
    float momentum = s.coefficients[5];
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector w =
          FloatVector.fromMemorySegment(F, buf, bo + at, ORDER)
              .fma(
                  FloatVector.broadcast(F, momentum),
                  FloatVector.fromMemorySegment(F, steps, at, ORDER));
      w = w.blend(0f, w.abs().compare(LT, Float.MIN_NORMAL));
      w.intoMemorySegment(buf, bo + at, ORDER);
      w.intoMemorySegment(steps, at, ORDER);
    }
  }

  /** Moves the parameter by the steps. */
  private static void take(Sweep s, long from, MemorySegment steps, int n) {
    MemorySegment p = NATIVE.cast(s.a);
    steps = NATIVE.cast(steps);
    long po = s.aAt + from;
    float step = s.coefficients[0];
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector.fromMemorySegment(F, steps, at, ORDER)
          .fma(FloatVector.broadcast(F, step), FloatVector.fromMemorySegment(F, p, po + at, ORDER))
          .intoMemorySegment(p, po + at, ORDER);
    }
  }

  /**
   * Adadelta: {@code g += weightDecay * p}; {@code v = rho * v + (1 - rho) * g * g}; {@code step =
   * sqrt(u + eps) / sqrt(v + eps) * g}; {@code u = rho * u + (1 - rho) * step * step}; {@code p -=
   * lr * step}.
   *
   * @param g the gradient, which stays as it is
   * @param v the running mean of the gradients' squares
   * @param u the running mean of the steps' squares
   */
  public static void adadelta(
      MemorySegment p,
      long po,
      MemorySegment g,
      long go,
      MemorySegment v,
      long vo,
      MemorySegment u,
      long uo,
      long n,
      double lr,
      double rho,
      double eps,
      double weightDecay) {
    Simd.check(u, uo, n);
    Sweep sweep = root(p, po, g, go, v, vo, n, lr, eps, weightDecay);
    sweep.d = u;
    sweep.dAt = uo << 2;
    float[] c = sweep.coefficients;
    c[3] = (float) rho;
    c[4] = (float) (1 - rho);
    sweep.run(ADADELTA, n);
  }

  private static void adadeltaLoop(Sweep s, long from, int n) {
    MemorySegment p = s.a;
    MemorySegment g = s.b;
    MemorySegment squares = s.c;
    MemorySegment steps = s.d;
    p = NATIVE.cast(p);
    g = NATIVE.cast(g);
    squares = NATIVE.cast(squares);
    steps = NATIVE.cast(steps);
    long po = s.aAt + from;
    long go = s.bAt + from;
    long vo = s.cAt + from;
    long uo = s.dAt + from;
    float[] c = s.coefficients;
    float step = c[0];
    float decay = c[1];
    float eps = c[2];
    float rho = c[3];
    float rest = c[4];
    for (int i = 0; i < n; i += LANES) {
      long at = (long) i << 2;
      FloatVector x = FloatVector.fromMemorySegment(F, p, po + at, ORDER);
      FloatVector w =
          x.fma(
              FloatVector.broadcast(F, decay), FloatVector.fromMemorySegment(F, g, go + at, ORDER));
      FloatVector v = FloatVector.fromMemorySegment(F, squares, vo + at, ORDER);
      FloatVector u = FloatVector.fromMemorySegment(F, steps, uo + at, ORDER);
      v = w.mul(w).fma(FloatVector.broadcast(F, rest), v.mul(rho));
      v = v.blend(0f, v.compare(LT, Float.MIN_NORMAL));
      w = u.add(eps).sqrt().div(v.add(eps).sqrt()).mul(w);
      u = w.mul(w).fma(FloatVector.broadcast(F, rest), u.mul(rho));
      u = u.blend(0f, u.compare(LT, Float.MIN_NORMAL));
      v.intoMemorySegment(squares, vo + at, ORDER);
      u.intoMemorySegment(steps, uo + at, ORDER);
      w.fma(FloatVector.broadcast(F, step), x).intoMemorySegment(p, po + at, ORDER);
    }
  }
}
