package dev.lanewise.array;

import dev.lanewise.kernel.Activation;
import dev.lanewise.kernel.PackedMatrix;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer prepared for inference: Y = act(X W' + b), its weights packed once for the kernel.
 *
 * <p>The weights are packed again by the first call after they were written in place, by an
 * optimizer or by their owner; a write through a raw segment must be told by {@code touch()}. Any
 * number of threads may call one layer, but not while its weights are being written.
 */
public final class PackedLinear {
  private final NDArray weight;
  private final @Nullable NDArray bias;
  private final Activation activation;
  private volatile Packed packed;

  /** The weights as they were at one version. */
  private record Packed(PackedMatrix matrix, long version) {
    static Packed of(NDArray weight) {
      Layout layout = weight.layout();
      PackedMatrix matrix = new PackedMatrix(weight.shape().at(1), weight.shape().at(0));
      long version = weight.storage().version();
      matrix.pack(weight.segment(), weight.offset(), layout.strideAt(1), layout.strideAt(0));
      return new Packed(matrix, version);
    }
  }

  private PackedLinear(NDArray weight, @Nullable NDArray bias, Activation activation) {
    this.weight = weight;
    this.bias = bias;
    this.activation = activation;
    this.packed = Packed.of(weight);
  }

  /**
   * Packs a layer.
   *
   * @param weight W [out, in], of any strides
   * @param bias b [out], or null
   * @throws ShapeException if the weight is no matrix or the bias does not have its outputs
   */
  public static PackedLinear of(NDArray weight, @Nullable NDArray bias, Activation activation) {
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
    return new PackedLinear(weight, bias == null ? null : bias.contiguous(), activation);
  }

  /** Returns the number of inputs, a row of X. */
  public int in() {
    return weight.shape().at(1);
  }

  /** Returns the number of outputs, a row of Y. */
  public int out() {
    return weight.shape().at(0);
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
    if (current.version != weight.storage().version()) {
      current = Packed.of(weight);
      packed = current;
    }
    current.matrix.multiply(
        rows,
        x,
        xo,
        in(),
        y,
        yo,
        out(),
        bias == null ? null : bias.segment(),
        bias == null ? 0 : bias.offset(),
        activation);
  }
}
