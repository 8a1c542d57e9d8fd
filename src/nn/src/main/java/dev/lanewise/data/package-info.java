/** Data sets: the files they come from, how they are split, and how they are dealt out. */
@NullMarked
package dev.lanewise.data;

import org.jspecify.annotations.NullMarked;
