/** Inference inside a service: models planned once, and answered by any number of threads. */
@NullMarked
package dev.lanewise.infer;

import org.jspecify.annotations.NullMarked;
