package dev.lanewise.kernel;

import com.sun.management.ThreadMXBean;
import dev.lanewise.kernel.KernelCalls.KernelCall;
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
 * <p>Arguments: the seconds after which it gives up waiting, and the lengths of the rows that the
 * kernels are given in turn; or in the lengths' place the name of one of {@link BadKernels}.
 */
final class KernelLoad {
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
    for (KernelCall call : calls) {
      System.err.println(measure(call).line());
    }
  }

  /** Returns the calls of rows of the given lengths, or of the bad kernels of the given names. */
  static List<KernelCall> calls(List<String> lengths) {
    List<KernelCall> calls = new ArrayList<>();
    for (String length : lengths) {
      if (Character.isDigit(length.charAt(0))) {
        calls.addAll(KernelCalls.all(Integer.parseInt(length)));
      } else {
        calls.add(BadKernels.call(length));
      }
    }
    return calls;
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
        calls.forEach(Turn::of);
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

  static Measure measure(KernelCall call) {
    double bytes = Double.MAX_VALUE;
    double rate = 0;
    for (int i = 0; i < MEASURED_TURNS; i++) {
      Turn turn = Turn.of(call);
      bytes = Math.min(bytes, (double) turn.bytes() / turn.runs());
      rate = Math.max(rate, 1e9 * turn.runs() / turn.nanos());
    }
    return new Measure(call.name(), bytes, rate);
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
