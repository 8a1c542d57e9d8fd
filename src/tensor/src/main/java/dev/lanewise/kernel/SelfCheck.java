package dev.lanewise.kernel;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How well this JVM runs the kernels, found by running them: whether a warm call allocates, which
 * tells that its vectors are objects, and what share of the machine's peak a matrix product
 * reaches.
 *
 * @param peakGflops the measured peak of one thread, or NaN where it was not measured because it
 *     would take minutes
 * @param productGflops the rate of a small matrix product on one thread, or NaN likewise
 * @param sound whether every kernel runs as it should
 * @param findings a sentence for each thing that slows or endangers the work, with what to do
 */
public record SelfCheck(
    double peakGflops, double productGflops, boolean sound, List<String> findings) {
  /** Less than this share of the peak is not a slow machine but a kernel compiled wrongly. */
  private static final double SOUND_SHARE = 0.6;

  /** The longest wait for the compilers, and the longest while they finish nothing. */
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private static final long IDLE_NANOS = 3_000_000_000L;

  /** A rise by less than this factor is noise. */
  private static final double SETTLED = 1.1;

  private static final long TURN_NANOS = 5_000_000;
  private static final int MEASURED_TURNS = 20;

  /** Turns in a row without an allocation after which a kernel is warm. */
  private static final int WARM_TURNS = 10;

  // A product below the size that would be shared with other threads.
  private static final int M = 16;
  private static final int N = Blocking.NR;
  private static final int K = 15 * 1024 / Blocking.NR;

  /**
   * Runs the check on the calling thread, which it keeps busy for some seconds, and longer where
   * the compilers are. It takes little memory and leaves all else in the JVM as it is, so a service
   * may run it; where no processor is free, the measured rates are too low.
   */
  public static SelfCheck run() {
    Jvm jvm = Jvm.current();
    List<String> findings = new ArrayList<>(jvm.findings());
    if (!jvm.hasC2() || !jvm.hasFma()) {
      return new SelfCheck(Double.NaN, Double.NaN, false, List.copyOf(findings));
    }
    Map<String, Runnable> kernels = kernels();
    if (!warm(kernels, findings)) {
      return new SelfCheck(Double.NaN, Double.NaN, false, List.copyOf(findings));
    }
    double peak = settledPeak();
    Runnable product = kernels.values().iterator().next();
    double flops = 2.0 * M * N * K;
    double rate = flops / 1e9 * callsPerSecond(product, SOUND_SHARE * peak * 1e9 / flops);
    boolean sound = rate >= SOUND_SHARE * peak;
    if (!sound) {
      findings.add(
          String.format(
              Locale.ROOT,
              "The matrix product runs at %.1f of the peak's %.1f GFLOPS: either the processor is"
                  + " busy, or the compiler left a kernel slow; run this again.",
              rate,
              peak));
    }
    return new SelfCheck(peak, rate, sound, List.copyOf(findings));
  }

  /** One call of each kind of kernel, the matrix product first. */
  private static Map<String, Runnable> kernels() {
    Arena arena = Arena.ofAuto();
    MemorySegment a = arena.allocate(4L * M * K, 64);
    MemorySegment b = arena.allocate(4L * K * N, 64);
    MemorySegment c = arena.allocate(4L * M * N, 64);
    MemorySegment w = arena.allocate(4L * K * N, 64);
    Elementwise.fill(a, 0, 0.1f, (long) M * K);
    Elementwise.fill(b, 0, 0.1f, (long) K * N);
    Map<String, Runnable> kernels = new LinkedHashMap<>();
    kernels.put(
        "matrix product", () -> Gemm.multiply(M, N, K, 1, a, 0, K, 1, b, 0, N, 1, 0, c, 0, N));
    kernels.put(
        "added matrix product",
        () -> Gemm.multiply(M, N, K, 1, a, 0, K, 1, b, 0, N, 1, 1, c, 0, N));
    kernels.put(
        "matrix-vector product",
        () -> Gemm.multiply(1, N, K, 1, a, 0, K, 1, b, 0, N, 1, 0, c, 0, N));
    kernels.put(
        "matrix-vector product, transposed",
        () -> Gemm.multiply(1, N, K, 1, a, 0, K, 1, b, 0, 1, K, 0, c, 0, N));
    kernels.put("sigmoid", () -> VectorMath.sigmoid(b, 0, c, 0, (long) M * N));
    kernels.put("softmax", () -> SoftmaxRows.softmax(b, 0, c, 0, M, N));
    kernels.put("sum", () -> Reduction.columnSums(b, 0, N, M, N, c, 0, false));
    kernels.put(
        "Adam",
        () ->
            Update.adam(
                c,
                0,
                a,
                0,
                w,
                0,
                w,
                (long) M * N,
                (long) M * N,
                1e-3,
                0.9,
                0.99,
                1e-8,
                0,
                true,
                1,
                1));
    return kernels;
  }

  /** Runs kernels in turn until none allocates; adds a finding where some go on to. */
  private static boolean warm(Map<String, Runnable> kernels, List<String> findings) {
    if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)) {
      return true;
    }
    Map<String, Runnable> cold = new LinkedHashMap<>(kernels);
    Map<String, Long> bytes = new LinkedHashMap<>();
    Map<String, Integer> warmTurns = new LinkedHashMap<>();
    Patience patience = new Patience();
    while (!cold.isEmpty() && patience.lasts()) {
      cold.entrySet()
          .removeIf(kernel -> {
            long before = threads.getCurrentThreadAllocatedBytes();
            long calls = turn(kernel.getValue());
            long perCall = (threads.getCurrentThreadAllocatedBytes() - before) / calls;
            bytes.put(kernel.getKey(), perCall);
            int turns = perCall > 0 ? 0 : warmTurns.getOrDefault(kernel.getKey(), 0) + 1;
            warmTurns.put(kernel.getKey(), turns);
            return turns >= WARM_TURNS;
          });
    }
    cold.keySet().removeIf(name -> warmTurns.getOrDefault(name, 0) > 0);
    if (!cold.isEmpty()) {
      long most =
          cold.keySet().stream().mapToLong(name -> bytes.getOrDefault(name, 0L)).max().orElse(0);
      findings.add(
          "These kernels should allocate nothing and allocate up to "
              + most
              + " bytes a call: "
              + String.join(", ", cold.keySet())
              + "; their vectors were left as objects, which is many times slower"
              + (findings.isEmpty() ? "; start the JVM again." : "."));
    }
    return cold.isEmpty();
  }

  /** The peak, measured until it rises no more: the loop that measures it must be warm too. */
  private static double settledPeak() {
    double last = 0;
    double peak = Roofline.peakGflops(1);
    Patience patience = new Patience();
    while (peak > SETTLED * last && patience.lasts()) {
      last = peak;
      peak = Math.max(peak, Roofline.peakGflops(1));
    }
    return peak;
  }

  /** The rate of a kernel, measured until it is enough or stays too low. */
  private static double callsPerSecond(Runnable kernel, double enough) {
    Patience patience = new Patience();
    double best = 0;
    for (int i = 0; i < MEASURED_TURNS || (best < enough && patience.lasts()); i++) {
      long start = System.nanoTime();
      long calls = turn(kernel);
      best = Math.max(best, 1e9 * calls / (System.nanoTime() - start));
    }
    return best;
  }

  /** Runs a kernel for a short time and returns how often. */
  private static long turn(Runnable kernel) {
    long start = System.nanoTime();
    long calls = 0;
    do {
      kernel.run();
      calls++;
    } while (System.nanoTime() - start < TURN_NANOS);
    return calls;
  }

  /** The wait for the compilers, which ends when they have finished nothing for a while. */
  private static final class Patience {
    private final CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
    private final long start = System.nanoTime();
    private long lastFinished = start;
    private long spent;

    boolean lasts() {
      long now = System.nanoTime();
      long total = compilers.getTotalCompilationTime();
      if (total != spent) {
        spent = total;
        lastFinished = now;
      }
      return now - start < PATIENCE_NANOS && now - lastFinished < IDLE_NANOS;
    }
  }
}
