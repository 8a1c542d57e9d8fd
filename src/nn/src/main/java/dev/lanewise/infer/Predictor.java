package dev.lanewise.infer;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.Weights;
import dev.lanewise.nn.Module;
import java.lang.foreign.MemorySegment;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A trained module prepared to answer, shared by any number of threads, virtual ones included.
 *
 * <pre>{@code
 * Predictor predictor = Predictor.of(model, 784);
 * predictor.warmup();
 * float[] scores = predictor.predict(pixels);
 * }</pre>
 *
 * <p>The module's forward pass is traced once, in evaluation mode; its operations are fused, its
 * weights copied and packed. What happens to the module afterwards is not seen, until {@link
 * #replace} takes it anew. A module that cannot be traced, since it looks at values or is not alike
 * for any number of rows, is refused.
 *
 * <p>A row is one sample. Rows stand one after the other, each in row-major order, in what is given
 * and in what is answered.
 *
 * <p>A call takes one of a few work spaces, in which every array has its place; the first call of a
 * work space with a number of rows binds them, and later ones allocate nothing, on the heap or off
 * it. There is no lock: as many calls run at once as there are work spaces, four for each processor
 * and sixteen at least.
 */
public final class Predictor {
  private static final long MOST_FLOATS = Integer.MAX_VALUE / Float.BYTES;
  private static final int DEFAULT_MAX_ROWS = 1024;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String name;
  private final int maxRows;
  private final Weights weights;
  private final Shape row;
  private final Shape answer;
  private final int in;
  private final int out;
  private final Workspaces workspaces = new Workspaces();
  private final LatencyRecorder latencies = new LatencyRecorder();
  private volatile Plan plan;

  private Predictor(Builder builder) {
    this.name = builder.name == null ? builder.module.toString() : builder.name;
    this.maxRows = builder.maxRows;
    this.weights = builder.weights;
    this.plan = new Plan(Graph.of(builder.module, builder.row.toArray()), weights);
    this.row = plan.row();
    this.answer = plan.answer();
    this.in = floats(row, "given");
    this.out = floats(answer, "answered");
  }

  /**
   * Returns a predictor of a module whose input is rows of {@code rowShape}, such as 784.
   *
   * @throws IllegalArgumentException saying why, if the module cannot be traced
   * @throws ShapeException if it does not take rows of that shape
   */
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
    private @Nullable String name;
    private int maxRows = DEFAULT_MAX_ROWS;
    private Weights weights = Weights.FLOAT32;

    private Builder(Module module, Shape row) {
      this.module = module;
      this.row = row;
    }

    /** Sets the name that events and messages show; the module's unless it is set. */
    public Builder name(String shown) {
      this.name = shown;
      return this;
    }

    /**
     * Sets the most rows that one call may have; 1024 unless it is set.
     *
     * @throws IllegalArgumentException if that is none
     */
    public Builder maxRows(int rows) {
      if (rows < 1) {
        throw new IllegalArgumentException("a predictor of at most " + rows + " rows answers none");
      }
      this.maxRows = rows;
      return this;
    }

    /** Sets in what form the weights of linear layers are kept; as they are unless it is set. */
    public Builder weights(Weights form) {
      this.weights = form;
      return this;
    }

    /**
     * Returns the predictor.
     *
     * @throws IllegalArgumentException saying why, if the module cannot be traced
     * @throws ShapeException if it does not take rows of that shape
     */
    public Predictor build() {
      return new Predictor(this);
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

  /**
   * Returns the answer to as many rows as {@code input} holds.
   *
   * @throws ShapeException if it does not hold whole rows, one at least and no more than {@link
   *     #maxRows}
   */
  public float[] predict(float... input) {
    int rows = in == 0 ? 1 : input.length / in;
    if ((long) rows * in != input.length) {
      throw new ShapeException(input.length + " numbers are not whole rows of " + row);
    }
    float[] output = new float[Math.multiplyExact(rows, out)];
    predict(rows, input, output);
    return output;
  }

  /**
   * Writes the answer to {@code rows} rows at the start of {@code input} to the start of {@code
   * output}.
   *
   * @throws ShapeException if there are too many rows, or an array is too short for them
   */
  public void predict(int rows, float[] input, float[] output) {
    predict(rows, input, output, latencies);
  }

  private void predict(int rows, float[] input, float[] output, LatencyRecorder told) {
    check(rows, input.length, output.length);
    Workspace call = begin(rows);
    try {
      call.program().run(input, output);
      call.answered();
    } finally {
      end(call, told);
    }
  }

  /**
   * As {@link #predict(int, float[], float[])}, from and to memory of floats in native byte order,
   * on the heap or off it. The two may overlap.
   */
  public void predict(int rows, MemorySegment input, MemorySegment output) {
    check(rows, input.byteSize() / Float.BYTES, output.byteSize() / Float.BYTES);
    Workspace call = begin(rows);
    try {
      call.program().run(input, output);
      call.answered();
    } finally {
      end(call, latencies);
    }
  }

  /**
   * As {@link #predict(int, float[], float[])}, between buffers from their positions on, which stay
   * as they are: direct ones or not, in any byte order.
   */
  public void predict(int rows, FloatBuffer input, FloatBuffer output) {
    check(rows, input.remaining(), output.remaining());
    Workspace call = begin(rows);
    try {
      call.program().run(input, output);
      call.answered();
    } finally {
      end(call, latencies);
    }
  }

  /**
   * Takes the weights of {@code module}, the same or another of the same shapes, from the next call
   * on. Calls under way finish with what they began with: each call sees one version whole.
   *
   * @throws IllegalArgumentException if it cannot be traced, or its answers have another shape; the
   *     predictor goes on with what it has
   */
  public void replace(Module module) {
    Plan next = new Plan(Graph.of(module, row.toArray()), weights);
    if (!next.answer().equals(answer)) {
      throw new IllegalArgumentException(
          ("the answers of " + module + " have shape " + next.answer() + " a row, where those of ")
              + (name + " have " + answer));
    }
    plan = next;
  }

  /**
   * Runs calls of one row and of more, up to {@link #maxRows} or 256, until the compilers are done
   * with them, which takes a second or a few; ten at most for each. {@link #metrics} do not count
   * them.
   *
   * @return how long it took
   */
  public Duration warmup() {
    return warmup(IntStream.of(1, 4, 32, 256).map(rows -> Math.min(rows, maxRows)).toArray());
  }

  /**
   * As {@link #warmup()}, with calls of these numbers of rows.
   *
   * @throws ShapeException if one of them is more than {@link #maxRows}
   */
  public Duration warmup(int... rows) {
    long start = System.nanoTime();
    LatencyRecorder apart = new LatencyRecorder();
    for (int count : IntStream.of(rows).distinct().toArray()) {
      check(count, Long.MAX_VALUE, Long.MAX_VALUE);
      float[] input = new float[count * in];
      float[] output = new float[count * out];
      Warmup.run(() -> predict(count, input, output, apart), PATIENCE);
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /**
   * Returns what was done so far: calls, rows, and the time from a call's begin to its end. The
   * bytes are those of the weights and the work spaces.
   */
  public Metrics metrics() {
    return latencies.snapshot(plan.bytes() + Float.BYTES * workspaces.floats());
  }

  @Override
  public String toString() {
    return name + " " + row + " -> " + answer;
  }

  private Workspace begin(int rows) {
    long start = System.nanoTime();
    Workspace workspace = workspaces.take();
    try {
      workspace.begin(plan, rows, start);
    } catch (Throwable e) {
      end(workspace, latencies);
      throw e;
    }
    return workspace;
  }

  private void end(Workspace workspace, LatencyRecorder told) {
    workspace.end(told, name);
    workspaces.give(workspace);
  }

  private void check(int rows, long given, long answered) {
    if (rows < 1 || rows > maxRows) {
      throw new ShapeException(name + " answers 1 to " + maxRows + " rows at a time, not " + rows);
    }
    if (given < (long) rows * in) {
      throw new ShapeException(
          given + " numbers are not " + rows + (rows == 1 ? " row of " : " rows of ") + row);
    }
    if (answered < (long) rows * out) {
      throw new ShapeException(
          ("there is room for " + answered + " numbers, where " + rows)
              + ((rows == 1 ? " row" : " rows") + " of answers have shape " + answer));
    }
  }

  /** Returns the floats of a row, of which the most that are answered at once fit an array. */
  private int floats(Shape shape, String what) {
    if (shape.size() > MOST_FLOATS / maxRows) {
      throw new ShapeException(
          (maxRows + " rows of " + shape + ", as they are " + what + ", are more than ")
              + (MOST_FLOATS + " numbers: set fewer with maxRows"));
    }
    return (int) shape.size();
  }
}
