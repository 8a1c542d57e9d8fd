package dev.lanewise.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.memory.Scope;
import dev.lanewise.memory.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BinaryOperator;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Arrays and their views, against plain Java over the elements one by one. */
final class NDArrayTest {
  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void arithmetic_broadcasts(@ForAll Random random) {
    int[] out = dims(random, 4);
    NDArray a = drawn(random, narrowed(random, out));
    NDArray b = drawn(random, narrowed(random, out));
    check(a.add(b), a, b, (x, y) -> x + y);
    check(a.sub(b), a, b, (x, y) -> x - y);
    check(a.mul(b), a, b, (x, y) -> x * y);
    check(a.div(b), a, b, (x, y) -> x / y);
    check(a.mul(a), a, a, (x, y) -> x * y);
  }

  /** One operation is rounded once, in single precision as here. */
  private static void check(NDArray c, NDArray a, NDArray b, BinaryOperator<Float> f) {
    int[] as = a.shape().toArray();
    int[] bs = b.shape().toArray();
    int[] cs = a.shape().broadcast(b.shape(), "check").toArray();
    assertThat(c.shape()).isEqualTo(Shape.of(cs));
    assertThat(c.isContiguous()).isTrue();
    double[] x = Views.read(a);
    double[] y = Views.read(b);
    double[] expected = new double[Views.size(cs)];
    for (int i = 0; i < expected.length; i++) {
      int[] index = Views.index(i, cs);
      expected[i] =
          f.apply((float) x[Views.position(index, as)], (float) y[Views.position(index, bs)]);
    }
    assertThat(Views.read(c)).as("%s with %s", a.shape(), b.shape()).isEqualTo(expected);
  }

  @Example
  void add_rowAgainstMatrix() {
    NDArray matrix = NDArray.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    NDArray row = NDArray.of(new float[] {10, 20, 30});
    assertThat(matrix.add(row).toFloatArray()).containsExactly(11, 22, 33, 14, 25, 36);
    assertThat(row.sub(matrix).toFloatArray()).containsExactly(9, 18, 27, 6, 15, 24);
  }

  @Example
  void div_columnAgainstRow() {
    NDArray column = NDArray.of(new float[] {6, 12}, 2, 1);
    NDArray row = NDArray.of(new float[] {1, 2, 3});
    assertThat(column.div(row).toFloatArray()).containsExactly(6, 3, 2, 12, 6, 4);
  }

  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void sum_overAnyAxes(@ForAll Random random) {
    int[] dims = dims(random, 4);
    NDArray array = drawn(random, dims);
    boolean[] summed = new boolean[dims.length];
    List<Integer> axes = new ArrayList<>();
    for (int axis : Views.permutation(random, dims.length)) {
      if (random.nextBoolean()) {
        axes.add(random.nextBoolean() ? axis : axis - dims.length);
        summed[axis] = true;
      }
    }
    if (axes.isEmpty()) {
      Arrays.fill(summed, true);
    }
    boolean keepDims = random.nextBoolean();
    int[] kept = dims.clone();
    List<Integer> result = new ArrayList<>();
    for (int axis = 0; axis < dims.length; axis++) {
      kept[axis] = summed[axis] ? 1 : dims[axis];
      if (!summed[axis] || keepDims) {
        result.add(kept[axis]);
      }
    }
    NDArray sum = array.sum(ints(axes), keepDims);
    assertThat(sum.shape()).isEqualTo(Shape.of(ints(result)));
    checkSum(sum, array, kept);
  }

  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void sumTo_undoesABroadcast(@ForAll Random random) {
    int[] dims = dims(random, 4);
    int[] target = narrowed(random, dims);
    NDArray array = drawn(random, dims);
    NDArray sum = array.sumTo(Shape.of(target));
    assertThat(sum.shape()).isEqualTo(Shape.of(target));
    checkSum(sum, array, target);
  }

  /** n terms are added with at most n roundings of half an ulp of the sum of their magnitudes. */
  private static void checkSum(NDArray sum, NDArray array, int... target) {
    int[] dims = array.shape().toArray();
    double[] values = Views.read(array);
    double[] expected = new double[Views.size(target)];
    double[] magnitude = new double[expected.length];
    for (int i = 0; i < values.length; i++) {
      int position = Views.position(Views.index(i, dims), target);
      expected[position] += values[i];
      magnitude[position] += Math.abs(values[i]);
    }
    double[] computed = Views.read(sum);
    assertThat(computed).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(computed[i])
          .as("element %s of %s summed to %s", i, array.shape(), Arrays.toString(target))
          .isCloseTo(expected[i], within(0x1p-24 * values.length * magnitude[i]));
    }
  }

  @Example
  void sum_ofEverything() {
    NDArray array = NDArray.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    assertThat(array.sum()).isEqualTo(21);
    assertThat(array.transpose().slice(0, 1, 3).sum()).isEqualTo(2 + 3 + 5 + 6);
    assertThat(NDArray.zeros(Shape.of(3, 0)).sum()).isZero();
  }

  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void copyFrom_betweenAnyLayouts(@ForAll Random random) {
    int[] dims = dims(random, 4);
    NDArray source = drawn(random, dims);
    NDArray target;
    NDArray whole;
    if (random.nextBoolean()) {
      int[] axes = Views.permutation(random, dims.length);
      int[] before = new int[dims.length];
      for (int i = 0; i < dims.length; i++) {
        before[axes[i]] = dims[i];
      }
      whole = Views.contiguous(() -> 7, before);
      target = whole.permute(axes);
    } else {
      int[] longer = Arrays.stream(dims).map(dim -> dim + 2).toArray();
      whole = Views.contiguous(() -> 7, longer);
      target = whole;
      for (int axis = 0; axis < dims.length; axis++) {
        target = target.slice(axis, 1, 1 + dims[axis]);
      }
    }
    double outside = Arrays.stream(Views.read(whole)).sum() - 7 * target.size();
    double[] expected = Views.read(source);
    target.copyFrom(source);
    assertThat(Views.read(target)).isEqualTo(expected);
    assertThat(Views.read(source)).isEqualTo(expected);
    target.copyFrom(NDArray.zeros(Shape.of(dims)));
    assertThat(Arrays.stream(Views.read(whole)).sum()).as("the rest").isEqualTo(outside);
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void accumulate_betweenAnyLayouts(@ForAll Random random) {
    int[] dims = dims(random, 3);
    NDArray source = drawn(random, dims);
    NDArray target = Views.permuted(random, () -> random.nextInt(-8, 8), dims);
    double[] expected = Views.read(target);
    double[] added = Views.read(source);
    for (int i = 0; i < expected.length; i++) {
      expected[i] = (float) expected[i] + (float) added[i];
    }
    long version = target.storage().version();
    target.accumulate(source);
    assertThat(Views.read(target)).isEqualTo(expected);
    assertThat(target.storage().version()).isGreaterThan(version);
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void copies_haveTheElementsInOrder(@ForAll Random random) {
    NDArray view = drawn(random, dims(random, 4));
    double[] expected = Views.read(view);
    assertThat(Views.read(view.copy())).isEqualTo(expected);
    assertThat(Views.read(view.contiguous())).isEqualTo(expected);
    assertThat(view.contiguous().isContiguous()).isTrue();
    assertThat(view.copy().storage()).isNotSameAs(view.storage());
    assertThat(view.toFloatArray()).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) view.toFloatArray()[i]).isEqualTo(expected[i]);
    }
    NDArray flat = view.reshape(Shape.of(1, expected.length, 1, 1, 1));
    assertThat(Views.read(flat)).isEqualTo(expected);
    assertThat(flat.storage().equals(view.storage()))
        .as("a view where the layout allows it")
        .isEqualTo(view.isContiguous());
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void chainsOfViews_readTheRightElements(@ForAll Random random) {
    int[] dims = random.ints(3, 1, 5).toArray();
    NDArray array = drawn(random, dims);
    int[] axes = Views.permutation(random, 3);
    int axis = random.nextInt(3);
    int length = dims[axes[axis]];
    int from = random.nextInt(length);
    int to = from + random.nextInt(length - from + 1);
    NDArray view = array.permute(axes).slice(axis - 3, from, to);
    NDArray computed = view.affine(2, 1);
    int[] shape = view.shape().toArray();
    assertThat(shape[axis]).isEqualTo(to - from);
    for (int i = 0; i < Views.size(shape); i++) {
      int[] index = Views.index(i, shape);
      int[] original = new int[3];
      for (int j = 0; j < 3; j++) {
        original[axes[j]] = index[j] + (j == axis ? from : 0);
      }
      assertThat(view.get(index)).isEqualTo(array.get(original));
      assertThat(computed.get(index)).isEqualTo(Math.fma(2, array.get(original), 1));
    }
  }

  @Example
  void emptyLike_keepsStridesAndOwner() {
    NDArray columns = NDArray.persistent(Shape.of(3, 4)).transpose();
    try (Scope scope = Scope.open()) {
      NDArray like = NDArray.emptyLike(columns);
      assertThat(like.shape()).isEqualTo(Shape.of(4, 3));
      assertThat(like.layout().stride(0)).isEqualTo(1);
      assertThat(like.layout().stride(1)).isEqualTo(4);
      assertThat(like.storage().owner()).isNull();
      assertThat(NDArray.emptyLike(NDArray.zeros(Shape.of(2))).storage().owner()).isSameAs(scope);
      NDArray gaps = NDArray.emptyLike(columns.slice(1, 0, 2));
      assertThat(gaps.isContiguous() || gaps.layout().isDense()).isTrue();
      assertThat(gaps.shape()).isEqualTo(Shape.of(4, 2));
      NDArray moved = NDArray.emptyLike(columns.slice(1, 1, 3));
      moved.fill(1);
      assertThat(moved.sum()).isEqualTo(8);
    }
  }

  @Example
  void emptyLike_ofARepeatedView_holdsEachElement() {
    NDArray like = NDArray.emptyLike(NDArray.scalar(1).broadcastTo(Shape.of(2, 3)));
    like.set(5, 1, 2);
    like.set(4, 0, 0);
    assertThat(like.get(1, 2)).isEqualTo(5);
    assertThat(like.get(0, 0)).isEqualTo(4);
  }

  @Example
  void persistent_isZeroAndOutlivesScopes() {
    NDArray kept;
    try (Scope _ = Scope.open()) {
      kept = NDArray.persistent(Shape.of(2, 2));
    }
    assertThat(kept.toFloatArray()).containsOnly(0);
  }

  @Example
  void reshape_fillsInWhatIsLeft() {
    NDArray array = NDArray.zeros(Shape.of(4, 6));
    assertThat(array.reshape(3, -1).shape()).isEqualTo(Shape.of(3, 8));
    assertThat(array.reshape(-1).shape()).isEqualTo(Shape.of(24));
    assertThat(NDArray.zeros(Shape.of(0, 6)).reshape(-1, 2).shape()).isEqualTo(Shape.of(0, 2));
    assertThat(NDArray.scalar(1).reshape(1, -1, 1).shape()).isEqualTo(Shape.of(1, 1, 1));
  }

  @Example
  void errors_areSentences() {
    NDArray array = NDArray.zeros(Shape.of(2, 3));
    NDArray other = NDArray.zeros(Shape.of(3, 2));
    refused(() -> array.reshape(4, 2), "reshape: shape [2, 3] has 6 elements, [4, 2] has 8");
    refused(() -> array.reshape(-1, 4), "reshape: shape [2, 3] does not fit [-1, 4]");
    refused(() -> array.reshape(-1, 0), "reshape: shape [2, 3] does not fit [-1, 0]");
    refused(() -> array.reshape(-1, -1), "reshape: shape [2, 3] does not fit [-1, -1]");
    refused(() -> array.copyFrom(other), "copy: shapes [2, 3] and [3, 2] differ");
    refused(() -> array.accumulate(other), "accumulate: shapes [2, 3] and [3, 2] differ");
    refused(() -> array.slice(1, 2, 4), "slice: 2 to 4 is outside axis 1 of shape [2, 3]");
    refused(() -> array.slice(-1, 2, 1), "slice: 2 to 1 is outside axis -1 of shape [2, 3]");
    refused(
        () -> array.permute(0, 0), "permute: [0, 0] does not name each axis of shape [2, 3] once");
    refused(() -> array.permute(0), "permute: [0] does not name each axis of shape [2, 3] once");
    refused(
        () -> array.broadcastTo(Shape.of(3)), "broadcastTo: shape [2, 3] does not stretch to [3]");
    refused(() -> array.item(), "an array of shape [2, 3] is not one number");
    refused(() -> array.get(1), "an index of 1 numbers does not point into shape [2, 3]");
    refused(() -> NDArray.of(new float[5], 2, 3), "5 values do not fill shape [2, 3]");
    refused(
        () -> array.slice(1, 0, 2).fill(1),
        "fill: the elements of this view of shape [2, 2] have gaps between them");
    refused(
        () -> array.sum(new int[] {0, -2}, false), "sum: axis -2 of shape [2, 3] is named twice");
    refused(() -> array.transpose(0, 2), "there is no axis 2 in shape [2, 3]");
    refused(
        () -> array.add(other),
        "add: shapes [2, 3] and [3, 2] do not broadcast: 3 against 2 at axis -1");
    assertThatThrownBy(() -> array.get(2, 0))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("index [2, 0] is outside shape [2, 3]");
    assertThatThrownBy(() -> array.set(1, 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Example
  void writes_areCounted() {
    NDArray array = NDArray.zeros(Shape.of(2));
    array.set(1, 0);
    array.fill(2);
    array.copyFrom(NDArray.zeros(Shape.of(2)));
    array.slice(0, 0, 1).fill(3);
    assertThat(array.storage().version()).isEqualTo(4);
    assertThat(array.toFloatArray()).containsExactly(3, 0);
  }

  @Example
  void toString_showsFewElements() {
    assertThat(NDArray.of(new float[] {1, 2}, 2, 1)).hasToString("NDArray[2, 1] [1.0, 2.0]");
    assertThat(NDArray.zeros(Shape.of(100))).hasToString("NDArray[100]");
  }

  private static void refused(Runnable call, String sentence) {
    assertThatThrownBy(call::run).isInstanceOf(ShapeException.class).hasMessage(sentence);
  }

  private static NDArray drawn(Random random, int... dims) {
    return Views.draw(random, () -> random.nextFloat(-2, 2), dims);
  }

  private static int[] dims(Random random, int highest) {
    int[] dims = new int[random.nextInt(highest + 1)];
    int longest = dims.length > 2 ? 10 : 40;
    for (int axis = 0; axis < dims.length; axis++) {
      dims[axis] = random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(longest);
    }
    return dims;
  }

  private static int[] narrowed(Random random, int... dims) {
    int missing = random.nextInt(3) == 0 ? random.nextInt(dims.length + 1) : 0;
    int[] narrow = Arrays.copyOfRange(dims, missing, dims.length);
    for (int axis = 0; axis < narrow.length; axis++) {
      narrow[axis] = random.nextInt(3) == 0 ? 1 : narrow[axis];
    }
    return narrow;
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }

  @Example
  void over_memoryFromElsewhere_isShared() {
    MemorySegment memory = Arena.ofAuto().allocate(24, 4);
    NDArray array = NDArray.over(Storage.over(memory), Shape.of(2, 3));
    memory.setAtIndex(ValueLayout.JAVA_FLOAT, 5, 7);
    assertThat(array.get(1, 2)).isEqualTo(7);
    array.set(3, 0, 1);
    assertThat(memory.getAtIndex(ValueLayout.JAVA_FLOAT, 1)).isEqualTo(3);
  }
}
