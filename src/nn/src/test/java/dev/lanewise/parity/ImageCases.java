package dev.lanewise.parity;

import static dev.lanewise.parity.Tolerance.ROUNDED;
import static dev.lanewise.parity.Values.EIGHTHS;

import dev.lanewise.kernel.Extent;
import dev.lanewise.op.product.Conv2d;
import java.util.List;

/** Convolutions, exact on eighths, and pooling. */
final class ImageCases {
  private ImageCases() {}

  static List<Case> all() {
    Case plain =
        Case.of("conv2d", d -> images(d, 2, 3, 1), x -> x[0].conv2d(x[1], x[2], Conv2d.of(1, 0)));
    return List.of(
        plain,
        plain.on("filters of one", d -> images(d, 3, 1, 1)),
        Case.of(
            "conv2d stride 2 padding 1",
            d -> images(d, 2, 3, 1),
            x -> x[0].conv2d(x[1], x[2], 2, 1)),
        Case.of(
            "conv2d groups",
            d -> images(d, 4, 2, 2),
            x -> x[0].conv2d(x[1], x[2], with(1, 0, 1, 2))),
        Case.of(
            "conv2d dilation without bias",
            d -> images(d, 2, 2, 1).subList(0, 2),
            x -> x[0].conv2d(x[1], null, with(1, 2, 2, 1))),
        Case.of(
            "conv1d",
            d ->
                List.of(
                    d.input(EIGHTHS, d.length(3), 4, 6 + d.length(4)),
                    d.input(EIGHTHS, 2, 2, 3),
                    d.input(EIGHTHS, 2)),
            x -> x[0].conv1d(x[1], x[2], 2, 1, 2, 2)),
        Case.of("maxPool2d 2 2 0", ImageCases::image, x -> x[0].maxPool2d(2, 2, 0)),
        Case.of("maxPool2d 3 1 1", ImageCases::image, x -> x[0].maxPool2d(3, 1, 1)),
        Case.of("avgPool2d 2 2 0", ImageCases::image, x -> x[0].avgPool2d(2, 2, 0)),
        Case.of("avgPool2d 3 3 1", ImageCases::image, x -> x[0].avgPool2d(3, 3, 1))
            .within(ROUNDED, ROUNDED));
  }

  private static Conv2d with(int stride, int padding, int dilation, int groups) {
    return new Conv2d(Extent.of(stride), Extent.of(padding), Extent.of(dilation), groups);
  }

  private static List<Input> image(Draw d) {
    return List.of(d.input(EIGHTHS, d.length(2), d.length(2), 3 + d.length(3), 3 + d.length(3)));
  }

  /** Images, square filters and biases. */
  private static List<Input> images(Draw d, int channels, int kernel, int groups) {
    int filters = groups * d.length(2);
    return List.of(
        d.input(EIGHTHS, d.length(2), channels, 2 + d.length(3), 2 + d.length(3)),
        d.input(EIGHTHS, filters, channels / groups, kernel, kernel),
        d.input(EIGHTHS, filters));
  }
}
