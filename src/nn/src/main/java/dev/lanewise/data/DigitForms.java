package dev.lanewise.data;

import java.util.ArrayList;
import java.util.List;

/**
 * The ways in which people write the ten digits.
 *
 * <p>A form is a line of text: points {@code x,y} in a box of 100 by 100, from its upper left
 * corner; a pen goes through them in a smooth curve, turns sharply at a point marked {@code *}, and
 * is lifted at {@code /}.
 */
final class DigitForms {
  private static final List<List<Form>> FORMS =
      List.of(
          forms(
              "52,2 25,12 8,45 14,80 42,98 72,88 90,52 80,15 52,2",
              "70,8 40,2 14,30 12,70 40,98 76,84 88,45 74,12 48,6 36,16",
              "62,4 28,14 10,50 26,90 60,96 88,62 84,26 70,10"),
          forms(
              "55,0 50,50 46,100",
              "26,22 54,0* 52,50 50,100",
              "28,24 54,2* 52,50 52,98 / 22,98 82,97"),
          forms(
              "12,24 26,6 56,2 82,18 76,46 40,78 10,97* 50,96 92,96",
              "14,20 40,2 74,8 84,30 66,58 34,86 12,92 10,80 26,76 52,90 92,94",
              "16,16 48,3 82,14 70,48 14,94* 90,92"),
          forms(
              "14,14 42,1 76,12 76,36 44,48* 82,62 84,86 46,100 10,86",
              "14,4 50,3 84,4* 44,42* 80,54 86,80 54,98 12,90",
              "16,12 50,0 80,18 64,42 40,48 34,43 44,40 76,56 82,82 48,99 14,90"),
          forms(
              "22,4 16,34 12,56* 50,57 92,55 / 68,10 66,55 64,100",
              "64,0* 36,30 6,66* 50,65 94,64 / 66,2 66,50 64,100",
              "20,2 14,40 30,56 70,44 80,20* 72,60 66,100"),
          forms(
              "84,4 50,4 24,4* 20,42* 48,36 82,52 82,84 46,100 12,90",
              "26,4 20,44* 54,38 86,62 72,92 40,99 10,88 / 26,5 56,6 88,2",
              "80,8 50,2 24,14 26,40 62,50 82,72 64,96 16,92"),
          forms(
              "72,2 38,22 14,58 18,88 48,100 80,84 78,60 50,50 20,66",
              "52,0 28,36 12,74 30,98 66,96 82,76 66,58 36,62 16,78",
              "84,10 52,4 20,36 12,72 36,98 74,92 84,68 58,52 26,62 14,78"),
          forms(
              "10,6 50,5 88,5* 62,46 40,100",
              "12,8 50,6 86,5* 60,50 42,99 / 32,50 56,49 80,48",
              "12,24 13,6* 50,7 88,6* 58,44 48,100"),
          forms(
              "76,14 50,2 22,14 28,36 54,48 80,68 76,92 46,100 18,88 22,66 50,48 76,32 78,14",
              "50,1 24,14 26,38 50,47 76,36 74,12 50,1 / 50,47 18,62 18,90 50,100 82,88 82,62"
                  + " 50,47",
              "84,8 56,2 28,18 34,40 66,58 80,82 54,100 22,88 28,64 62,42 82,20"),
          forms(
              "80,20 56,2 22,14 20,40 50,52 78,34 80,16* 78,60 74,100",
              "80,24 60,3 26,10 18,36 44,50 74,38 82,14 82,54 68,88 30,98",
              "70,6 32,10 18,34 44,50 76,34 82,8* 74,54 58,100"));

  private DigitForms() {}

  /** The forms of one digit. */
  static List<Form> of(int digit) {
    return FORMS.get(digit);
  }

  private static List<Form> forms(String... texts) {
    List<Form> forms = new ArrayList<>();
    for (String text : texts) {
      List<Stroke> strokes = new ArrayList<>();
      for (String stroke : text.split(" / ", -1)) {
        strokes.add(Stroke.parse(stroke));
      }
      forms.add(new Form(List.copyOf(strokes)));
    }
    return List.copyOf(forms);
  }

  /** One way to write a digit. */
  record Form(List<Stroke> strokes) {}

  /** What a pen draws without being lifted: points in a unit box, of which some are corners. */
  static final class Stroke {
    private final double[] x;
    private final double[] y;
    private final boolean[] corner;

    private Stroke(int size) {
      x = new double[size];
      y = new double[size];
      corner = new boolean[size];
    }

    static Stroke parse(String text) {
      String[] points = text.split(" ", -1);
      Stroke stroke = new Stroke(points.length);
      for (int i = 0; i < points.length; i++) {
        stroke.corner[i] = points[i].endsWith("*");
        int comma = points[i].indexOf(',');
        int end = points[i].length() - (stroke.corner[i] ? 1 : 0);
        stroke.x[i] = Integer.parseInt(points[i], 0, comma, 10) / 100.0;
        stroke.y[i] = Integer.parseInt(points[i], comma + 1, end, 10) / 100.0;
      }
      return stroke;
    }

    int size() {
      return x.length;
    }

    double x(int point) {
      return x[point];
    }

    double y(int point) {
      return y[point];
    }

    boolean isCorner(int point) {
      return corner[point];
    }
  }
}
