package dev.lanewise.array;

import dev.lanewise.memory.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The launches of a computation, kept instead of run: a list of steps on fixed memory that may be
 * run any number of times, on whatever the memory then holds, without allocating.
 *
 * <p>All that computes on the memory of arrays goes through {@link #launch}. While a thread
 * records, launches are kept, and new arrays are {@linkplain Storage#promised promised} memory,
 * which they get before the steps are run: who reaches for it other than in a launch is refused.
 */
public final class Recording {
  private static final ThreadLocal<@Nullable Recording> CURRENT = new ThreadLocal<>();

  private final List<Runnable> steps = new ArrayList<>();
  private final List<Storage> promised = new ArrayList<>();

  private Recording() {}

  /** Says that memory was reached for, outside of a launch, before there was any. */
  public static final class NoMemoryYetException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    NoMemoryYetException(Shape shape) {
      super(
          "the values of an array of shape "
              + shape
              + " were reached for while its computation was being recorded; kernels on the memory"
              + " of arrays are called in Recording.launch");
    }
  }

  /**
   * What was recorded.
   *
   * @param result the array that came of it
   * @param steps the launches in their order
   * @param promised the blocks that want memory before the steps are run
   */
  public record Recorded(NDArray result, List<Runnable> steps, List<Storage> promised) {
    /** Copies the lists. */
    public Recorded {
      steps = List.copyOf(steps);
      promised = List.copyOf(promised);
    }
  }

  /**
   * Records {@code computation}.
   *
   * @throws NoMemoryYetException if the computation looks at values that it has not computed
   * @throws IllegalStateException if this thread is recording already
   */
  public static Recorded of(Supplier<NDArray> computation) {
    if (CURRENT.get() != null) {
      throw new IllegalStateException("this thread is recording already");
    }
    Recording recording = new Recording();
    CURRENT.set(recording);
    try {
      NDArray result = computation.get();
      return new Recorded(result, recording.steps, recording.promised);
    } finally {
      CURRENT.remove();
    }
  }

  /** Runs {@code work} on the memory of arrays, now, or whenever the recording is run. */
  public static void launch(Runnable work) {
    Recording recording = CURRENT.get();
    if (recording == null) {
      work.run();
    } else {
      recording.steps.add(work);
    }
  }

  /** Says whether the current thread records. */
  static boolean isOn() {
    return CURRENT.get() != null;
  }

  /** Returns memory for a new array, contents undefined. */
  static Storage allocate(long floats) {
    Recording recording = CURRENT.get();
    if (recording == null) {
      return Storage.allocate(floats);
    }
    Storage storage = Storage.promised(floats);
    recording.promised.add(storage);
    return storage;
  }
}
