package dev.lanewise.array;

import dev.lanewise.kernel.Activation;
import dev.lanewise.kernel.NarrowMatrix;
import dev.lanewise.kernel.PackedMatrix;
import dev.lanewise.kernel.Weights;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer prepared for inference: Y = act(X W' + b), its weights packed once for the kernel,
 * as they are or in fewer bits ({@link Weights}).
 *
 * <p>The weights are packed again by the first call after they were written in place, by an
 * optimizer or by their owner; a write through a raw segment must be told by {@code touch()}. Any
 * number of threads may call one layer, but not while its weights are being written. A layer by
 * {@link #copyOf} keeps the weights that it was made of.
 */
public final class PackedLinear {
  private final int in;
  private final int out;
  private final @Nullable NDArray weight;
  private final @Nullable NDArray bias;
  private final Activation activation;
  private final Weights form;
  private volatile Packed packed;

  /** The weights as they were at one version, in one of the two. */
  private record Packed(
      @Nullable PackedMatrix matrix, @Nullable NarrowMatrix narrow, long version) {
    static Packed of(NDArray weight, Weights form) {
      int in = weight.shape().at(1);
      int out = weight.shape().at(0);
      long inStride = weight.layout().strideAt(1);
      long outStride = weight.layout().strideAt(0);
      long version = weight.storage().version();
      if (form == Weights.FLOAT32) {
        PackedMatrix matrix = new PackedMatrix(in, out);
        matrix.pack(weight.segment(), weight.offset(), inStride, outStride);
        return new Packed(matrix, null, version);
      }
      NarrowMatrix narrow = new NarrowMatrix(in, out, form);
      narrow.pack(weight.segment(), weight.offset(), inStride, outStride);
      return new Packed(null, narrow, version);
    }
  }

  private PackedLinear(
      NDArray weight, boolean frozen, @Nullable NDArray bias, Activation activation, Weights form) {
    this.in = weight.shape().at(1);
    this.out = weight.shape().at(0);
    this.weight = frozen ? null : weight;
    this.bias = bias;
    this.activation = activation;
    this.form = form;
    this.packed = Packed.of(weight, form);
  }

  /**
   * Packs a layer, its weights as they are.
   *
   * @param weight W [out, in], of any strides
   * @param bias b [out], or null
   * @throws ShapeException if the weight is no matrix or the bias does not have its outputs
   */
  public static PackedLinear of(NDArray weight, @Nullable NDArray bias, Activation activation) {
    return of(weight, bias, activation, Weights.FLOAT32);
  }

  /**
   * Packs a layer; bias, sums and results are float32 whatever the weights are kept as.
   *
   * @param weight W [out, in], of any strides
   * @param bias b [out], or null
   * @throws ShapeException if the weight is no matrix or the bias does not have its outputs
   * @throws IllegalArgumentException if a weight that is to be kept as {@link Weights#INT8} is not
   *     finite, here or by the call that finds it written
   */
  public static PackedLinear of(
      NDArray weight, @Nullable NDArray bias, Activation activation, Weights form) {
    check(weight, bias);
    return new PackedLinear(
        weight, false, bias == null ? null : bias.contiguous(), activation, form);
  }

  /**
   * As {@link #of(NDArray, NDArray, Activation, Weights)}, of the weights and the bias as they are
   * now: what is written later is not seen.
   */
  public static PackedLinear copyOf(
      NDArray weight, @Nullable NDArray bias, Activation activation, Weights form) {
    check(weight, bias);
    NDArray copy = bias == null ? null : NDArray.persistent(bias.shape());
    if (copy != null && bias != null) {
      copy.copyFrom(bias);
    }
    return new PackedLinear(weight, true, copy, activation, form);
  }

  private static void check(NDArray weight, @Nullable NDArray bias) {
    Shape w = weight.shape();
    if (w.rank() != 2) {
      throw new ShapeException("linear: weight " + w + " is not [out, in]");
    }
    if (bias != null && (bias.rank() != 1 || bias.shape().at(0) != w.at(0))) {
      throw new ShapeException(
          "linear: bias "
              + bias.shape()
              + " does not have the weight's "
              + w
              + " number of outputs");
    }
  }

  /** Returns the number of inputs, a row of X. */
  public int in() {
    return in;
  }

  /** Returns the number of outputs, a row of Y. */
  public int out() {
    return out;
  }

  /** Returns the memory that the weights and the bias take, in bytes. */
  public long bytes() {
    return (long) in * out * form.bytes() + (bias == null ? 0 : (long) Float.BYTES * out);
  }

  /**
   * Computes {@code rows} rows of Y at {@code yo} from as many of X at {@code xo}, both contiguous;
   * offsets are in floats.
   *
   * @throws IndexOutOfBoundsException if the rows reach past their segment
   */
  // M x K * (N x K)' -> M x N
  public void apply(int rows, MemorySegment x, long xo, MemorySegment y, long yo) {
    Packed current = packed;
    if (weight != null && current.version != weight.storage().version()) {
      current = Packed.of(weight, form);
      packed = current;
    }
    MemorySegment b = bias == null ? null : bias.segment();
    long bo = bias == null ? 0 : bias.offset();
    if (current.matrix != null) {
      current.matrix.multiply(rows, x, xo, in, y, yo, out, b, bo, activation);
    } else if (current.narrow != null) {
      current.narrow.multiply(rows, x, xo, in, y, yo, out, b, bo, activation);
    }
  }
}
