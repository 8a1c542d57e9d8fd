/** Normalization of rows: softmax and its logarithm, standardization. */
@NullMarked
package dev.lanewise.op.norm;

import org.jspecify.annotations.NullMarked;
