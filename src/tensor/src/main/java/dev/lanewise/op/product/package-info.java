/** Products: matrices, layers, convolutions. */
@NullMarked
package dev.lanewise.op.product;

import org.jspecify.annotations.NullMarked;
