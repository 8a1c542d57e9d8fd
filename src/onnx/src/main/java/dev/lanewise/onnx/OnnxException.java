package dev.lanewise.onnx;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A model that breaks a rule of ONNX, or that holds what this library does not run; the message
 * names the file, the node or tensor and the rule.
 */
public final class OnnxException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * The exception for what is wrong with {@code file}.
   *
   * @param rule what is wrong, as a clause that can follow "FILE: "
   */
  OnnxException(String file, String rule) {
    this(file, rule, null);
  }

  /** As above, with the exception that showed it. */
  OnnxException(String file, String rule, @Nullable Throwable cause) {
    super(file + ": " + rule, cause);
  }
}
