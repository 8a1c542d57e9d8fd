/**
 * Optimizers, each one fused sweep over a parameter, its gradient and its state; schedules of their
 * learning rates; clipping of gradients; and averages of weights. PyTorch's definitions hold.
 */
@NullMarked
package dev.lanewise.optim;

import org.jspecify.annotations.NullMarked;
