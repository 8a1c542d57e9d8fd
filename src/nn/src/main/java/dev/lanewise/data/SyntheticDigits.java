package dev.lanewise.data;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Pictures of handwritten-looking digits, 28 x 28 grey values, drawn from a seed.
 *
 * <p>A digit is drawn as a pen draws it. One of its forms in {@link DigitForms} is chosen and its
 * points are moved a little, each on its own; the strokes through them are bent by a slow wave,
 * then slanted, stretched, turned and shifted. A soft round pen, pressed more or less along the
 * way, follows the strokes: the ink of a pixel depends on its distance to the nearest of them. At
 * the end comes what paper and scanner add: grain in the ink, faint specks, now and then a stray
 * mark.
 *
 * <p>Image i of a seed depends on the seed and i alone, so that the first images of a larger set
 * are those of a smaller one, on every machine and for any number of threads: all arithmetic is
 * exact or from {@link StrictMath}.
 */
public final class SyntheticDigits {
  /** The height and width of an image. */
  public static final int SIDE = 28;

  private static final double HEIGHT = 19;
  private static final double WIDTH = 14;
  private static final int STEPS = 6;

  private SyntheticDigits() {}

  /** The first {@code count} images of {@code seed}, with the digits 0 to 9 as labels. */
  public static LabelledImages generate(int count, long seed) {
    int area = SIDE * SIDE;
    byte[] pixels = new byte[Math.multiplyExact(count, area)];
    int[] labels = new int[count];
    IntStream.range(0, count)
        .parallel()
        .forEach(i -> {
          RandomGenerator random = Randomness.generator(seed, i);
          labels[i] = random.nextInt(10);
          new Drawing(random).draw(labels[i], pixels, i * area);
        });
    return LabelledImages.owning(pixels, labels, SIDE, SIDE);
  }

  /** One image in the making. */
  private static final class Drawing {
    private final RandomGenerator random;

    /** For each pixel how deep it lies inside the pen's mark, in pixels; negative outside. */
    private final double[] depth = new double[SIDE * SIDE];

    private final double softness;
    private final double pen;
    private final double pressure;

    private final double xx;
    private final double xy;
    private final double yx;
    private final double yy;
    private final double shiftX;
    private final double shiftY;
    private final double[] wave = new double[8];

    Drawing(RandomGenerator random) {
      this.random = random;
      Arrays.fill(depth, -SIDE);
      softness = between(0.45, 0.9);
      pen = between(0.75, 1.7);
      pressure = between(0, 0.3);
      double angle = 0.12 * bell();
      double slant = 0.19 * bell();
      double width = WIDTH * between(0.7, 1.2);
      double height = HEIGHT * between(0.82, 1.1);
      double cos = StrictMath.cos(angle);
      double sin = StrictMath.sin(angle);
      xx = cos * width;
      xy = (-slant * cos - sin) * height;
      yx = sin * width;
      yy = (cos - slant * sin) * height;
      shiftX = SIDE / 2.0 + 1.0 * bell();
      shiftY = SIDE / 2.0 + 1.0 * bell();
      for (int i = 0; i < wave.length; i += 4) {
        wave[i] = 0.027 * bell();
        wave[i + 1] = between(-5, 5);
        wave[i + 2] = between(-5, 5);
        wave[i + 3] = between(0, 2 * Math.PI);
      }
    }

    void draw(int digit, byte[] pixels, int start) {
      List<DigitForms.Form> forms = DigitForms.of(digit);
      for (DigitForms.Stroke stroke : forms.get(random.nextInt(forms.size())).strokes()) {
        trace(stroke);
      }
      if (random.nextInt(12) == 0) {
        strayMark();
      }
      ink(pixels, start);
    }

    /** Draws the spline of Catmull and Rom through the stroke's points, moved a little. */
    private void trace(DigitForms.Stroke stroke) {
      int count = stroke.size();
      double[] x = new double[count];
      double[] y = new double[count];
      for (int i = 0; i < count; i++) {
        x[i] = stroke.x(i) + 0.033 * bell();
        y[i] = stroke.y(i) + 0.027 * bell();
      }
      double phase = between(0, 6);
      Point before = place(x[0], y[0]);
      for (int i = 0; i + 1 < count; i++) {
        int previous = i == 0 || stroke.isCorner(i) ? i : i - 1;
        int next = i + 2 == count || stroke.isCorner(i + 1) ? i + 1 : i + 2;
        for (int step = 1; step <= STEPS; step++) {
          double t = (double) step / STEPS;
          Point here =
              place(
                  spline(x[previous], x[i], x[i + 1], x[next], t),
                  spline(y[previous], y[i], y[i + 1], y[next], t));
          double radius = pen * (1 + pressure * StrictMath.sin(phase + i + t));
          segment(before, here, radius);
          before = here;
        }
      }
    }

    private static double spline(double a, double b, double c, double d, double t) {
      double slopeB = (c - a) / 2;
      double slopeC = (d - b) / 2;
      double rise = c - b;
      return b
          + t * (slopeB + t * (3 * rise - 2 * slopeB - slopeC + t * (slopeB + slopeC - 2 * rise)));
    }

    /** Where a point of the unit box comes to lie in the image. */
    private Point place(double x, double y) {
      double u = x - 0.5;
      double v = y - 0.5;
      double bend = 0;
      double lift = 0;
      for (int i = 0; i < wave.length; i += 4) {
        double turn = wave[i + 1] * u + wave[i + 2] * v + wave[i + 3];
        bend += wave[i] * StrictMath.sin(turn);
        lift += wave[i] * StrictMath.cos(turn);
      }
      u += bend;
      v += lift;
      return new Point(xx * u + xy * v + shiftX, yx * u + yy * v + shiftY);
    }

    private void strayMark() {
      double x = between(2, SIDE - 2);
      double y = between(2, SIDE - 2);
      Point end = new Point(x + 2.5 * bell(), y + 2.5 * bell());
      segment(new Point(x, y), end, 0.6 * pen);
    }

    /** Presses the pen, of the given radius, along a straight line. */
    private void segment(Point a, Point b, double radius) {
      double reach = radius + 2;
      int top = clamp(Math.min(a.y, b.y) - reach);
      int bottom = clamp(Math.max(a.y, b.y) + reach);
      int left = clamp(Math.min(a.x, b.x) - reach);
      int right = clamp(Math.max(a.x, b.x) + reach);
      double dx = b.x - a.x;
      double dy = b.y - a.y;
      double square = dx * dx + dy * dy;
      for (int row = top; row <= bottom; row++) {
        for (int col = left; col <= right; col++) {
          double px = col + 0.5 - a.x;
          double py = row + 0.5 - a.y;
          double along = square == 0 ? 0 : Math.clamp((px * dx + py * dy) / square, 0.0, 1.0);
          double offX = px - along * dx;
          double offY = py - along * dy;
          double inside = radius - Math.sqrt(offX * offX + offY * offY);
          int pixel = row * SIDE + col;
          depth[pixel] = Math.max(depth[pixel], inside);
        }
      }
    }

    private static int clamp(double value) {
      return (int) Math.clamp(value, 0.0, SIDE - 1.0);
    }

    /** Turns depths into grey values: a smooth step as wide as the pen is soft, and the grain. */
    private void ink(byte[] pixels, int start) {
      double darkness = between(170, 255);
      double grain = between(0, 22);
      double specks = random.nextInt(3) == 0 ? between(4, 24) : 0;
      for (int i = 0; i < depth.length; i++) {
        double t = Math.clamp((depth[i] / softness + 1) / 2, 0.0, 1.0);
        double cover = t * t * (3 - 2 * t);
        double noise = cover * grain * bell() + (1 - cover) * specks * Math.max(0, bell() - 1);
        double grey = cover * darkness + noise;
        pixels[start + i] = (byte) Math.clamp(Math.round(grey), 0, 255);
      }
    }

    private double between(double low, double high) {
      return low + (high - low) * random.nextDouble();
    }

    /** A number near the normal distribution, which needs no logarithm. */
    private double bell() {
      double sum = random.nextDouble() + random.nextDouble() + random.nextDouble();
      return 2 * sum - 3;
    }
  }

  /** A place in the image, in pixels from its upper left corner. */
  private record Point(double x, double y) {}
}
