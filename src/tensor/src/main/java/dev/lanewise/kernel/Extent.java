package dev.lanewise.kernel;

/** Two lengths of a plane: along its height and along its width. */
public record Extent(int height, int width) {
  /** Returns the same length both ways. */
  public static Extent of(int length) {
    return new Extent(length, length);
  }

  /** Says whether neither length is less than {@code least}. */
  public boolean isAtLeast(int least) {
    return height >= least && width >= least;
  }

  @Override
  public String toString() {
    return height + " x " + width;
  }
}
