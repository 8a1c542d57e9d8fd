package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EpilogueTest {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final int[] ROWS = {0, 1, 2, 13, 130};
  private static final int[] COLS = {1, 3, 10, 16, 17, 40, 64, 191, 192};

  /** The same bits as a bias and an activation apart, and nothing between the rows touched. */
  @ParameterizedTest
  @EnumSource
  void apply_isBiasAndActivation(Activation act) {
    for (int rows : ROWS) {
      for (int cols : COLS) {
        for (int pad : new int[] {0, 3}) {
          for (boolean biased : new boolean[] {false, true}) {
            int stride = cols + pad;
            int n = Math.max(0, rows * stride - pad);
            float[] c = Floats.random(n, -4, 4, n);
            MemorySegment bias = Floats.of(Floats.random(cols + 1, -1, 1, cols));
            MemorySegment got = Floats.of(c);
            Epilogue.apply(act, got, 0, stride, rows, cols, biased ? bias : null, 1);
            MemorySegment wanted = Floats.of(c);
            for (int r = 0; r < rows; r++) {
              long row = (long) r * stride;
              if (biased) {
                Elementwise.accumulate(bias, 1, wanted, row, cols);
              }
              activate(act, wanted, row, cols);
            }
            assertThat(got.mismatch(wanted)).as("%s %d x %d", act, rows, cols).isEqualTo(-1);
          }
        }
      }
    }
  }

  /** What is no number stays so, infinities too; and no sum is a negative zero after ReLU. */
  @ParameterizedTest
  @EnumSource(names = {"IDENTITY", "RELU"})
  void apply_specialValues(Activation act) {
    float[] c = Floats.SPECIAL;
    for (float b : new float[] {0f, -0f, 1f, Float.NaN, Float.NEGATIVE_INFINITY}) {
      for (int cols : new int[] {c.length, 4 * Simd.LANES + c.length}) {
        MemorySegment x = Floats.empty(cols);
        MemorySegment bias = Floats.empty(cols);
        float[] wanted = new float[cols];
        for (int j = 0; j < cols; j++) {
          float sum = c[j % c.length] + b;
          wanted[j] = act == Activation.RELU && sum <= 0 ? 0 : sum;
          x.setAtIndex(FLOAT, j, c[j % c.length]);
          bias.setAtIndex(FLOAT, j, b);
        }
        Epilogue.apply(act, x, 0, cols, 1, cols, bias, 0);
        assertThat(Floats.array(x)).as("bias %s", b).isEqualTo(wanted);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GELU")
  void backward_isGradientAndColumnSums(Activation act) {
    for (int rows : ROWS) {
      for (int cols : COLS) {
        int n = rows * cols;
        MemorySegment y = Floats.of(Floats.random(n, -0.9, 0.9, n));
        float[] dy = Floats.random(n, -1, 1, n + 1);
        float[] before = Floats.random(cols, -1, 1, 5);
        MemorySegment dz = Floats.empty(n);
        MemorySegment db = Floats.of(before);
        Epilogue.backward(act, y, 0, Floats.of(dy), 0, dz, 0, rows, cols, db, 0, true);
        MemorySegment fresh = Floats.empty(cols);
        Elementwise.fill(fresh, 0, Float.NaN, cols);
        MemorySegment inPlace = Floats.of(dy);
        Epilogue.backward(act, y, 0, inPlace, 0, inPlace, 0, rows, cols, fresh, 0, false);
        assertThat(inPlace.mismatch(dz)).as("in place").isEqualTo(-1);
        MemorySegment alone = Floats.empty(n);
        Epilogue.backward(act, y, 0, Floats.of(dy), 0, alone, 0, rows, cols, null, 0, false);
        assertThat(alone.mismatch(dz)).as("without db").isEqualTo(-1);
        for (int c = 0; c < cols; c++) {
          double sum = 0;
          double size = 1;
          for (int r = 0; r < rows; r++) {
            int i = r * cols + c;
            double exact = dy[i] * slope(act, Floats.get(y, i));
            // Three roundings of values below two.
            close(Floats.get(dz, i), exact, 3 * Math.ulp(1f));
            sum += Floats.get(dz, i);
            size += Math.abs(Floats.get(dz, i));
          }
          // Half an ulp for each addition.
          close(Floats.get(fresh, c), sum, (rows + 1) * size * 0x1p-24);
          close(Floats.get(db, c), before[c] + sum, (rows + 1) * size * 0x1p-24);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void bothRefuseWhatTheyMustNotTouch(Activation act) {
    MemorySegment x = Floats.empty(12);
    assertThatThrownBy(() -> Epilogue.apply(act, x, 1, 4, 3, 4, null, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Epilogue.apply(act, x, 0, 4, 3, 4, Floats.empty(3), 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    if (!act.gradientFromOutput()) {
      assertThatThrownBy(() -> backward(act, x, x, x, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the gradient of GELU needs the input of the activation, not its output");
      return;
    }
    MemorySegment small = Floats.empty(11);
    assertThatThrownBy(() -> backward(act, small, x, x, null))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> backward(act, x, small, x, null))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> backward(act, x, x, small, null))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> backward(act, x, x, x, Floats.empty(3)))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static void backward(
      Activation act,
      MemorySegment y,
      MemorySegment dy,
      MemorySegment dz,
      @Nullable MemorySegment db) {
    Epilogue.backward(act, y, 0, dy, 0, dz, 0, 3, 4, db, 0, true);
  }

  private static void activate(Activation act, MemorySegment c, long at, long n) {
    switch (act) {
      case IDENTITY -> {}
      case RELU -> VectorMath.relu(c, at, c, at, n);
      case SIGMOID -> VectorMath.sigmoid(c, at, c, at, n);
      case TANH -> VectorMath.tanh(c, at, c, at, n);
      case GELU -> VectorMath.gelu(c, at, c, at, n);
    }
  }

  private static double slope(Activation act, double y) {
    return switch (act) {
      case IDENTITY -> 1;
      case RELU -> y > 0 ? 1 : 0;
      case SIGMOID -> y * (1 - y);
      case TANH -> 1 - y * y;
      case GELU -> Double.NaN;
    };
  }

  private static void close(float got, double exact, double room) {
    if (!(Math.abs(got - exact) <= room)) {
      assertThat((double) got).isCloseTo(exact, within(room));
    }
  }
}
