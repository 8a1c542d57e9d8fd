package dev.lanewise.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class StridedCopyTest {
  /** Every kind of stride: a transpose, a row, a broadcast, a flip, any other. */
  @Property(tries = 600)
  void copy2d_asDefined(
      @ForAll @IntRange(max = 70) int rows,
      @ForAll @IntRange(max = 70) int cols,
      @ForAll @IntRange(max = 7) int kind,
      @ForAll @IntRange(max = 3) int pad) {
    int[][] strides = {
      {cols, 1},
      {cols + pad, 1},
      {1, rows},
      {1, rows + pad},
      {pad, 0},
      {0, 1},
      {-cols, -1},
      {3 * cols + pad, 3}
    };
    int rowStride = strides[kind][0];
    int colStride = strides[kind][1];
    int down = Math.max(0, rows - 1) * rowStride;
    int right = Math.max(0, cols - 1) * colStride;
    int offset = -Math.min(0, down) - Math.min(0, right);
    int size = offset + Math.max(0, down) + Math.max(0, right) + 1;
    float[] x = Floats.random(size, -1, 1, 5);
    MemorySegment dst = Floats.empty((long) rows * cols);
    Elementwise.copy2d(Floats.of(x), offset, rowStride, colStride, dst, 0, rows, cols);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++) {
        float wanted = x[offset + r * rowStride + c * colStride];
        if (Floats.get(dst, (long) r * cols + c) != wanted) {
          assertThat(Floats.get(dst, (long) r * cols + c)).as("%d, %d", r, c).isEqualTo(wanted);
        }
      }
    }
  }
}
