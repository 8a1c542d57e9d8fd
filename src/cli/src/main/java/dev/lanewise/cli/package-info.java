/** The {@code lanewise} command: train, predict, serve, inspect and doctor. */
@NullMarked
package dev.lanewise.cli;

import org.jspecify.annotations.NullMarked;
