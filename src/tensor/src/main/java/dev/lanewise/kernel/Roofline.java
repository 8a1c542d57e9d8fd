package dev.lanewise.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * This machine's limits, measured now: the most multiply-adds a second at the vector width in use,
 * and the most bytes a second read from memory. Each takes a fraction of a second.
 */
public final class Roofline {
  private static final VectorSpecies<Float> F = Simd.F;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final int VECTOR = F.vectorByteSize();
  private static final int STREAMS = 8;
  private static final int STEP = STREAMS * VECTOR;

  private static final int CHAINS = 14;
  private static final int LINKS = 1 << 14;
  private static final long ROUND_NANOS = 10_000_000;
  private static final int FLAT_ROUNDS = 20;
  private static final int MOST_ROUNDS = 200;

  /** By how much a round is better than the best before it, or else is not. */
  private static final double NOISE = 1.01;

  private Roofline() {}

  /**
   * Returns the peak of {@code threads} threads in billions of floating-point operations a second.
   */
  public static double peakGflops(int threads) {
    MemorySegment sink = Arena.ofAuto().allocate(4L * Simd.LANES * threads, 64);
    double flops = (double) multiplyAddFlops() * threads;
    return flops * best(threads, part -> multiplyAdd(sink, 4L * Simd.LANES * part)) / 1e9;
  }

  /**
   * Returns the bandwidth with which {@code threads} threads together read {@code bytes} bytes
   * again and again, in billions of bytes a second: of a cache, or of memory where they fit no
   * cache.
   */
  public static double readGigabytes(int threads, long bytes) {
    MemorySegment data = Arena.ofAuto().allocate(bytes, 64);
    MemorySegment sink = Arena.ofAuto().allocate(4L * Simd.LANES * threads, 64);
    int share = readable(bytes / threads);
    return (double) share
        * threads
        * best(
            threads, part -> read(data, (long) share * part, share, sink, 4L * Simd.LANES * part))
        / 1e9;
  }

  /**
   * Returns the most runs a second of {@code body} on {@code threads} threads at once: measured in
   * rounds until {@link #FLAT_ROUNDS} of them have passed without a better one, so that what the
   * first rounds did in the interpreter does not count.
   */
  private static double best(int threads, Workers.Body body) {
    double best = 0;
    int flat = 0;
    for (int round = 0; flat < FLAT_ROUNDS && round < MOST_ROUNDS; round++) {
      double rate = rate(threads, body);
      flat = rate > best * NOISE ? 0 : flat + 1;
      best = Math.max(best, rate);
    }
    return best;
  }

  private static double rate(int threads, Workers.Body body) {
    long start = System.nanoTime();
    long runs = 0;
    long elapsed;
    do {
      Workers.run(threads, body);
      runs++;
      elapsed = System.nanoTime() - start;
    } while (elapsed < ROUND_NANOS);
    return runs * 1e9 / elapsed;
  }

  /** Returns the floating-point operations of one {@link #multiplyAdd}. */
  public static long multiplyAddFlops() {
    return 2L * CHAINS * LINKS * Simd.LANES;
  }

  /**
   * Runs chains of multiply-adds that wait for nothing but the arithmetic unit: the work whose rate
   * is the peak. Writes one vector to {@code sink} at {@code at} bytes, so that no compiler drops
   * it.
   */
  public static void multiplyAdd(MemorySegment sink, long at) {
    FloatVector x = FloatVector.broadcast(F, 0.999f);
    FloatVector y = FloatVector.broadcast(F, 0.001f);
    FloatVector c0 = FloatVector.zero(F);
    FloatVector c1 = FloatVector.zero(F);
    FloatVector c2 = FloatVector.zero(F);
    FloatVector c3 = FloatVector.zero(F);
    FloatVector c4 = FloatVector.zero(F);
    FloatVector c5 = FloatVector.zero(F);
    FloatVector c6 = FloatVector.zero(F);
    FloatVector c7 = FloatVector.zero(F);
    FloatVector c8 = FloatVector.zero(F);
    FloatVector c9 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c12 = FloatVector.zero(F);
    FloatVector c13 = FloatVector.zero(F);
    for (int i = 0; i < LINKS; i++) {
      c0 = c0.fma(x, y);
      c1 = c1.fma(x, y);
      c2 = c2.fma(x, y);
      c3 = c3.fma(x, y);
      c4 = c4.fma(x, y);
      c5 = c5.fma(x, y);
      c6 = c6.fma(x, y);
      c7 = c7.fma(x, y);
      c8 = c8.fma(x, y);
      c9 = c9.fma(x, y);
      c10 = c10.fma(x, y);
      c11 = c11.fma(x, y);
      c12 = c12.fma(x, y);
      c13 = c13.fma(x, y);
    }
    c0.add(c1)
        .add(c2)
        .add(c3)
        .add(c4)
        .add(c5)
        .add(c6)
        .add(c7)
        .add(c8)
        .add(c9)
        .add(c10)
        .add(c11)
        .add(c12)
        .add(c13)
        .intoMemorySegment(sink, at, ORDER);
  }

  /**
   * Returns how many of {@code bytes} bytes {@link #read} takes at once: a multiple of its eight
   * vectors, and less than a power of two, so that its streams do not meet in the same sets of a
   * cache.
   */
  public static int readable(long bytes) {
    return (int) (Math.min(bytes, 1 << 30) / STEP * STEP) - STEP;
  }

  /**
   * Reads {@code bytes} bytes, as {@link #readable} returns them, as eight streams side by side:
   * one alone does not keep memory busy. Writes one vector to {@code sink}, so that no compiler
   * drops it.
   */
  public static void read(MemorySegment data, long from, int bytes, MemorySegment sink, long at) {
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector s2 = FloatVector.zero(F);
    FloatVector s3 = FloatVector.zero(F);
    FloatVector s4 = FloatVector.zero(F);
    FloatVector s5 = FloatVector.zero(F);
    FloatVector s6 = FloatVector.zero(F);
    FloatVector s7 = FloatVector.zero(F);
    int stream = bytes / STREAMS;
    long from1 = from + stream;
    long from2 = from1 + stream;
    long from3 = from2 + stream;
    long from4 = from3 + stream;
    long from5 = from4 + stream;
    long from6 = from5 + stream;
    long from7 = from6 + stream;
    for (int i = 0; i < stream; i += VECTOR) {
      s0 = s0.add(FloatVector.fromMemorySegment(F, data, from + i, ORDER));
      s1 = s1.add(FloatVector.fromMemorySegment(F, data, from1 + i, ORDER));
      s2 = s2.add(FloatVector.fromMemorySegment(F, data, from2 + i, ORDER));
      s3 = s3.add(FloatVector.fromMemorySegment(F, data, from3 + i, ORDER));
      s4 = s4.add(FloatVector.fromMemorySegment(F, data, from4 + i, ORDER));
      s5 = s5.add(FloatVector.fromMemorySegment(F, data, from5 + i, ORDER));
      s6 = s6.add(FloatVector.fromMemorySegment(F, data, from6 + i, ORDER));
      s7 = s7.add(FloatVector.fromMemorySegment(F, data, from7 + i, ORDER));
    }
    s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7))).intoMemorySegment(sink, at, ORDER);
  }
}
