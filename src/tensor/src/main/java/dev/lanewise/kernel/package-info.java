/**
 * Kernels: loops over off-heap floats, and the only package that imports the Vector API.
 *
 * <p>A kernel is a static method. Its arrays are native {@link java.lang.foreign.MemorySegment}s
 * with an offset counted in elements; it checks their bounds once, at the door, and allocates
 * nothing. A destination may be exactly one of the sources (in place), never overlap one partly.
 *
 * <p>The value of an element depends on its inputs alone, neither on its position nor on the number
 * of elements: the last, partly filled vector goes through the same arithmetic, under a mask or in
 * scratch.
 */
@NullMarked
package dev.lanewise.kernel;

import org.jspecify.annotations.NullMarked;
