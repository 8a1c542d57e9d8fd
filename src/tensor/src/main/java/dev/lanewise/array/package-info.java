/** Values: shapes, layouts in memory, and arrays of floats with no gradient. */
@NullMarked
package dev.lanewise.array;

import org.jspecify.annotations.NullMarked;
