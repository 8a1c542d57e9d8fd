/** Files that tensors live in: safetensors, npy and npz, read strictly and written atomically. */
@NullMarked
package dev.lanewise.io;

import org.jspecify.annotations.NullMarked;
