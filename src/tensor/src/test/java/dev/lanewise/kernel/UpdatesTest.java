package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.kernel.Updates.Rule;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every optimizer sweep in the catalogue. */
class UpdatesTest {
  /** RAdam's rectification begins within them. */
  private static final int STEPS = 12;

  /**
   * A dozen steps each round a few values; those below four by at most four times half an ulp of
   * one, greater ones in proportion.
   */
  private static final double ROOM = 3 * STEPS * Math.ulp(1f);

  static List<Rule> rules() {
    return Updates.ALL;
  }

  @AfterEach
  void defaultThreads() {
    Workers.setThreads(Runtime.getRuntime().availableProcessors());
  }

  @ParameterizedTest
  @MethodSource("rules")
  void againstDoubles(Rule rule) {
    int v = Simd.LANES;
    for (int n :
        new int[] {0, 1, v - 1, v, v + 1, 4 * v - 1, 4 * v, 4 * v + 1, 211, Sweep.GRAIN + v + 1}) {
      float[] start = Floats.random(n, -1, 1, n);
      MemorySegment p = Floats.of(start);
      MemorySegment[] s = rule.zeros(n);
      double[][] exact = new double[n][rule.states() + 1];
      for (int i = 0; i < n; i++) {
        exact[i][0] = start[i];
      }
      for (int t = 1; t <= STEPS; t++) {
        float[] g = Floats.random(n, -1, 1, 1000L * t + n);
        MemorySegment gradient = Floats.of(g);
        rule.step(p, gradient, s, n, t);
        assertThat(Floats.array(gradient)).isEqualTo(g);
        for (int i = 0; i < n; i++) {
          rule.exact().step(exact[i], g[i], t);
        }
      }
      for (int i = 0; i < n; i++) {
        close(Floats.get(p, i), exact[i][0], n, i);
        for (int k = 0; k < rule.states(); k++) {
          close(Floats.get(s[k], i), exact[i][k + 1], n, i);
        }
      }
    }
  }

  private static void close(double got, double exact, int n, int i) {
    double room = ROOM * Math.max(1, Math.abs(exact) / 4);
    assertThat(got).as("element %d of %d", i, n).isCloseTo(exact, within(room));
  }

  /** An element's step does not depend on its position: body and tail agree bit by bit. */
  @ParameterizedTest
  @MethodSource("rules")
  void doesNotDependOnPosition(Rule rule) {
    int n = 3 * Simd.LANES - 1;
    float[] start = Floats.random(n, -1, 1, 1);
    float[] g = Floats.random(n, -1, 1, 2);
    MemorySegment p = Floats.of(start);
    MemorySegment[] s = rule.zeros(n);
    rule.step(p, Floats.of(g), s, n, 1);
    for (int i = 0; i < n; i++) {
      MemorySegment one = Floats.of(start[i]);
      MemorySegment[] ones = rule.zeros(1);
      rule.step(one, Floats.of(g[i]), ones, 1, 1);
      assertThat(Floats.get(p, i)).isEqualTo(Floats.get(one, 0));
      for (int k = 0; k < rule.states(); k++) {
        assertThat(Floats.get(s[k], i)).isEqualTo(Floats.get(ones[k], 0));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void sameBitsOnAnyThreads(Rule rule) {
    for (int n :
        new int[] {
          Sweep.SHARED_FROM - 1,
          Sweep.SHARED_FROM + 1,
          5 * Sweep.SHARED_FROM / 2 + 3 * Sweep.GRAIN + 7
        }) {
      MemorySegment[] wanted = twoSteps(rule, 1, n);
      for (int threads : new int[] {2, 3, 8}) {
        MemorySegment[] got = twoSteps(rule, threads, n);
        for (int k = 0; k < got.length; k++) {
          assertThat(got[k].mismatch(wanted[k])).as("%d on %d", n, threads).isEqualTo(-1);
        }
      }
    }
  }

  /** The parameter and all states after two steps. */
  private static MemorySegment[] twoSteps(Rule rule, int threads, int n) {
    Workers.setThreads(threads);
    MemorySegment[] all = new MemorySegment[rule.states() + 1];
    all[0] = Floats.of(Floats.random(n, -1, 1, n));
    MemorySegment[] s = rule.zeros(n);
    System.arraycopy(s, 0, all, 1, s.length);
    for (int t = 1; t <= 2; t++) {
      rule.step(all[0], Floats.of(Floats.random(n, -1, 1, n + t)), s, n, t);
    }
    return all;
  }

  /** Denormal floats are slow, and a state that decays among them never gets to zero. */
  @ParameterizedTest
  @MethodSource("rules")
  void stateBelowTheNormalFloats_isZero(Rule rule) {
    int n = Simd.LANES + 1;
    MemorySegment[] s = rule.zeros(n);
    for (MemorySegment state : s) {
      Elementwise.fill(state, 0, Float.MIN_NORMAL, n);
    }
    rule.step(Floats.empty(n), Floats.empty(n), s, n, 1);
    for (MemorySegment state : s) {
      for (int i = 0; i < n; i++) {
        assertThat(Floats.get(state, i)).isIn(0f, Float.MIN_NORMAL);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void shortSegments_areRefused(Rule rule) {
    MemorySegment ten = Floats.empty(10);
    MemorySegment nine = Floats.empty(9);
    assertThatThrownBy(() -> rule.step(nine, ten, rule.zeros(10), 10, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> rule.step(ten, nine, rule.zeros(10), 10, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    for (int k = 0; k < rule.states(); k++) {
      MemorySegment[] s = rule.zeros(10);
      s[k] = nine;
      assertThatThrownBy(() -> rule.step(ten, ten, s, 10, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  /** A gradient that is not a number must show, not stand still. */
  @ParameterizedTest
  @MethodSource("rules")
  void notANumber_reachesTheParameter(Rule rule) {
    MemorySegment p = Floats.of(1, 1);
    rule.step(p, Floats.of(Float.NaN, 1), rule.zeros(2), 2, 1);
    assertThat(Floats.get(p, 0)).isNaN();
    assertThat(Floats.get(p, 1)).isFinite();
  }

  /** The variance of equal gradients is zero, which rounding must not make negative. */
  @Test
  void rmsProp_centeredOnEqualGradients_staysFinite() {
    int n = 1000;
    float[] g = Floats.random(n, 0.5, 1, 3);
    MemorySegment p = Floats.empty(n);
    MemorySegment v = Floats.empty(n);
    MemorySegment mean = Floats.empty(n);
    for (int t = 1; t <= 400; t++) {
      RootUpdate.rmsProp(p, 0, Floats.of(g), 0, v, 0, mean, 0, null, 0, n, 0.1, 0.5, 0.1, 0, 0);
    }
    assertThat(Floats.array(p)).doesNotContain(Float.NaN);
  }

  @Test
  void lion_signOfZero_isZero() {
    MemorySegment p = Floats.of(1, 1, 1, 1);
    MemorySegment g = Floats.of(0, -0f, Float.MIN_VALUE, -Float.MIN_VALUE);
    MomentUpdate.lion(p, 0, g, 0, Floats.empty(4), 0, 4, 0.25, 0, 0.9, 0);
    assertThat(Floats.array(p)).containsExactly(1, 1, 0.75f, 1.25f);
  }
}
