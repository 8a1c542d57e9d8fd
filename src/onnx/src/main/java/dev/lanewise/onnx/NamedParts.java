package dev.lanewise.onnx;

import dev.lanewise.array.NDArray;
import dev.lanewise.nn.Module;
import dev.lanewise.nn.Parameter;
import dev.lanewise.tensor.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A module whose parameters and buffers are named as in a file, where a dot in a name leads into a
 * module inside: {@code fc1.weight} is {@code weight} in {@code fc1}.
 */
class NamedParts extends Module {
  private final Map<String, NamedParts> parts = new HashMap<>();
  private final Set<String> leaves = new HashSet<>();

  /** Makes {@code parameter} one of this module's, or of one inside it. */
  final Parameter place(String name, Parameter parameter) {
    String path = reserve(name);
    return part(parent(path)).register(last(path), parameter);
  }

  /** Makes {@code value} a buffer of this module's, or of one inside it. */
  final NDArray placeBuffer(String name, NDArray value) {
    String path = reserve(name);
    return part(parent(path)).registerBuffer(last(path), value);
  }

  /** Returns {@code name}, or if it cannot be one, the next to it that can. */
  private String reserve(String name) {
    String plain = name.isEmpty() ? "_" : name.replace('.', '_');
    String path = name;
    for (int i = 0; !isFree(path); i++) {
      path = i == 0 ? plain : plain + "_" + i;
    }
    leaves.add(path);
    return path;
  }

  private boolean isFree(String path) {
    if (leaves.contains(path) || parts.containsKey(path) || last(path).isEmpty()) {
      return false;
    }
    for (String above = parent(path); !above.isEmpty(); above = parent(above)) {
      if (leaves.contains(above) || last(above).isEmpty()) {
        return false;
      }
    }
    return !path.startsWith(".");
  }

  private NamedParts part(String path) {
    if (path.isEmpty()) {
      return this;
    }
    NamedParts part = parts.get(path);
    if (part == null) {
      part = part(parent(path)).register(last(path), new NamedParts());
      parts.put(path, part);
    }
    return part;
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(path.lastIndexOf('.'), 0));
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** Refuses: what is inside a model has names, and computes nothing of its own. */
  @Override
  public Tensor forward(Tensor input) {
    throw new UnsupportedOperationException("a part of a model that was read is not run alone");
  }
}
