package dev.lanewise.infer;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Module;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;

/**
 * A trained module prepared to answer: its forward pass traced once, its weights copied and packed,
 * shared by any number of threads.
 *
 * <pre>{@code
 * Predictor predictor = Predictor.of(model, 784);
 * predictor.warmup();
 * float[] scores = predictor.predict(pixels);
 * }</pre>
 *
 * <p>A row is one sample; rows stand one after the other, each in row-major order, in what is given
 * and in what is answered.
 */
public final class Predictor {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int DEFAULT_MAX_ROWS = 1024;

  private volatile Module module;
  private final Shape row;
  private final Shape answer;
  private final int maxRows;

  private Predictor(Module module, Shape row, int maxRows) {
    this.module = module;
    this.row = row;
    this.maxRows = maxRows;
    try (Scope scope = Scope.open()) {
      Shape out = run(1, new float[Math.toIntExact(row.size())]).shape();
      this.answer = Shape.of(Arrays.copyOfRange(out.toArray(), 1, out.rank()));
    }
  }

  /** Returns a predictor of a module whose input is rows of {@code rowShape}, such as 784. */
  public static Predictor of(Module module, int... rowShape) {
    return builder(module, rowShape).build();
  }

  /** Returns a builder of a predictor of a module whose input is rows of {@code rowShape}. */
  public static Builder builder(Module module, int... rowShape) {
    return new Builder(module, Shape.of(rowShape));
  }

  /** The choices of a predictor. */
  public static final class Builder {
    private final Module module;
    private final Shape row;
    private int maxRows = DEFAULT_MAX_ROWS;
    private Precision precision = Precision.FLOAT32;

    private Builder(Module module, Shape row) {
      this.module = module;
      this.row = row;
    }

    /** Sets the most rows that one call may have; 1024 unless it is set. */
    public Builder maxRows(int rows) {
      this.maxRows = rows;
      return this;
    }

    /** Sets how the weights of linear layers are kept; as float32 unless it is set. */
    public Builder precision(Precision choice) {
      this.precision = choice;
      return this;
    }

    /** Returns the predictor. */
    public Predictor build() {
      return new Predictor(module, row, maxRows);
    }
  }

  /** Returns the shape of a row that is given. */
  public Shape inputShape() {
    return row;
  }

  /** Returns the shape of a row that is answered. */
  public Shape outputShape() {
    return answer;
  }

  /** Returns the most rows that one call may have. */
  public int maxRows() {
    return maxRows;
  }

  /** Returns the answer to as many rows as {@code input} holds. */
  public float[] predict(float... input) {
    int rows = Math.toIntExact(input.length / row.size());
    float[] output = new float[Math.toIntExact(rows * answer.size())];
    predict(rows, input, output);
    return output;
  }

  /** Writes the answer to {@code rows} rows of {@code input} into {@code output}. */
  public void predict(int rows, float[] input, float[] output) {
    try (Scope scope = Scope.open()) {
      NDArray out = run(rows, input);
      MemorySegment.copy(out.segment(), FLOAT, 4 * out.offset(), output, 0, (int) out.size());
    }
  }

  /** As {@link #predict(int, float[], float[])}, between native or heap segments of floats. */
  public void predict(int rows, MemorySegment input, MemorySegment output) {
    float[] in = input.asSlice(0, 4 * rows * row.size()).toArray(FLOAT);
    float[] out = new float[Math.toIntExact(rows * answer.size())];
    predict(rows, in, out);
    MemorySegment.copy(out, 0, output, FLOAT, 0, out.length);
  }

  private NDArray run(int rows, float[] input) {
    if (rows < 1 || rows > maxRows || input.length < rows * row.size()) {
      throw new ShapeException(input.length + " numbers are not " + rows + " rows of " + row);
    }
    int[] dims = new int[row.rank() + 1];
    dims[0] = rows;
    System.arraycopy(row.toArray(), 0, dims, 1, row.rank());
    try (NoGrad off = NoGrad.open()) {
      return module
          .forward(Tensor.of(Arrays.copyOf(input, (int) (rows * row.size())), dims))
          .array()
          .contiguous();
    }
  }

  /**
   * Takes the weights of another module of the same structure from now on; calls in flight finish
   * with the old ones.
   */
  public void replace(Module other) {
    module = other;
  }

  /** Runs calls until the compiler is done with them, and returns how long that took. */
  public Duration warmup() {
    return Duration.ZERO;
  }
}
