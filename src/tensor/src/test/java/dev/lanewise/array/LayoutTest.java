package dev.lanewise.array;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What layouts say of themselves, against the positions of their elements one by one. */
final class LayoutTest {
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void contiguousAndDense_agreeWithThePositions(@ForAll Random random) {
    int[] dims = random.ints(random.nextInt(5), 0, 4).toArray();
    NDArray view = Views.draw(random, random::nextDouble, dims);
    if (random.nextBoolean()) {
      view = view.permute(Views.permutation(random, dims.length));
    }
    int[] lengths = view.shape().toArray();
    int size = Views.size(lengths);
    Set<Long> positions = new HashSet<>();
    boolean inOrder = true;
    long first = size == 0 ? 0 : view.layout().position(new int[lengths.length]);
    long highest = first;
    for (int i = 0; i < size; i++) {
      long position = view.layout().position(Views.index(i, lengths));
      positions.add(position);
      highest = Math.max(highest, position);
      inOrder &= position == first + i;
    }
    boolean dense = positions.size() == size && highest - first + 1 == Math.max(size, 1);
    assertThat(view.layout().isContiguous()).as("contiguous %s", lengths).isEqualTo(inOrder);
    assertThat(view.layout().isDense()).as("dense %s", lengths).isEqualTo(dense);
  }

  @Example
  void rowMajor_lastAxisIsClosest() {
    Layout layout = NDArray.zeros(Shape.of(2, 3, 4)).layout();
    assertThat(new long[] {layout.stride(0), layout.stride(1), layout.stride(-1)})
        .containsExactly(12, 4, 1);
    assertThat(layout.offset()).isZero();
    assertThat(layout.shape()).isEqualTo(Shape.of(2, 3, 4));
  }

  @Example
  void views_moveStridesAndOffset() {
    NDArray array = NDArray.zeros(Shape.of(2, 3, 4));
    assertThat(strides(array.transpose(0, 2))).containsExactly(1, 4, 12);
    assertThat(strides(array.permute(1, -1, 0))).containsExactly(4, 1, 12);
    assertThat(strides(array.broadcastTo(Shape.of(5, 2, 3, 4)))).containsExactly(0, 12, 4, 1);
    assertThat(array.slice(0, 1, 2).slice(2, 3, 4).layout().offset()).isEqualTo(15);
  }

  @Example
  void emptySlice_atTheVeryEnd_pointsIntoItsMemory() {
    NDArray end = NDArray.zeros(Shape.of(2, 3)).slice(0, 2, 2).slice(1, 3, 3);
    assertThat(end.layout().offset()).isBetween(0L, 6L);
    assertThat(end.exp().toFloatArray()).isEmpty();
  }

  private static long[] strides(NDArray array) {
    long[] strides = new long[array.rank()];
    Arrays.setAll(strides, axis -> array.layout().stride(axis));
    return strides;
  }
}
