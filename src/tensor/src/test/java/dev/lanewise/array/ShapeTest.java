package dev.lanewise.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Shapes: sizes, axes and broadcasting. */
final class ShapeTest {
  @Example
  void scalar_hasOneElementAndNoAxes() {
    assertThat(Shape.of()).isSameAs(Shape.SCALAR);
    assertThat(Shape.SCALAR.rank()).isZero();
    assertThat(Shape.SCALAR.size()).isEqualTo(1);
    assertThat(Shape.SCALAR).hasToString("[]");
  }

  @Example
  void of_copiesTheLengths() {
    int[] dims = {2, 3};
    Shape shape = Shape.of(dims);
    dims[0] = 7;
    shape.toArray()[1] = 9;
    assertThat(shape).isEqualTo(Shape.of(2, 3)).hasSameHashCodeAs(Shape.of(2, 3));
    assertThat(shape).isNotEqualTo(Shape.of(3, 2)).isNotEqualTo(Shape.of(2, 3, 1));
  }

  @Example
  void size_zeroWhereverALengthIs() {
    assertThat(Shape.of(0).size()).isZero();
    assertThat(Shape.of(Integer.MAX_VALUE, Integer.MAX_VALUE, 0, Integer.MAX_VALUE).size())
        .isZero();
    assertThat(Shape.of(1 << 30, 1 << 30).size()).isEqualTo(1L << 60);
  }

  @Example
  void of_refusesBySentence() {
    assertThatThrownBy(() -> Shape.of(2, -1))
        .isInstanceOf(ShapeException.class)
        .hasMessage("a shape has no negative lengths: [2, -1]");
    assertThatThrownBy(() -> Shape.of(0, -1)).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> Shape.of(1 << 30, 1 << 30, 2))
        .isInstanceOf(ShapeException.class)
        .hasMessage("too many elements to address: [1073741824, 1073741824, 2]");
  }

  @Example
  void axis_countsFromBothEnds() {
    Shape shape = Shape.of(4, 5, 6);
    assertThat(shape.axis(-1)).isEqualTo(2);
    assertThat(shape.axis(0)).isZero();
    assertThat(shape.dim(-3)).isEqualTo(4);
    assertThat(shape.dim(2)).isEqualTo(6);
    assertThat(shape.with(-2, 0)).isEqualTo(Shape.of(4, 0, 6));
    for (int axis : new int[] {-4, 3, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> shape.dim(axis))
          .isInstanceOf(ShapeException.class)
          .hasMessage("there is no axis " + axis + " in shape [4, 5, 6]");
    }
    assertThatThrownBy(() -> Shape.SCALAR.axis(0)).isInstanceOf(ShapeException.class);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void broadcast_isSymmetricAndAsNumPyDefinesIt(@ForAll Random random) {
    int[] a = random.ints(random.nextInt(4), 0, 4).toArray();
    int[] b = random.ints(random.nextInt(4), 0, 4).toArray();
    int[] expected = new int[Math.max(a.length, b.length)];
    boolean fits = true;
    for (int i = 1; i <= expected.length; i++) {
      int left = i > a.length ? 1 : a[a.length - i];
      int right = i > b.length ? 1 : b[b.length - i];
      fits &= left == right || left == 1 || right == 1;
      expected[expected.length - i] = left == 1 ? right : left;
    }
    Shape left = Shape.of(a);
    Shape right = Shape.of(b);
    if (fits) {
      assertThat(left.broadcast(right, "op")).isEqualTo(Shape.of(expected));
      assertThat(right.broadcast(left, "op")).isEqualTo(Shape.of(expected));
    } else {
      assertThatThrownBy(() -> left.broadcast(right, "op"))
          .isInstanceOf(ShapeException.class)
          .hasMessageStartingWith("op: shapes " + left + " and " + right + " do not broadcast: ");
    }
  }
}
