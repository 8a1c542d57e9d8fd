/** Layers, losses and initializers: the thin module on top of tensors. */
@NullMarked
package dev.lanewise.nn;

import org.jspecify.annotations.NullMarked;
