/**
 * How well a model does: measures gathered batch by batch, defined as scikit-learn defines them.
 */
@NullMarked
package dev.lanewise.metrics;

import org.jspecify.annotations.NullMarked;
