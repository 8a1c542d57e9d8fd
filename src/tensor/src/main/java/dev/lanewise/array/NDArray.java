package dev.lanewise.array;

import dev.lanewise.kernel.Elementwise;
import dev.lanewise.kernel.Pointwise;
import dev.lanewise.kernel.Reduction;
import dev.lanewise.kernel.VectorMath;
import dev.lanewise.kernel.VectorModule;
import dev.lanewise.memory.Scope;
import dev.lanewise.memory.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * An array of float32 values, off-heap, with a shape and a layout and no gradient.
 *
 * <p>New arrays belong to the scope that is open on the current thread or, where none is, to the
 * garbage collector. Views ({@link #transpose}, {@link #permute}, {@link #broadcastTo}, {@link
 * #slice} and, where the layout allows it, {@link #reshape}) share their storage with what they are
 * views of. Everything that computes returns a new, contiguous array.
 */
public final class NDArray {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int SHOWN = 12;

  static {
    VectorModule.require();
  }

  private final Storage storage;
  private final Layout layout;

  NDArray(Storage storage, Layout layout) {
    this.storage = storage;
    this.layout = layout;
  }

  // Making.

  /** Returns a new array whose elements are undefined: for a kernel to write. */
  public static NDArray empty(Shape shape) {
    return new NDArray(Recording.allocate(shape.size()), shape.rowMajor());
  }

  /** Returns an array over {@code storage}, row-major from its start. */
  public static NDArray over(Storage storage, Shape shape) {
    if (storage.size() < shape.size()) {
      throw new ShapeException(
          "a block of " + storage.size() + " floats has no room for shape " + shape);
    }
    return new NDArray(storage, shape.rowMajor());
  }

  /** Returns a new array of zeros. */
  public static NDArray zeros(Shape shape) {
    return full(shape, 0);
  }

  /** Returns a new array of {@code value}s. */
  public static NDArray full(Shape shape, float value) {
    NDArray array = empty(shape);
    Recording.launch(() -> Elementwise.fill(array.segment(), array.offset(), value, shape.size()));
    return array;
  }

  /** Returns a new array of zeros that outlives every scope: the garbage collector frees it. */
  public static NDArray persistent(Shape shape) {
    return new NDArray(Storage.persistent(shape.size()), shape.rowMajor());
  }

  /**
   * Returns a new array of {@code values} in row-major order; {@code dims} default to their number.
   *
   * @throws ShapeException if there are not as many values as the shape has elements
   */
  public static NDArray of(float[] values, int... dims) {
    Shape shape = dims.length == 0 ? Shape.of(values.length) : Shape.of(dims);
    if (shape.size() != values.length) {
      throw new ShapeException(values.length + " values do not fill shape " + shape);
    }
    NDArray array = new NDArray(Storage.allocate(shape.size()), shape.rowMajor());
    MemorySegment.copy(values, 0, array.segment(), FLOAT, 4 * array.offset(), values.length);
    return array;
  }

  /** Returns a new scalar. */
  public static NDArray scalar(float value) {
    return full(Shape.SCALAR, value);
  }

  /**
   * Returns a new array with the shape and strides of {@code like}, which must fill its memory
   * without a gap, that lives as long as {@code like}. Elements are undefined.
   */
  public static NDArray emptyLike(NDArray like) {
    Layout layout = like.layout;
    if (!layout.isDense()) {
      layout = layout.shape().rowMajor();
    } else if (layout.offset() != 0) {
      layout = layout.rebased();
    }
    long size = layout.shape().size();
    return new NDArray(Storage.beside(like.storage, size), layout);
  }

  // Looking.

  /** Returns the shape. */
  public Shape shape() {
    return layout.shape();
  }

  /** Returns the number of axes. */
  public int rank() {
    return layout.shape().rank();
  }

  /** Returns the number of elements. */
  public long size() {
    return layout.shape().size();
  }

  /** Returns how the elements lie in memory. */
  public Layout layout() {
    return layout;
  }

  /** Returns the block of memory behind this array and its views. */
  public Storage storage() {
    return storage;
  }

  /** Says whether the elements lie without a gap in row-major order. */
  public boolean isContiguous() {
    return layout.isContiguous();
  }

  /**
   * Returns the memory that holds the elements, the first at {@link #offset}. Who writes through it
   * calls {@link #touch} afterwards.
   *
   * @throws IllegalStateException if the scope that made this array has closed
   */
  public MemorySegment segment() {
    if (!storage.isAlive()) {
      Scope owner = storage.owner();
      if (owner == null || owner.isOpen()) {
        throw new Recording.NoMemoryYetException(shape());
      }
      throw new IllegalStateException(
          "a tensor of shape "
              + shape()
              + " was used after its scope closed (the scope was opened at "
              + owner.openedAt()
              + ")");
    }
    return storage.segment();
  }

  /** Returns where in {@link #segment} the first element lies, in floats. */
  public long offset() {
    return storage.offset() + layout.offset();
  }

  /**
   * Returns one element.
   *
   * @throws IndexOutOfBoundsException if there is none at {@code index}
   */
  public float get(int... index) {
    return segment().get(FLOAT, 4 * (storage.offset() + layout.position(index)));
  }

  /** Returns the only element of an array that has one. */
  public float item() {
    if (size() != 1) {
      throw new ShapeException("an array of shape " + shape() + " is not one number");
    }
    return segment().get(FLOAT, 4 * offset());
  }

  /** Returns the elements in row-major order. */
  public float[] toFloatArray() {
    if (size() > Integer.MAX_VALUE - 8) {
      throw new ShapeException("shape " + shape() + " has too many elements for a float[]");
    }
    float[] values = new float[(int) size()];
    NDArray dense = contiguous();
    MemorySegment.copy(dense.segment(), FLOAT, 4 * dense.offset(), values, 0, values.length);
    return values;
  }

  @Override
  public String toString() {
    String text = "NDArray" + shape();
    return size() <= SHOWN && storage.isAlive()
        ? text + " " + Arrays.toString(toFloatArray())
        : text;
  }

  // Writing in place.

  /** Writes one element. */
  public void set(float value, int... index) {
    segment().set(FLOAT, 4 * (storage.offset() + layout.position(index)), value);
    touch();
  }

  /**
   * Writes the elements of {@code source}, of the same shape, into this array.
   *
   * @throws ShapeException if the shapes differ
   */
  public void copyFrom(NDArray source) {
    requireSameShape("copy", source);
    Copies.copy(source, this);
    touch();
  }

  /** Writes {@code value} into every element; the array must fill its memory without a gap. */
  public void fill(float value) {
    requireDense("fill");
    Recording.launch(() -> Elementwise.fill(segment(), offset(), value, size()));
    touch();
  }

  /** Multiplies every element by {@code factor}; the array must fill its memory without a gap. */
  public void scale(float factor) {
    requireDense("scale");
    Recording.launch(() -> Elementwise.scale(segment(), offset(), factor, size()));
    touch();
  }

  /** Adds the elements of {@code source}, of the same shape, to this array. */
  public void accumulate(NDArray source) {
    requireSameShape("accumulate", source);
    if (layout.sameStrides(source.layout) && layout.isDense()) {
      Recording.launch(() ->
          Elementwise.accumulate(source.segment(), source.offset(), segment(), offset(), size()));
      touch();
    } else {
      copyFrom(add(source));
    }
  }

  /**
   * Says that the elements were written through {@link #segment}. Automatic differentiation refuses
   * to use a value that was written after it was recorded.
   */
  public void touch() {
    storage.touch();
  }

  // Views.

  /** Returns a view with two axes exchanged. */
  public NDArray transpose(int axis, int other) {
    int[] axes = new int[rank()];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i;
    }
    int a = shape().axis(axis);
    int b = shape().axis(other);
    axes[a] = b;
    axes[b] = a;
    return new NDArray(storage, layout.permute(axes));
  }

  /** Returns a view of a matrix, or of a stack of matrices, with its last two axes exchanged. */
  public NDArray transpose() {
    return transpose(-2, -1);
  }

  /** Returns a view whose axis {@code i} is this array's axis {@code axes[i]}. */
  public NDArray permute(int... axes) {
    return new NDArray(storage, layout.permute(shape().permutation(axes)));
  }

  /** Returns a view of {@code shape} in which lengths of 1 and missing leading axes repeat. */
  public NDArray broadcastTo(Shape shape) {
    if (shape.equals(shape())) {
      return this;
    }
    return new NDArray(storage, layout.broadcastTo(shape().stretch(shape, "broadcastTo")));
  }

  /** Returns a view of the elements {@code from} to {@code to - 1} along {@code axis}. */
  public NDArray slice(int axis, int from, int to) {
    return slice(axis, from, to, 1);
  }

  /**
   * Returns a view of every {@code step}-th element from {@code from} to {@code to - 1} along
   * {@code axis}.
   *
   * @throws ShapeException if they do not lie within the axis, or the step is not positive
   */
  public NDArray slice(int axis, int from, int to, int step) {
    int counted = shape().axis(axis);
    shape().slice(axis, from, to, step);
    return new NDArray(storage, layout.slice(counted, from, to, step));
  }

  /** Returns a copy in which the elements along {@code axes} come in the reverse order. */
  public NDArray flip(int... axes) {
    return new NDArray(storage, layout.flip(shape().flags("flip", axes))).copy();
  }

  /**
   * Returns the elements in row-major order under another shape: a view if this array is
   * contiguous, a copy if not. One length may be -1, for what is left.
   *
   * @throws ShapeException if the numbers of elements differ
   */
  public NDArray reshape(int... dims) {
    return reshape(resolve(dims));
  }

  /** Returns the elements in row-major order under another shape of equal size. */
  public NDArray reshape(Shape shape) {
    if (shape.equals(shape())) {
      return this;
    }
    Shape target = shape().reshape(shape);
    NDArray dense = contiguous();
    return new NDArray(dense.storage, dense.layout.reshape(target));
  }

  /** Returns {@code dims} as a shape of this array's size, with a -1 replaced by what is left. */
  public Shape resolve(int... dims) {
    int[] resolved = dims.clone();
    int open = -1;
    long known = 1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == -1 && open < 0) {
        open = i;
      } else {
        known *= Math.max(dims[i], 0);
      }
    }
    if (open >= 0) {
      if (known == 0 || size() % known != 0 || size() / known > Integer.MAX_VALUE) {
        throw new ShapeException(
            "reshape: shape " + shape() + " does not fit " + Arrays.toString(dims));
      }
      resolved[open] = (int) (size() / known);
    }
    return Shape.of(resolved);
  }

  /** Returns this array if it is contiguous, else a contiguous copy. */
  public NDArray contiguous() {
    return isContiguous() ? this : copy();
  }

  /** Returns a contiguous copy. */
  public NDArray copy() {
    NDArray copy = empty(shape());
    Copies.copy(this, copy);
    return copy;
  }

  // Computing.

  /** Returns the sum, element by element, with broadcasting. */
  public NDArray add(NDArray other) {
    return Broadcast.apply(Broadcast.Op.ADD, this, other);
  }

  /** Returns the difference, element by element, with broadcasting. */
  public NDArray sub(NDArray other) {
    return Broadcast.apply(Broadcast.Op.SUB, this, other);
  }

  /** Returns the product, element by element, with broadcasting. */
  public NDArray mul(NDArray other) {
    return Broadcast.apply(Broadcast.Op.MUL, this, other);
  }

  /** Returns the quotient, element by element, with broadcasting. */
  public NDArray div(NDArray other) {
    return Broadcast.apply(Broadcast.Op.DIV, this, other);
  }

  /** Returns {@code scale * x + shift}, rounded once. */
  public NDArray affine(float scale, float shift) {
    return map((s, so, d, o, n) -> Elementwise.affine(s, so, scale, shift, d, o, n));
  }

  /** Returns the elements squared. */
  public NDArray square() {
    return map(Elementwise::square);
  }

  /** Returns e to the power of each element. */
  public NDArray exp() {
    return map(VectorMath::exp);
  }

  /** Returns the natural logarithm of each element. */
  public NDArray log() {
    return map(VectorMath::log);
  }

  /** Returns a new array of a kernel's results over the elements of this one, in order. */
  public NDArray map(UnaryKernel kernel) {
    NDArray dense = contiguous();
    NDArray result = empty(shape());
    Recording.launch(() ->
        kernel.apply(dense.segment(), dense.offset(), result.segment(), result.offset(), size()));
    return result;
  }

  /** Returns a new array of a kernel's results over this array and {@code other}, of one shape. */
  public NDArray zip(NDArray other, BinaryKernel kernel) {
    requireSameShape("zip", other);
    NDArray a = contiguous();
    NDArray b = other.contiguous();
    NDArray result = empty(shape());
    Recording.launch(() ->
        kernel.apply(
            a.segment(),
            a.offset(),
            b.segment(),
            b.offset(),
            result.segment(),
            result.offset(),
            size()));
    return result;
  }

  /** Returns a new array of {@code f}'s values, called for each element. */
  public NDArray mapEach(Pointwise.Function1 f) {
    return map((s, so, d, o, n) -> Pointwise.map(f, s, so, d, o, n));
  }

  /**
   * Returns a new array of a kernel's results over this array and {@code other}, with broadcasting.
   *
   * @throws ShapeException naming both shapes and {@code operation} if they do not broadcast
   */
  public NDArray combine(NDArray other, String operation, BinaryKernel kernel) {
    Shape joint = shape().broadcast(other.shape(), operation);
    return broadcastTo(joint).zip(other.broadcastTo(joint), kernel);
  }

  /** Returns a new array of {@code f}'s values over both arrays, with broadcasting. */
  public NDArray combineEach(NDArray other, String operation, Pointwise.Function2 f) {
    return combine(
        other, operation, (a, ao, b, bo, d, o, n) -> Pointwise.zip(f, a, ao, b, bo, d, o, n));
  }

  /**
   * Returns the elements of {@code a} where this array is not 0, else those of {@code b}, all three
   * broadcast to one shape.
   */
  public NDArray select(NDArray a, NDArray b) {
    Shape joint = shape().broadcast(a.shape(), "where").broadcast(b.shape(), "where");
    NDArray condition = broadcastTo(joint).contiguous();
    NDArray first = a.broadcastTo(joint).contiguous();
    NDArray second = b.broadcastTo(joint).contiguous();
    NDArray result = empty(joint);
    Recording.launch(() ->
        Pointwise.select(
            condition.segment(),
            condition.offset(),
            first.segment(),
            first.offset(),
            second.segment(),
            second.offset(),
            result.segment(),
            result.offset(),
            joint.size()));
    return result;
  }

  /** Returns the sum of all elements. */
  public float sum() {
    NDArray dense = contiguous();
    return Reduction.sum(dense.segment(), dense.offset(), size());
  }

  /**
   * Returns the sums over {@code axes}, all where none is named; summed axes stay with length 1 if
   * {@code keepDims}.
   */
  public NDArray sum(int[] axes, boolean keepDims) {
    return Sums.over(this, axes, keepDims);
  }

  /**
   * Returns the index of the greatest element along {@code axis}: the first of equals, the first
   * NaN where there is one. The axis is gone from the shape.
   *
   * @throws ShapeException if the axis has no element
   */
  public Indices argmax(int axis) {
    Rows rows = Rows.of(shape(), "argmax", axis);
    if (rows.cols() == 0 && rows.rows() > 0) {
      throw new ShapeException("argmax: axis " + axis + " of shape " + shape() + " is empty");
    }
    NDArray matrix = rows.matrix(this);
    Indices indices = Indices.empty(rows.result(false));
    Reduction.argmaxRows(
        matrix.segment(),
        matrix.offset(),
        rows.rows(),
        rows.cols(),
        indices.segment(),
        indices.offset());
    return indices;
  }

  /** Returns the sums that undo a broadcast from {@code shape} to this array's shape. */
  public NDArray sumTo(Shape shape) {
    return Sums.to(this, shape);
  }

  /**
   * Returns the matrix product over the last two axes, the others broadcast.
   *
   * @throws ShapeException if the inner lengths differ
   */
  public NDArray matmul(NDArray other) {
    return Products.matmul(this, other);
  }

  /**
   * A kernel over {@code n} floats at {@code source} that writes {@code n} floats at {@code
   * target}.
   */
  @FunctionalInterface
  public interface UnaryKernel {
    /** Runs the kernel; offsets are in floats. */
    void apply(
        MemorySegment source, long sourceOffset, MemorySegment target, long targetOffset, long n);
  }

  /** A kernel over two runs of {@code n} floats that writes {@code n} floats. */
  @FunctionalInterface
  public interface BinaryKernel {
    /** Runs the kernel; offsets are in floats. */
    void apply(
        MemorySegment a,
        long aOffset,
        MemorySegment b,
        long bOffset,
        MemorySegment target,
        long targetOffset,
        long n);
  }

  private void requireDense(String operation) {
    if (!layout.isDense()) {
      throw new ShapeException(
          operation
              + ": the elements of this view of shape "
              + shape()
              + " have gaps between them");
    }
  }

  private void requireSameShape(String operation, NDArray other) {
    if (!shape().equals(other.shape())) {
      throw new ShapeException(
          operation + ": shapes " + shape() + " and " + other.shape() + " differ");
    }
  }
}
