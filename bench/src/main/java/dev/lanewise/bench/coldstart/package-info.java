/** The time from a process's start to its predictions, in fresh JVMs. */
@NullMarked
package dev.lanewise.bench.coldstart;

import org.jspecify.annotations.NullMarked;
