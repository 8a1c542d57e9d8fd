package dev.lanewise.tensor;

/**
 * A region in which nothing is recorded for {@code backward()} on the current thread.
 *
 * <pre>{@code
 * try (NoGrad off = NoGrad.open()) {
 *   Tensor prediction = model.forward(x);
 * }
 * }</pre>
 */
public final class NoGrad implements AutoCloseable {
  private final Tape tape;
  private final boolean before;

  private NoGrad(Tape tape) {
    this.tape = tape;
    this.before = tape.recording;
    tape.recording = false;
  }

  /** Opens a region, which its {@link #close} ends. */
  public static NoGrad open() {
    return new NoGrad(Tape.current());
  }

  /** Returns to what was before the region. */
  @Override
  public void close() {
    if (Tape.current() != tape) {
      throw new IllegalStateException("a NoGrad region is closed by the thread that opened it");
    }
    tape.recording = before;
  }
}
