/** The processes of the peers whose cold starts are measured. */
@NullMarked
package dev.lanewise.bench.peers.coldstart;

import org.jspecify.annotations.NullMarked;
