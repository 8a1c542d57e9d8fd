package dev.lanewise.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.special.Erf;
import org.bytedeco.mkl.global.mkl_rt;
import org.junit.jupiter.api.Test;

/**
 * The largest errors of the functions, in ulps of the exact result, of Lanewise, MKL and oneDNN
 * over the same floats, spread evenly over all bit patterns of a range. Printed as a table:
 *
 * <pre>
 * mvn -q test -Ppeers -pl bench -am -Dtest=AccuracyTest -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
class AccuracyTest {
  /** From one bit pattern to the next one tried: a prime, so that no low bit is favoured. */
  private static final int STEP = 1009;

  /** The bounds are those that {@link dev.lanewise.kernel.VectorMath} states. */
  @Test
  void lanewiseKeepsItsBounds_besideThePeers() {
    assertThat(errors("exp", 87, StrictMath::exp)).isLessThanOrEqualTo(1);
    assertThat(errors("sigmoid", 87, AccuracyTest::sigmoid)).isLessThanOrEqualTo(2.5);
    assertThat(errors("tanh", 20, StrictMath::tanh)).isLessThanOrEqualTo(2.5);
    assertThat(errors("gelu", 12, AccuracyTest::gelu)).isLessThanOrEqualTo(7);
  }

  /** Prints a line per library, and returns the largest error of Lanewise. */
  private static double errors(String function, float bound, DoubleUnaryOperator exact) {
    int patterns = Float.floatToIntBits(bound) / STEP;
    NativeFloats src = floats(2 * patterns);
    NativeFloats dst = floats(2 * patterns);
    double[] expected = new double[src.size()];
    for (int i = 0; i < src.size(); i++) {
      float x = Float.intBitsToFloat(i / 2 * STEP);
      src.buffer().put(i, i % 2 == 0 ? x : -x);
      expected[i] = exact.applyAsDouble(src.buffer().get(i));
    }
    Map<String, Runnable> libraries = new LinkedHashMap<>();
    libraries.put("Lanewise", Functions.lanewise(function, src, dst));
    if (function.equals("exp") || function.equals("tanh")) {
      libraries.put("VML_HA", Vml.of(function, mkl_rt.VML_HA, src, dst));
      libraries.put("VML_LA", Vml.of(function, mkl_rt.VML_LA, src, dst));
    }
    libraries.put("oneDNN", OneDnn.of(function, src, dst));
    double lanewise = Double.NaN;
    for (Map.Entry<String, Runnable> library : libraries.entrySet()) {
      library.getValue().run();
      double worst = 0;
      int at = 0;
      for (int i = 0; i < expected.length; i++) {
        float got = dst.buffer().get(i);
        double error = Math.abs(got - expected[i]) / Math.ulp((float) expected[i]);
        if (!(error <= worst)) {
          worst = error;
          at = i;
        }
      }
      System.out.printf(
          "%-8s %-9s %10.3g ulp at %s%n", function, library.getKey(), worst, src.buffer().get(at));
      if (library.getKey().equals("Lanewise")) {
        lanewise = worst;
      }
    }
    return lanewise;
  }

  private static NativeFloats floats(int n) {
    return NativeFloats.of(Arena.ofAuto().allocate((long) n * Float.BYTES, 64));
  }

  private static double sigmoid(double x) {
    double e = StrictMath.exp(-Math.abs(x));
    return (x > 0 ? 1 : e) / (1 + e);
  }

  private static double gelu(double x) {
    return x * 0.5 * Erf.erfc(-x * Math.sqrt(0.5));
  }
}
