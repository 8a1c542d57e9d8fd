package dev.lanewise.tensor;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Sums of products in Einstein's notation: each operand's axes are named by letters, and letters
 * that the result does not name are summed over.
 *
 * <p>Operands are joined two at a time, from the left, each pair as a stack of matrix products.
 */
final class Einsum {
  private final String equation;
  private final List<String> terms = new ArrayList<>();
  private final String result;

  /** Reads {@code ij,jk->ik}; without an arrow the letters that occur once, in their order. */
  Einsum(String equation) {
    this.equation = equation;
    String compact = equation.replace(" ", "");
    int arrow = compact.indexOf("->");
    String left = arrow < 0 ? compact : compact.substring(0, arrow);
    for (String term : left.split(",", -1)) {
      require(term.chars().allMatch(Character::isLetter), "names axes by letters alone");
      require(distinct(term) == term.length(), "names an axis twice in one operand");
      terms.add(term);
    }
    this.result = arrow < 0 ? implied(left) : compact.substring(arrow + 2);
    require(distinct(result) == result.length(), "names an axis of the result twice");
    require(
        result.chars().allMatch(c -> left.indexOf(c) >= 0),
        "names an axis of the result that no operand has");
  }

  Tensor of(Tensor... operands) {
    require(operands.length == terms.size(), "does not have " + operands.length + " operands");
    for (int i = 0; i < operands.length; i++) {
      checkLengths(operands, i);
    }
    Tensor joint = operands[0];
    String names = terms.getFirst();
    for (int i = 1; i < operands.length; i++) {
      String needed = result + String.join("", terms.subList(i + 1, terms.size()));
      String joined = joinedNames(names, terms.get(i), needed);
      joint = join(joint, names, operands[i], terms.get(i), needed, joined);
      names = joined;
    }
    return arrange(reduce(joint, names, result), keep(names, result), result);
  }

  /** Returns the shared, then the left's, then the right's letters, of those that are needed. */
  private static String joinedNames(String a, String b, String needed) {
    String kept = keep(a, needed);
    return keep(kept, b) + without(kept, b) + without(keep(b, needed), a);
  }

  // [shared.., left.., summed..] x [shared.., summed.., right..] -> [shared.., left.., right..]
  private static Tensor join(
      Tensor a, String aNames, Tensor b, String bNames, String needed, String joined) {
    Tensor left = reduce(a, aNames, bNames + needed);
    String leftNames = keep(aNames, bNames + needed);
    Tensor right = reduce(b, bNames, aNames + needed);
    String rightNames = keep(bNames, aNames + needed);
    String both = keep(leftNames, rightNames);
    String shared = keep(both, needed);
    String summed = without(both, needed);
    String leftOnly = without(leftNames, rightNames);
    String rightOnly = without(rightNames, leftNames);
    int[] dims = new int[joined.length()];
    for (int i = 0; i < dims.length; i++) {
      char name = joined.charAt(i);
      int at = leftNames.indexOf(name);
      dims[i] = at >= 0 ? left.shape().dim(at) : right.shape().dim(rightNames.indexOf(name));
    }
    Tensor matrices = group(left, leftNames, shared, leftOnly, summed);
    return matrices.matmul(group(right, rightNames, shared, summed, rightOnly)).reshape(dims);
  }

  /** Returns a tensor as a stack of matrices, each of whose axes is a group of its own. */
  private static Tensor group(Tensor x, String names, String stack, String rows, String cols) {
    Tensor arranged = arrange(x, names, stack + rows + cols);
    Shape shape = arranged.shape();
    int first = stack.length();
    int second = first + rows.length();
    return arranged.reshape(
        size(shape, 0, first), size(shape, first, second), size(shape, second, shape.rank()));
  }

  /** Sums over the axes that are not needed. */
  private static Tensor reduce(Tensor x, String names, String needed) {
    int[] axes = names.chars().filter(c -> needed.indexOf(c) < 0).map(names::indexOf).toArray();
    return axes.length == 0 ? x : x.sum(axes);
  }

  private static Tensor arrange(Tensor x, String names, String order) {
    return names.equals(order) ? x : x.permute(order.chars().map(names::indexOf).toArray());
  }

  private void checkLengths(Tensor[] operands, int i) {
    Shape shape = operands[i].shape();
    String term = terms.get(i);
    if (shape.rank() != term.length()) {
      throw new ShapeException(
          "einsum '" + equation + "': operand " + i + " has shape " + shape + ", not axes " + term);
    }
    for (int axis = 0; axis < term.length(); axis++) {
      for (int j = 0; j < i; j++) {
        int same = terms.get(j).indexOf(term.charAt(axis));
        if (same >= 0 && operands[j].shape().dim(same) != shape.dim(axis)) {
          throw new ShapeException(
              "einsum '"
                  + equation
                  + "': axis "
                  + term.charAt(axis)
                  + " has length "
                  + operands[j].shape().dim(same)
                  + " in operand "
                  + j
                  + " and "
                  + shape.dim(axis)
                  + " in operand "
                  + i);
        }
      }
    }
  }

  private void require(boolean holds, String fault) {
    if (!holds) {
      throw new IllegalArgumentException("einsum '" + equation + "' " + fault);
    }
  }

  private static String implied(String left) {
    StringBuilder once = new StringBuilder();
    left.chars()
        .filter(c -> c != ',' && left.indexOf(c) == left.lastIndexOf(c))
        .sorted()
        .forEach(once::appendCodePoint);
    return once.toString();
  }

  private static long distinct(String names) {
    Set<Integer> seen = new LinkedHashSet<>(names.chars().boxed().toList());
    return seen.size();
  }

  private static String keep(String names, String which) {
    return filter(names, which, true);
  }

  private static String without(String names, String which) {
    return filter(names, which, false);
  }

  private static String filter(String names, String which, boolean in) {
    StringBuilder kept = new StringBuilder();
    names.chars().filter(c -> which.indexOf(c) >= 0 == in).forEach(kept::appendCodePoint);
    return kept.toString();
  }

  private static int size(Shape shape, int from, int to) {
    int size = 1;
    for (int axis = from; axis < to; axis++) {
      size = Math.multiplyExact(size, shape.dim(axis));
    }
    return size;
  }
}
