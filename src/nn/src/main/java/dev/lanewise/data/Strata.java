package dev.lanewise.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Samples dealt out at random to parts of given sizes, so that each part has each class in the
 * proportion of the whole, to within one sample.
 *
 * <p>Of a class of c samples among n, a part of s samples has the share c s / n. Every part gets
 * this much rounded down. What then remains of a class goes, one sample each, to the parts with the
 * most room left; that this comes out for every class is Gale and Ryser's theorem (H. J. Ryser,
 * "Combinatorial properties of matrices of zeros and ones", 1957), as the fractions of the shares
 * are a solution if samples could be cut.
 */
final class Strata {
  private Strata() {}

  /**
   * The samples of each part, in random order.
   *
   * @param labels the class of each sample
   * @param sizes the samples that each part gets, as many in all as there are labels
   */
  static int[][] deal(int[] labels, int[] sizes, RandomGenerator random) {
    List<int[]> classes = classes(labels);
    int[] room = room(classes, sizes, labels.length);
    int[][] parts = Arrays.stream(sizes).mapToObj(int[]::new).toArray(int[][]::new);
    int[] filled = new int[sizes.length];
    Integer[] byRoom =
        Arrays.stream(Randomness.permutation(sizes.length, random)).boxed().toArray(Integer[]::new);
    for (int[] members : classes) {
      Randomness.shuffle(members, random);
      // After the first class these are two runs in order, which a stable sort merges in one pass.
      Arrays.sort(byRoom, Comparator.comparingInt(part -> -room[part]));
      int left = members.length;
      for (int part : byRoom) {
        left -= share(members.length, sizes[part], labels.length);
      }
      int dealt = 0;
      for (int part : byRoom) {
        int count = share(members.length, sizes[part], labels.length);
        if (left > 0) {
          left--;
          room[part]--;
          count++;
        }
        System.arraycopy(members, dealt, parts[part], filled[part], count);
        dealt += count;
        filled[part] += count;
      }
    }
    for (int[] part : parts) {
      Randomness.shuffle(part, random);
    }
    return parts;
  }

  /** The samples of each class, classes in ascending order. */
  private static List<int[]> classes(int[] labels) {
    long[] byLabel = new long[labels.length];
    Arrays.setAll(byLabel, i -> ((long) labels[i] << Integer.SIZE) | i);
    Arrays.sort(byLabel);
    List<int[]> classes = new ArrayList<>();
    int end = 0;
    for (int start = 0; start < byLabel.length; start = end) {
      long label = byLabel[start] >> Integer.SIZE;
      while (end < byLabel.length && byLabel[end] >> Integer.SIZE == label) {
        end++;
      }
      classes.add(Arrays.stream(byLabel, start, end).mapToInt(key -> (int) key).toArray());
    }
    return classes;
  }

  /** What each part has room for beside the shares rounded down. */
  private static int[] room(List<int[]> classes, int[] sizes, int samples) {
    int[] room = sizes.clone();
    for (int[] members : classes) {
      for (int part = 0; part < sizes.length; part++) {
        room[part] -= share(members.length, sizes[part], samples);
      }
    }
    return room;
  }

  private static int share(int members, int size, int samples) {
    return (int) ((long) members * size / samples);
  }
}
