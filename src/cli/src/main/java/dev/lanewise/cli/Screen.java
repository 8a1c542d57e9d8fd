package dev.lanewise.cli;

import java.io.PrintWriter;

/**
 * Where a command writes.
 *
 * @param interactive whether a person watches, so that a line may be drawn again and again
 */
record Screen(PrintWriter out, PrintWriter err, boolean interactive) {}
