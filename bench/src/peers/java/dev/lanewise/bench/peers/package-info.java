/** The libraries that people would otherwise use, on the same work and the same numbers. */
@NullMarked
package dev.lanewise.bench.peers;

import org.jspecify.annotations.NullMarked;
