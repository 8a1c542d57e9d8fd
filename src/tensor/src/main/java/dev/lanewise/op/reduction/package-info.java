/** Sums and other reductions over axes. */
@NullMarked
package dev.lanewise.op.reduction;

import org.jspecify.annotations.NullMarked;
