package dev.lanewise.parity;

import java.util.Random;

/** How the numbers of an input are drawn. */
@FunctionalInterface
public interface Values {
  /**
   * Multiples of 1/8 from -2 to 2: their sums and products of a few factors are exact in float32,
   * whatever the order; they tie often, and fall on corners such as 0 and 1.
   */
  Values EIGHTHS = random -> random.nextInt(-16, 17) / 8f;

  /** Odd multiples of 1/16 from -2 to 2, between the {@link #EIGHTHS}: none is on a corner. */
  Values SIXTEENTHS = random -> (2 * random.nextInt(-16, 16) + 1) / 16f;

  /** Powers of two and their negatives, by which division is exact. */
  Values POWERS_OF_TWO = of(-2, -1, -0.5f, 0.5f, 1, 2);

  /** Draws the next number. */
  float next(Random random);

  /** Returns numbers spread evenly from {@code low} to {@code high}. */
  static Values between(float low, float high) {
    return random -> random.nextFloat(low, high);
  }

  /** Returns one of some numbers, each as likely as the next. */
  static Values of(float... numbers) {
    return random -> numbers[random.nextInt(numbers.length)];
  }
}
