package dev.lanewise.op;

import dev.lanewise.array.Views;
import dev.lanewise.kernel.Activation;
import dev.lanewise.kernel.Extent;
import dev.lanewise.kernel.Windows;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/** An operation's value in double precision, by plain loops over row-major arrays. */
@FunctionalInterface
interface Reference {
  /** Returns the value, in row-major order. */
  double[] value(double[]... inputs);

  static Reference map(DoubleUnaryOperator f) {
    return x -> Arrays.stream(x[0]).map(f).toArray();
  }

  static Reference zip(DoubleBinaryOperator f, int[] a, int[] b, int[] out) {
    return x -> {
      double[] y = new double[Views.size(out)];
      for (int i = 0; i < y.length; i++) {
        int[] index = Views.index(i, out);
        y[i] = f.applyAsDouble(x[0][Views.position(index, a)], x[1][Views.position(index, b)]);
      }
      return y;
    };
  }

  static Reference matmul(int[] a, int[] b, int[] out) {
    int m = a[a.length - 2];
    int k = a[a.length - 1];
    int n = b[b.length - 1];
    int[] batch = Arrays.copyOf(out, out.length - 2);
    return x -> {
      double[] y = new double[Views.size(out)];
      for (int s = 0; s < Views.size(batch); s++) {
        int[] stack = Views.index(s, batch);
        int ao = m * k * Views.position(stack, Arrays.copyOf(a, a.length - 2));
        int bo = k * n * Views.position(stack, Arrays.copyOf(b, b.length - 2));
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int p = 0; p < k; p++) {
              sum += x[0][ao + i * k + p] * x[1][bo + p * n + j];
            }
            y[(s * m + i) * n + j] = sum;
          }
        }
      }
      return y;
    };
  }

  /** X [rows, in], W [out, in] and, where there are three inputs, b [out]. */
  static Reference linear(Activation activation, int rows, int in, int out) {
    DoubleUnaryOperator f = activation(activation);
    return x -> {
      double[] y = new double[rows * out];
      for (int r = 0; r < rows; r++) {
        for (int o = 0; o < out; o++) {
          double sum = x.length > 2 ? x[2][o] : 0;
          for (int i = 0; i < in; i++) {
            sum += x[0][r * in + i] * x[1][o * in + i];
          }
          y[r * out + o] = f.applyAsDouble(sum);
        }
      }
      return y;
    };
  }

  /** The terms of a window's place: what {@link #windows} calls for each tap that sees one. */
  @FunctionalInterface
  interface Seen {
    /** Takes notice that tap {@code tap} of the window at {@code place} sees {@code element}. */
    void at(int place, int tap, int element);
  }

  /** Walks the places of windows over a plane, row by row, and the taps of each. */
  static void windows(Windows windows, Seen seen) {
    Extent kernel = windows.kernel();
    Extent plane = windows.plane();
    int place = 0;
    for (int i = 0; i < windows.outHeight(); i++) {
      for (int j = 0; j < windows.outWidth(); j++, place++) {
        for (int tap = 0; tap < kernel.height() * kernel.width(); tap++) {
          int h =
              i * windows.stride().height()
                  + tap / kernel.width() * windows.dilation().height()
                  - windows.padding().height();
          int w =
              j * windows.stride().width()
                  + tap % kernel.width() * windows.dilation().width()
                  - windows.padding().width();
          if (h >= 0 && h < plane.height() && w >= 0 && w < plane.width()) {
            seen.at(place, tap, h * plane.width() + w);
          }
        }
      }
    }
  }

  /** X [images, channels, ...], W [filters, channels / groups, ...] and, of three inputs, b. */
  static Reference convolution(Windows windows, int images, int channels, int filters, int groups) {
    int places = windows.outHeight() * windows.outWidth();
    int elements = windows.plane().height() * windows.plane().width();
    int taps = windows.kernel().height() * windows.kernel().width();
    int each = channels / groups;
    return x -> {
      double[] y = new double[images * filters * places];
      for (int i = 0; i < images * filters; i++) {
        int image = i / filters;
        int filter = i % filters;
        Arrays.fill(y, i * places, (i + 1) * places, x.length > 2 ? x[2][filter] : 0);
        for (int c = 0; c < each; c++) {
          int plane = image * channels + filter / (filters / groups) * each + c;
          int weights = (filter * each + c) * taps;
          int out = i * places;
          windows(
              windows,
              (place, tap, at) ->
                  y[out + place] += x[1][weights + tap] * x[0][plane * elements + at]);
        }
      }
      return y;
    };
  }

  static Reference maxPool(Windows windows, int planes) {
    int places = windows.outHeight() * windows.outWidth();
    int elements = windows.plane().height() * windows.plane().width();
    return x -> {
      double[] y = new double[planes * places];
      Arrays.fill(y, Double.NEGATIVE_INFINITY);
      for (int p = 0; p < planes; p++) {
        int in = p * elements;
        int out = p * places;
        windows(
            windows, (place, tap, at) -> y[out + place] = Math.max(y[out + place], x[0][in + at]));
      }
      return y;
    };
  }

  static Reference avgPool(Windows windows, int planes) {
    int places = windows.outHeight() * windows.outWidth();
    int elements = windows.plane().height() * windows.plane().width();
    int taps = windows.kernel().height() * windows.kernel().width();
    return x -> {
      double[] y = new double[planes * places];
      for (int p = 0; p < planes; p++) {
        int in = p * elements;
        int out = p * places;
        windows(windows, (place, tap, at) -> y[out + place] += x[0][in + at] / taps);
      }
      return y;
    };
  }

  /** Rows of {@code cols} elements and, where there are more inputs, a weight and a bias. */
  static Reference norm(boolean centered, int cols, double eps) {
    return x -> {
      double[] y = new double[x[0].length];
      for (int row = 0; row < y.length; row += cols) {
        double mean = 0;
        double squares = 0;
        for (int i = row; i < row + cols; i++) {
          mean += centered ? x[0][i] / cols : 0;
        }
        for (int i = row; i < row + cols; i++) {
          squares += (x[0][i] - mean) * (x[0][i] - mean) / cols;
        }
        for (int i = row; i < row + cols; i++) {
          y[i] = (x[0][i] - mean) / Math.sqrt(squares + eps);
          y[i] = y[i] * (x.length > 1 ? x[1][i - row] : 1) + (x.length > 2 ? x[2][i - row] : 0);
        }
      }
      return y;
    };
  }

  /** Sums over the axes of {@code dims} that are marked. */
  static Reference sum(boolean[] summed, int... dims) {
    int[] kept = dims.clone();
    for (int axis = 0; axis < dims.length; axis++) {
      kept[axis] = summed[axis] ? 1 : dims[axis];
    }
    return x -> {
      double[] y = new double[Views.size(kept)];
      for (int i = 0; i < x[0].length; i++) {
        y[Views.position(Views.index(i, dims), kept)] += x[0][i];
      }
      return y;
    };
  }

  /** {@code f} of the elements over the axes of {@code dims} that are marked, in their order. */
  static Reference reduce(ToDoubleFunction<double[]> f, boolean[] reduced, int... dims) {
    int[] kept = dims.clone();
    int length = 1;
    for (int axis = 0; axis < dims.length; axis++) {
      kept[axis] = reduced[axis] ? 1 : dims[axis];
      length *= reduced[axis] ? dims[axis] : 1;
    }
    int cols = length;
    return x -> {
      double[][] rows = new double[Views.size(kept)][cols];
      int[] filled = new int[rows.length];
      for (int i = 0; i < x[0].length; i++) {
        int row = Views.position(Views.index(i, dims), kept);
        rows[row][filled[row]++] = x[0][i];
      }
      return Arrays.stream(rows).mapToDouble(f).toArray();
    };
  }

  /** The element of the input at {@code source} of each index of {@code out}; 0 at a negative. */
  static Reference pick(ToIntFunction<int[]> source, int... out) {
    return x -> {
      double[] y = new double[Views.size(out)];
      for (int i = 0; i < y.length; i++) {
        int at = source.applyAsInt(Views.index(i, out));
        y[i] = at < 0 ? 0 : x[0][at];
      }
      return y;
    };
  }

  static Reference softmax(int cols) {
    return x -> {
      double[] y = logSoftmax(cols).value(x);
      Arrays.setAll(y, i -> Math.exp(y[i]));
      return y;
    };
  }

  static Reference logSoftmax(int cols) {
    return x -> {
      double[] y = new double[x[0].length];
      for (int row = 0; row < y.length; row += cols) {
        double sum = 0;
        for (int i = row; i < row + cols; i++) {
          sum += Math.exp(x[0][i]);
        }
        for (int i = row; i < row + cols; i++) {
          y[i] = x[0][i] - Math.log(sum);
        }
      }
      return y;
    };
  }

  static Reference crossEntropy(int cols, int... labels) {
    return x -> {
      double[] y = logSoftmax(cols).value(x);
      double sum = 0;
      for (int row = 0; row < labels.length; row++) {
        sum -= y[row * cols + labels[row]];
      }
      return new double[] {sum / labels.length};
    };
  }

  static Reference meanSquaredError() {
    return x -> {
      double sum = 0;
      for (int i = 0; i < x[0].length; i++) {
        sum += (x[0][i] - x[1][i]) * (x[0][i] - x[1][i]);
      }
      return new double[] {sum / x[0].length};
    };
  }

  /** The result's axis {@code i} is the input's axis {@code axes[i]}. */
  static Reference permute(int[] axes, int... dims) {
    int[] out = new int[axes.length];
    Arrays.setAll(out, i -> dims[axes[i]]);
    return x -> {
      double[] y = new double[x[0].length];
      for (int i = 0; i < y.length; i++) {
        int[] index = Views.index(i, out);
        int[] source = new int[axes.length];
        for (int axis = 0; axis < axes.length; axis++) {
          source[axes[axis]] = index[axis];
        }
        y[i] = x[0][Views.position(source, dims)];
      }
      return y;
    };
  }

  static Reference expand(int[] dims, int... out) {
    return x -> {
      double[] y = new double[Views.size(out)];
      Arrays.setAll(y, i -> x[0][Views.position(Views.index(i, out), dims)]);
      return y;
    };
  }

  static DoubleUnaryOperator activation(Activation activation) {
    return switch (activation) {
      case IDENTITY -> x -> x;
      case RELU -> x -> Math.max(x, 0);
      case SIGMOID -> Reference::sigmoid;
      case TANH -> Math::tanh;
      case GELU -> Reference::gelu;
    };
  }

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  static double gelu(double x) {
    return x * (1 + erf(x * Math.sqrt(0.5))) / 2;
  }

  /** erf by the series whose terms are all positive; good for |x| up to 6. */
  static double erf(double x) {
    double a = Math.abs(x);
    double term = a;
    double sum = a;
    for (int n = 1; term > sum * 1e-17; n++) {
      term *= 2 * a * a / (2 * n + 1);
      sum += term;
    }
    return Math.copySign(2 / Math.sqrt(Math.PI) * Math.exp(-a * a) * sum, x);
  }
}
