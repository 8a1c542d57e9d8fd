/** Views, copies and selections: the same elements in another shape. */
@NullMarked
package dev.lanewise.op.shape;

import org.jspecify.annotations.NullMarked;
