package dev.lanewise.bench;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.PackedLinear;
import dev.lanewise.kernel.Activation;
import dev.lanewise.nn.Linear;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** A network's layers packed once, for prediction from any number of threads. */
public final class PackedMlp {
  /**
   * float32 sums in another order: tens of ulps of values near one, through at most four layers.
   */
  private static final float TOLERANCE = 1e-5f;

  private final PackedLinear[] layers;
  private final int in;
  private final int out;
  private final int widest;

  /** Packs the layers of {@code network} as they are now. */
  public PackedMlp(Mlp network) {
    List<Linear> linears = network.layers();
    layers = new PackedLinear[linears.size()];
    int most = 0;
    for (int i = 0; i < layers.length; i++) {
      Linear linear = linears.get(i);
      Tensor bias = linear.bias();
      layers[i] =
          PackedLinear.of(
              linear.weight().array(),
              bias == null ? null : bias.array(),
              i == 0 ? Activation.RELU : Activation.SIGMOID);
      most = Math.max(most, linear.weight().shape().dim(0));
    }
    in = linears.getFirst().weight().shape().dim(1);
    out = linears.getLast().weight().shape().dim(0);
    widest = most;
  }

  /** Returns buffers for one thread that predicts {@code rows} rows at a time. */
  public Buffers buffers(int rows) {
    return new Buffers(rows);
  }

  /** One thread's memory: the input, and two buffers that the layers' outputs take turns in. */
  public final class Buffers {
    private final int rows;
    private final MemorySegment input;
    private final MemorySegment even;
    private final MemorySegment odd;

    private Buffers(int rows) {
      this.rows = rows;
      input = Inputs.random((long) rows * in, 1);
      even = Arena.ofAuto().allocate(4L * rows * widest, 64);
      odd = Arena.ofAuto().allocate(4L * rows * widest, 64);
    }

    /** Returns the input, [rows, in], filled from {@link Inputs} with seed 1. */
    public MemorySegment input() {
      return input;
    }

    /** Predicts, and returns the output, [rows, out], which the next prediction overwrites. */
    public MemorySegment predict() {
      MemorySegment x = input;
      for (int i = 0; i < layers.length; i++) {
        MemorySegment y = i % 2 == 0 ? even : odd;
        layers[i].apply(rows, x, 0, y, 0);
        x = y;
      }
      return x;
    }

    /**
     * Compares a prediction with the one of {@code network}'s own forward pass.
     *
     * @throws IllegalStateException if they differ
     */
    public void check(Mlp network) {
      float[] packed = new float[rows * out];
      MemorySegment.copy(predict(), ValueLayout.JAVA_FLOAT, 0, packed, 0, packed.length);
      float[] expected;
      try (NoGrad _ = NoGrad.open()) {
        Tensor x = Tensor.of(NDArray.of(Inputs.floats(rows * in, 1), rows, in));
        expected = network.forward(x).toFloatArray();
      }
      for (int i = 0; i < packed.length; i++) {
        if (!(Math.abs(packed[i] - expected[i]) <= TOLERANCE)) {
          throw new IllegalStateException(
              ("output " + i + " of the packed network is " + packed[i])
                  + (", of the network itself " + expected[i] + ": more than " + TOLERANCE)
                  + " apart");
        }
      }
    }
  }
}
