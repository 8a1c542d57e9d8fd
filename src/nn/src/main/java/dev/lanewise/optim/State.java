package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an optimizer, a schedule or an average carries from one run to the next: named arrays and
 * named numbers.
 *
 * <p>It fits a safetensors file, the arrays as its tensors and the numbers as its metadata: {@link
 * Double#parseDouble} reads back exactly what {@link Double#toString(double)} wrote.
 *
 * @param arrays shared with whoever gave this state: copy them to keep what they hold now
 * @param numbers as they were when this state was made
 */
public record State(Map<String, NDArray> arrays, Map<String, Double> numbers) {
  /** The same, with maps that nobody can change, in the order given. */
  public State {
    arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
    numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
  }
}
