/**
 * JMH benchmarks of Lanewise. Each counts its floating-point operations, so that a score per
 * nanosecond reads as GFLOPS beside the peak measured in the same run.
 */
@NullMarked
package dev.lanewise.bench;

import org.jspecify.annotations.NullMarked;
