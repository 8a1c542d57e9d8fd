package dev.lanewise.op.reduction;

import java.util.Arrays;
import java.util.List;

/** Axes as operations keep them and as arrays take them. */
final class Axes {
  private Axes() {}

  static int[] toArray(List<Integer> axes) {
    int[] array = new int[axes.size()];
    Arrays.setAll(array, axes::get);
    return array;
  }
}
