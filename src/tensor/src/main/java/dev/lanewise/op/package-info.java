/**
 * What a differentiable operation is; the operations themselves have rooms by family.
 *
 * <p>To add one, write a record that implements {@link dev.lanewise.op.Op} in the room where it
 * belongs, forward and backward side by side, give the gradient check a sample of it, and add a
 * fluent method to {@code Tensor}. An operation outside this library is written the same way and
 * called by {@code Tensor.apply}.
 */
@NullMarked
package dev.lanewise.op;

import org.jspecify.annotations.NullMarked;
