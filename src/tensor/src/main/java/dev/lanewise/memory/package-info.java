/**
 * Off-heap memory: who owns it, how long it lives, and how much of it is in use.
 *
 * <p>{@link dev.lanewise.memory.Storage} is a block of floats with an owner, {@link
 * dev.lanewise.memory.Scope} the lifetime of one step, {@link dev.lanewise.memory.Scratch} a
 * kernel's retained work space, and {@link dev.lanewise.memory.Memory} the account of all of it.
 */
@NullMarked
package dev.lanewise.memory;

import org.jspecify.annotations.NullMarked;
