package dev.lanewise.kernel;

import dev.lanewise.memory.Scratch;

/**
 * One kernel call that falls into units, none of which needs another: threads share them in runs.
 *
 * <p>What a unit is depends on the operands' shapes alone, so the result is the same to the bit for
 * any number of threads.
 */
abstract class Units implements Workers.Body {
  /** The runs for each thread, so that one that is held up leaves the others its work. */
  private static final int RUNS = 4;

  private int units;
  private int parts;

  /**
   * Computes units 0 to {@code units - 1}.
   *
   * @param shared whether they are enough work for a second thread
   */
  final void compute(int units, boolean shared) {
    this.units = units;
    int threads = shared ? Workers.threads() : 1;
    parts = threads == 1 ? 1 : Math.min(units, Math.min(RUNS * threads, Workers.MAX));
    if (parts <= 1) {
      run(0);
    } else {
      Workers.run(parts, this);
    }
  }

  @Override
  public final void run(int part) {
    int from = (int) ((long) units * part / Math.max(parts, 1));
    int to = (int) ((long) units * (part + 1) / Math.max(parts, 1));
    try (Scratch scratch = Scratch.borrow()) {
      for (int unit = from; unit < to; unit++) {
        compute(unit, scratch);
      }
    }
  }

  /** Computes unit {@code unit}, at the same time as others. */
  abstract void compute(int unit, Scratch scratch);
}
