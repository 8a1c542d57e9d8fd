/** Files that tensors live in: safetensors and npy, read strictly and written atomically. */
@NullMarked
package dev.lanewise.io;

import org.jspecify.annotations.NullMarked;
