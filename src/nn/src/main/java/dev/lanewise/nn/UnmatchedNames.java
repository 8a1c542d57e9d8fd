package dev.lanewise.nn;

import java.util.List;

/**
 * The names that only one of a module and a state dict has.
 *
 * @param missing the module's own, in its order
 * @param unexpected the state dict's, in the order of the alphabet
 */
public record UnmatchedNames(List<String> missing, List<String> unexpected) {
  /** Copies the lists. */
  public UnmatchedNames {
    missing = List.copyOf(missing);
    unexpected = List.copyOf(unexpected);
  }
}
