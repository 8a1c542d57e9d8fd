/** Data sets: the files they come from, a synthetic one, and the loader that deals out batches. */
@NullMarked
package dev.lanewise.data;

import org.jspecify.annotations.NullMarked;
