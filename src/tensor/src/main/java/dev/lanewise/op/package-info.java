/**
 * The differentiable operations: one record a file, its forward and its backward side by side.
 *
 * <p>To add one, write a record that implements {@link dev.lanewise.op.Op}, name it in {@code Op}'s
 * permits clause, give the gradient check a sample of it, and add a fluent method to {@code
 * Tensor}. An operation outside this package implements {@link dev.lanewise.op.CustomOp}.
 */
@NullMarked
package dev.lanewise.op;

import org.jspecify.annotations.NullMarked;
