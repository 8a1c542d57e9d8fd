/**
 * Dated reports made of JMH's JSON: {@code Results} reads it, {@code Group} sets each benchmark
 * beside its peers and its {@code Limits}, {@code Tables} and {@code Charts} show that, {@code
 * Report} puts it all in its place and {@code Index} lists the reports.
 */
@NullMarked
package dev.lanewise.bench.report;

import org.jspecify.annotations.NullMarked;
