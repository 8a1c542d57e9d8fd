package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Optimizer steps against the same definitions in double precision, over a dozen steps. */
class UpdateTest {
  private static final int STEPS = 12;

  /** A dozen steps round a few values below four a dozen times each. */
  private static final double ROOM = 3 * STEPS * Math.ulp(1f);

  @ParameterizedTest
  @CsvSource({
    "0, 0, false",
    "0, 0.1, false",
    "0.9, 0, false",
    "0.9, 0.1, false",
    "0.9, 0, true",
    "0.8, 0.1, true"
  })
  void sgd_againstDoubles(double momentum, double decay, boolean nesterov) {
    double lr = 0.05;
    for (int n : new int[] {0, 1, Simd.LANES - 1, Simd.LANES, 4 * Simd.LANES + 1, 211}) {
      float[] start = Floats.random(n, -1, 1, n);
      MemorySegment p = Floats.of(start);
      MemorySegment buf = Floats.empty(n);
      Elementwise.fill(buf, 0, Float.NaN, n);
      double[] exact = new double[n];
      double[] exactBuf = new double[n];
      for (int i = 0; i < n; i++) {
        exact[i] = start[i];
      }
      for (int t = 0; t < STEPS; t++) {
        float[] g = Floats.random(n, -1, 1, 1000L * t + n);
        boolean first = t == 0;
        MemorySegment state = momentum == 0 ? null : buf;
        Update.sgd(p, 0, Floats.of(g), 0, state, 0, n, lr, momentum, decay, nesterov, first);
        for (int i = 0; i < n; i++) {
          double w = g[i] + decay * exact[i];
          exactBuf[i] = first ? w : momentum * exactBuf[i] + w;
          double step = nesterov ? w + momentum * exactBuf[i] : exactBuf[i];
          exact[i] -= lr * (momentum == 0 ? w : step);
        }
      }
      close(p, exact, ROOM);
      if (momentum != 0) {
        close(buf, exactBuf, 10 * ROOM);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0, false", "0.1, false", "0.1, true", "0, true"})
  void adam_againstDoubles(double decay, boolean decoupled) {
    double lr = 0.05;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    for (int n : new int[] {0, 1, Simd.LANES - 1, Simd.LANES, 4 * Simd.LANES + 1, 211}) {
      float[] start = Floats.random(n, -1, 1, n);
      MemorySegment p = Floats.of(start);
      MemorySegment m = Floats.empty(n);
      MemorySegment v = Floats.empty(n);
      double[] exact = new double[n];
      double[] exactM = new double[n];
      double[] exactV = new double[n];
      for (int i = 0; i < n; i++) {
        exact[i] = start[i];
      }
      for (int t = 1; t <= STEPS; t++) {
        float[] g = Floats.random(n, -1, 1, 1000L * t + n);
        double bc1 = 1 - Math.pow(beta1, t);
        double bc2 = 1 - Math.pow(beta2, t);
        Update.adam(
            p,
            0,
            Floats.of(g),
            0,
            m,
            0,
            v,
            0,
            n,
            lr,
            beta1,
            beta2,
            eps,
            decay,
            decoupled,
            bc1,
            bc2);
        for (int i = 0; i < n; i++) {
          double w = g[i] + (decoupled ? 0 : decay * exact[i]);
          exact[i] *= decoupled ? 1 - lr * decay : 1;
          exactM[i] = beta1 * exactM[i] + (1 - beta1) * w;
          exactV[i] = beta2 * exactV[i] + (1 - beta2) * w * w;
          exact[i] -= lr / bc1 * exactM[i] / (Math.sqrt(exactV[i]) / Math.sqrt(bc2) + eps);
        }
      }
      close(p, exact, ROOM);
      close(m, exactM, ROOM);
      close(v, exactV, ROOM);
    }
  }

  /** The small part of a coefficient near one must not be lost to single precision. */
  @Test
  void adam_roundsCoefficientsOnce() {
    MemorySegment v = Floats.empty(1);
    Update.adam(
        Floats.empty(1),
        0,
        Floats.of(1),
        0,
        Floats.empty(1),
        0,
        v,
        0,
        1,
        0.1,
        0.9,
        0.999,
        1e-8,
        0,
        false,
        0.1,
        0.001);
    assertThat(Floats.get(v, 0)).isEqualTo((float) (1 - 0.999)).isNotEqualTo(1 - 0.999f);
  }

  /** Denormal floats are slow, and a moment that decays among them never gets to zero. */
  @Test
  void adam_momentsBelowTheNormalFloats_areZero() {
    int n = Simd.LANES + 1;
    for (float sign : new float[] {-1, 1}) {
      MemorySegment p = Floats.of(Floats.random(n, -1, 1, 1));
      MemorySegment before = Floats.of(Floats.random(n, -1, 1, 1));
      MemorySegment m = Floats.empty(n);
      MemorySegment v = Floats.empty(n);
      Elementwise.fill(m, 0, sign * Float.MIN_NORMAL, n);
      Elementwise.fill(v, 0, Float.MIN_NORMAL, n);
      Update.adam(p, 0, Floats.empty(n), 0, m, 0, v, 0, n, 0.1, 0.9, 0.9, 1e-8, 0, false, 0.1, 0.1);
      assertThat(p.mismatch(before)).isEqualTo(-1);
      for (int i = 0; i < n; i++) {
        assertThat(Floats.get(m, i)).isZero();
        assertThat(Floats.get(v, i)).isZero();
      }
      Elementwise.fill(m, 0, sign * 2 * Float.MIN_NORMAL, n);
      Update.adam(p, 0, Floats.empty(n), 0, m, 0, v, 0, n, 0.1, 0.9, 0.9, 1e-8, 0, false, 0.1, 0.1);
      for (int i = 0; i < n; i++) {
        assertThat(Math.abs(Floats.get(m, i))).isGreaterThan(1.7f * Float.MIN_NORMAL);
      }
    }
  }

  /** An element's step does not depend on its position: body and tail agree bit by bit. */
  @Test
  void bothDoNotDependOnPosition() {
    int n = 3 * Simd.LANES - 1;
    float[] start = Floats.random(n, -1, 1, 1);
    float[] g = Floats.random(n, -1, 1, 2);
    MemorySegment adam = Floats.of(start);
    MemorySegment sgd = Floats.of(start);
    adamOnce(adam, Floats.of(g), n);
    sgdOnce(sgd, Floats.of(g), n);
    for (int i = 0; i < n; i++) {
      MemorySegment one = Floats.of(start[i]);
      adamOnce(one, Floats.of(g[i]), 1);
      assertThat(Floats.get(adam, i)).isEqualTo(Floats.get(one, 0));
      one = Floats.of(start[i]);
      sgdOnce(one, Floats.of(g[i]), 1);
      assertThat(Floats.get(sgd, i)).isEqualTo(Floats.get(one, 0));
    }
  }

  @Test
  void bothRefuseWhatTheyMustNotTouch() {
    MemorySegment ten = Floats.empty(10);
    MemorySegment nine = Floats.empty(9);
    for (boolean first : new boolean[] {false, true}) {
      assertThatThrownBy(() -> Update.sgd(ten, 0, ten, 0, nine, 0, 10, 0.1, 0.9, 0, false, first))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThatThrownBy(() -> Update.sgd(nine, 0, ten, 0, null, 0, 10, 0.1, 0, 0, false, true))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Update.sgd(ten, 0, nine, 0, null, 0, 10, 0.1, 0, 0, false, true))
        .isInstanceOf(IndexOutOfBoundsException.class);
    for (int k = 0; k < 4; k++) {
      MemorySegment[] s = {ten, ten, ten, ten};
      s[k] = nine;
      assertThatThrownBy(() ->
              Update.adam(s[0], 0, s[1], 0, s[2], 0, s[3], 0, 10, 0.1, 0.9, 0.9, 0, 0, false, 1, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  private static void adamOnce(MemorySegment p, MemorySegment g, int n) {
    MemorySegment m = Floats.empty(n);
    MemorySegment v = Floats.empty(n);
    Update.adam(p, 0, g, 0, m, 0, v, 0, n, 0.01, 0.9, 0.999, 1e-8, 0.1, true, 1 - 0.9, 1 - 0.999);
  }

  private static void sgdOnce(MemorySegment p, MemorySegment g, int n) {
    Update.sgd(p, 0, g, 0, Floats.empty(n), 0, n, 0.01, 0.9, 0.1, true, false);
  }

  private static void close(MemorySegment got, double[] exact, double room) {
    for (int i = 0; i < exact.length; i++) {
      assertThat((double) Floats.get(got, i)).isCloseTo(exact[i], within(room));
    }
  }
}
