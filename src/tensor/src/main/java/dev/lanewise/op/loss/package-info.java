/** Losses that are one operation, value and gradient in one sweep. */
@NullMarked
package dev.lanewise.op.loss;

import org.jspecify.annotations.NullMarked;
