/** Element by element: arithmetic, functions and activations. */
@NullMarked
package dev.lanewise.op.pointwise;

import org.jspecify.annotations.NullMarked;
