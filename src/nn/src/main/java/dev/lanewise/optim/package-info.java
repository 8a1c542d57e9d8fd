/** Optimizers: each one fused sweep over a parameter, its gradient and its state. */
@NullMarked
package dev.lanewise.optim;

import org.jspecify.annotations.NullMarked;
