/** A training loop over models, optimizers and data, for who wants one. */
@NullMarked
package dev.lanewise.train;

import org.jspecify.annotations.NullMarked;
