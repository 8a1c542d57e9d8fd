/** A service that answers HTTP requests with a predictor, to run as it is or to copy from. */
@NullMarked
package dev.lanewise.serve;

import org.jspecify.annotations.NullMarked;
