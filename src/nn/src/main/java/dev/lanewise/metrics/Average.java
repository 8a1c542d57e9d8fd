package dev.lanewise.metrics;

/** How the measures of several classes make one. */
public enum Average {
  /** The mean over the classes that came up, each counting the same. */
  MACRO,
  /** The measure of all decisions together, whatever the class. */
  MICRO,
  /** The mean over the classes, each counting as often as it is a label. */
  WEIGHTED
}
