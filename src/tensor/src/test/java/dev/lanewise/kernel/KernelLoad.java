package dev.lanewise.kernel;

import com.sun.management.ThreadMXBean;
import dev.lanewise.kernel.KernelCalls.KernelCall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The program of a child JVM: calls kernels in turn until each is warm, and prints on standard
 * error what each then allocates and how often it runs in a second.
 *
 * <p>Arguments: the seconds after which it gives up waiting, and what it runs, as {@link #calls}
 * knows it.
 */
final class KernelLoad {
  /** All kernels several times, in memory of every kind, and vectors of the heap. */
  static final String MIXED = "mixed";

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** The time a kernel is given before it is the next one's turn. */
  private static final long TURN_NANOS = 2_000_000;

  /** Calls without an allocation after which a kernel is warm: more than either compiler awaits. */
  private static final int WARM_CALLS = 20_000;

  /** The time without an allocation after which a kernel of long calls is warm. */
  private static final long WARM_NANOS = 250_000_000;

  private static final int MEASURED_TURNS = 5;

  private KernelLoad() {}

  /** What a warm kernel did: the least of several turns' bytes, the best of their rates. */
  record Measure(String name, double bytesPerCall, double callsPerSecond) {
    /** Returns the worse of two, of the same kernel in other memory. */
    Measure worse(Measure other) {
      return new Measure(
          name,
          Math.max(bytesPerCall, other.bytesPerCall),
          Math.min(callsPerSecond, other.callsPerSecond));
    }

    String line() {
      return "kernel\t" + name + "\t" + bytesPerCall + "\t" + callsPerSecond;
    }

    /** Reads what a child printed. */
    static List<Measure> parse(String printed) {
      return printed
          .lines()
          .filter(line -> line.startsWith("kernel\t"))
          .map(line -> line.split("\t", -1))
          .map(cells ->
              new Measure(cells[1], Double.parseDouble(cells[2]), Double.parseDouble(cells[3])))
          .toList();
    }
  }

  public static void main(String[] args) {
    List<KernelCall> calls = calls(List.of(args).subList(1, args.length));
    warm(calls, Double.parseDouble(args[0]), Collection::isEmpty);
    measure(calls).forEach(kernel -> System.err.println(kernel.line()));
  }

  /**
   * Returns the calls of all kernels on rows of a length, or in {@link #MIXED} memory, or of one of
   * {@link BadKernels}.
   */
  static List<KernelCall> calls(List<String> what) {
    List<KernelCall> calls = new ArrayList<>();
    for (String name : what) {
      if (!isAllKernels(name)) {
        calls.add(BadKernels.call(name));
      } else if (name.equals(MIXED)) {
        calls.add(onHeap());
        for (int i = 0; i < MixedMemory.COUNT; i++) {
          SegmentAllocator memory = new MixedMemory(i);
          calls.addAll(ScopedValue.where(Floats.MEMORY, memory).call(KernelCalls::all));
        }
      } else {
        calls.addAll(KernelCalls.all(Integer.parseInt(name)));
      }
    }
    return calls;
  }

  /** Whether a name is of all kernels' calls, rather than of one of {@link BadKernels}. */
  static boolean isAllKernels(String name) {
    return name.equals(MIXED) || Character.isDigit(name.charAt(0));
  }

  /** Vectors over heap arrays, as an application's own code has them. */
  private static KernelCall onHeap() {
    MemorySegment heap = MemorySegment.ofArray(Floats.random(1 << 10, -1, 1, 1));
    MemorySegment sink = MemorySegment.ofArray(new float[Simd.LANES]);
    return new KernelCall("heap", () -> Roofline.read(heap, 0, 1 << 12, sink, 0));
  }

  /**
   * Runs calls in turn, those that are cold or else all, until it is enough.
   *
   * @param enough says so, given the calls that are still cold
   */
  static void warm(
      Collection<KernelCall> calls,
      double patienceSeconds,
      Predicate<Collection<KernelCall>> enough) {
    long start = System.nanoTime();
    List<KernelCall> cold = new ArrayList<>(calls);
    Map<KernelCall, Turn> free = new HashMap<>();
    while (!enough.test(cold) && System.nanoTime() - start < 1e9 * patienceSeconds) {
      if (cold.isEmpty()) {
        // Long calls are warm before C2 has counted enough of them.
        List<KernelCall> few =
            calls.stream().filter(call -> free.get(call).runs() < WARM_CALLS).toList();
        (few.isEmpty() ? calls : few).forEach(call -> free.merge(call, Turn.of(call), Turn::plus));
      }
      cold.removeIf(call -> {
        Turn turn = Turn.of(call);
        if (turn.bytes() > 0) {
          free.remove(call);
          return false;
        }
        Turn all = free.merge(call, turn, Turn::plus);
        return all.runs() >= WARM_CALLS || all.nanos() >= WARM_NANOS;
      });
    }
  }

  /**
   * Measures calls in turn, several times over, so that what disturbs one turn is not all of it.
   */
  static List<Measure> measure(List<KernelCall> calls) {
    List<List<Turn>> turns = calls.stream().<List<Turn>>map(call -> new ArrayList<>()).toList();
    for (int round = 0; round < MEASURED_TURNS; round++) {
      for (int i = 0; i < calls.size(); i++) {
        turns.get(i).add(Turn.of(calls.get(i)));
      }
    }
    List<Measure> measures = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      double bytes =
          turns.get(i).stream()
              .mapToDouble(turn -> (double) turn.bytes() / turn.runs())
              .min()
              .orElseThrow();
      double rate =
          turns.get(i).stream()
              .mapToDouble(turn -> 1e9 * turn.runs() / turn.nanos())
              .max()
              .orElseThrow();
      measures.add(new Measure(calls.get(i).name(), bytes, rate));
    }
    return measures;
  }

  private record Turn(int runs, long nanos, long bytes) {
    static Turn of(KernelCall call) {
      Runnable kernel = call.call();
      long before = THREADS.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      long nanos;
      int runs = 0;
      do {
        kernel.run();
        runs++;
        nanos = System.nanoTime() - start;
      } while (nanos < TURN_NANOS);
      long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
      return new Turn(runs, nanos, bytes);
    }

    Turn plus(Turn next) {
      return new Turn(runs + next.runs, nanos + next.nanos, bytes + next.bytes);
    }
  }
}
