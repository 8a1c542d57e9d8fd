package dev.lanewise.infer;

import java.time.Duration;

/**
 * What a predictor or a batcher has done since it was made. Numbers taken while calls are in flight
 * may be apart by those calls.
 *
 * @param calls the calls that were answered
 * @param rows the rows of those calls
 * @param failures the calls that were accepted and ended without an answer
 * @param rejections the calls that were turned away because too many waited
 * @param p50 the time within which half of the answered calls were answered; zero, as those below,
 *     where there was none
 * @param p90 the same of 90 in 100
 * @param p99 the same of 99 in 100
 * @param p999 the same of 999 in 1,000
 * @param max the longest time of all
 * @param bytes the memory in use, in bytes
 */
public record Metrics(
    long calls,
    long rows,
    long failures,
    long rejections,
    Duration p50,
    Duration p90,
    Duration p99,
    Duration p999,
    Duration max,
    long bytes) {}
