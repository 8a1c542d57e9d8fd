package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.Extent;
import dev.lanewise.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions and poolings as layers, against plain loops. */
final class ConvolutionLayersTest {
  // Sums of at most 24 products.
  private static final int ROUNDINGS = 32;

  @ParameterizedTest
  @CsvSource({"1, 0, 1, 1, true", "2, 1, 1, 1, true", "1, 2, 2, 2, true", "3, 1, 1, 2, false"})
  void conv1d_isItsFormula(int stride, int padding, int dilation, int groups, boolean biased) {
    Random random = new Random(stride);
    int in = 4;
    int out = 6;
    int length = 9;
    Conv1d layer = new Conv1d(in, out, 3, stride, padding, dilation, groups, biased);
    int places = (length + 2 * padding - dilation * 2 - 1) / stride + 1;
    Exact exact =
        x -> {
          double[] y = new double[2 * out * places];
          for (int i = 0; i < y.length; i++) {
            int place = i % places;
            int filter = i / places % out;
            int sample = i / places / out;
            double sum = biased ? x[2][filter] : 0;
            for (int c = 0; c < in / groups; c++) {
              int channel = filter / (out / groups) * (in / groups) + c;
              for (int tap = 0; tap < 3; tap++) {
                int at = place * stride - padding + tap * dilation;
                if (at >= 0 && at < length) {
                  sum +=
                      x[0][(sample * in + channel) * length + at]
                          * x[1][(filter * (in / groups) + c) * 3 + tap];
                }
              }
            }
            y[i] = sum;
          }
          return y;
        };
    exact.check(
        ROUNDINGS,
        x -> layer.forward(x[0]),
        Exact.inputs(random, layer, Exact.draw(random, 2, in, length)));
  }

  @ParameterizedTest
  @CsvSource({"1, 0, 1, 1, true", "2, 1, 1, 1, true", "1, 2, 2, 2, false"})
  void conv2d_isItsFormula(int stride, int padding, int dilation, int groups, boolean biased) {
    Random random = new Random(stride);
    int in = 4;
    int out = 2;
    int height = 6;
    int width = 5;
    Conv2d layer =
        new Conv2d(
            in,
            out,
            new Extent(3, 2),
            Extent.of(stride),
            Extent.of(padding),
            Extent.of(dilation),
            groups,
            biased);
    int rows = (height + 2 * padding - dilation * 2 - 1) / stride + 1;
    int cols = (width + 2 * padding - dilation - 1) / stride + 1;
    Exact exact =
        x -> {
          double[] y = new double[2 * out * rows * cols];
          for (int i = 0; i < y.length; i++) {
            int col = i % cols;
            int row = i / cols % rows;
            int filter = i / cols / rows % out;
            int sample = i / cols / rows / out;
            double sum = biased ? x[2][filter] : 0;
            for (int tap = 0; tap < in / groups * 6; tap++) {
              int channel = filter / (out / groups) * (in / groups) + tap / 6;
              int r = row * stride - padding + tap / 2 % 3 * dilation;
              int c = col * stride - padding + tap % 2 * dilation;
              if (r >= 0 && r < height && c >= 0 && c < width) {
                sum +=
                    x[0][((sample * in + channel) * height + r) * width + c]
                        * x[1][filter * (in / groups) * 6 + tap];
              }
            }
            y[i] = sum;
          }
          return y;
        };
    exact.check(
        ROUNDINGS,
        x -> layer.forward(x[0]),
        Exact.inputs(random, layer, Exact.draw(random, 2, in, height, width)));
  }

  @Test
  void pooling_isItsFormula() {
    Tensor x = Tensor.of(new float[] {1, 5, 2, 4, 3, 8, 9, 7, 6}, 1, 1, 3, 3);
    assertThat(new MaxPool2d(2, 1, 0).forward(x).toFloatArray()).containsExactly(5, 8, 9, 8);
    assertThat(new AvgPool2d(2, 1, 0).forward(x).toFloatArray())
        .containsExactly(13 / 4f, 18 / 4f, 23 / 4f, 24 / 4f);
    assertThat(new MaxPool2d(2).forward(Tensor.ones(2, 3, 4, 5)).shape())
        .isEqualTo(Shape.of(2, 3, 2, 2));
    assertThat(new AvgPool2d(2, 2, 1).forward(x).toFloatArray())
        .containsExactly(1 / 4f, 7 / 4f, 13 / 4f, 24 / 4f);
    assertThatThrownBy(() -> new MaxPool2d(2).forward(Tensor.ones(3, 3)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("maxPool2d: input [3, 3] is not [N, C, H, W]");
  }

  @Test
  void stateDict_isPyTorchs_andStartsWithinItsBound() {
    Conv2d layer = new Conv2d(4, 6, 3);
    assertThat(layer.stateDict().keySet()).containsExactly("weight", "bias");
    assertThat(layer.weight().shape()).isEqualTo(Shape.of(6, 4, 3, 3));
    assertThat(layer.bias().shape()).isEqualTo(Shape.of(6));
    assertThat(new Conv1d(4, 6, 5, 1, 0, 1, 2, false).weight().shape())
        .isEqualTo(Shape.of(6, 2, 5));
    assertThat(new Conv1d(4, 6, 5).forward(Tensor.ones(2, 4, 9)).shape())
        .isEqualTo(Shape.of(2, 6, 5));
    assertThat(layer.forward(Tensor.ones(2, 4, 9, 9)).shape()).isEqualTo(Shape.of(2, 6, 7, 7));
    double largest = 0;
    for (float value : layer.weight().toFloatArray()) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(largest).isBetween(0.9 / 6, 1.0 / 6 + 1e-8);
  }

  @Test
  void errors_areSentences() {
    assertThatThrownBy(
            () -> new Conv2d(4, 6, Extent.of(3), Extent.of(1), Extent.of(0), Extent.of(1), 4, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a convolution from 4 to 6 channels by a kernel [3, 3] in 4 groups wants positive"
                + " sizes, and groups that divide the channels");
    assertThatThrownBy(() -> new Conv1d(4, 6, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Conv2d(4, 6, 3, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("conv2d: stride 0 x 0");
    assertThatThrownBy(() -> new Conv2d(4, 6, 3).forward(Tensor.ones(2, 3, 9, 9)))
        .isInstanceOf(ShapeException.class);
  }
}
