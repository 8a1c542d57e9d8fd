/** What predictors and batchers have done, as Micrometer's meters. */
@NullMarked
package dev.lanewise.micrometer;

import org.jspecify.annotations.NullMarked;
