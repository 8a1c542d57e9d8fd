/** The tensors people use, and the automatic differentiation behind them. */
@NullMarked
package dev.lanewise.tensor;

import org.jspecify.annotations.NullMarked;
