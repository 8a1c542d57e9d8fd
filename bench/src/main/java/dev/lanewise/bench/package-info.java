/**
 * JMH benchmarks of Lanewise, and the command line that runs them. Rates are counted beside the
 * score, per nanosecond: floating-point operations as GFLOPS, bytes as GB/s. {@link
 * dev.lanewise.bench.Group} says what is run.
 */
@NullMarked
package dev.lanewise.bench;

import org.jspecify.annotations.NullMarked;
