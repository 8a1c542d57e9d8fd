/** Models read from ONNX files, and written to them. */
@NullMarked
package dev.lanewise.onnx;

import org.jspecify.annotations.NullMarked;
