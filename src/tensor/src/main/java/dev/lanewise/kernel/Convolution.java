package dev.lanewise.kernel;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of images X [images, channels, height, width] with filters W [filters, channels /
 * groups, height, width], as neural networks call it: a correlation, of every group of channels
 * with its own filters,
 *
 * <pre>
 *   Y[n, f, i, j] = bias[f] + sum over c, p, q of W[f, c, p, q] X[n, c, i s + p d, j s + q d]
 * </pre>
 *
 * <p>All arrays are contiguous, and offsets are in floats.
 *
 * @param windows the places of a filter on a channel
 * @param groups a divisor of the channels and of the filters
 */
public record Convolution(Windows windows, int images, int channels, int filters, int groups) {
  /** Multiply-adds from which a second thread pays for itself. */
  private static final long SHARED_FROM = 64L * 64 * 64;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is negative, the groups do not divide channels and
   *     filters, or the filters do not fit on a padded channel
   */
  public Convolution {
    if ((images | channels | filters) < 0
        || groups < 1
        || channels % groups != 0
        || filters % groups != 0
        || windows.outHeight() < 1
        || windows.outWidth() < 1) {
      throw new IllegalArgumentException(
          (images + " images of " + channels + " channels, " + filters + " filters in ")
              + (groups + " groups and " + windows + " are no convolution"));
    }
  }

  /** Computes Y. */
  public void output(
      MemorySegment x,
      long xo,
      MemorySegment w,
      long wo,
      @Nullable MemorySegment bias,
      long bo,
      MemorySegment y,
      long yo) {
    check(x, xo, w, wo, y, yo);
    if (bias != null) {
      Simd.check(bias, bo, filters);
    }
    call().output(x, xo, w, wo, bias, bo, y, yo);
  }

  /**
   * Computes dX, the cotangent of X, from that of Y.
   *
   * @param accumulate whether it is added to what is there
   */
  public void inputGrad(
      MemorySegment dx,
      long dxo,
      MemorySegment w,
      long wo,
      MemorySegment dy,
      long dyo,
      boolean accumulate) {
    check(dx, dxo, w, wo, dy, dyo);
    if (!accumulate) {
      Elementwise.fill(dx, dxo, 0, (long) images * channels * windows.planeSize());
    }
    call().inputGrad(dx, dxo, w, wo, dy, dyo);
  }

  /**
   * Computes dW, the cotangent of W, from that of Y: summed over the images from the first to the
   * last.
   *
   * @param accumulate whether it is added to what is there
   */
  public void weightGrad(
      MemorySegment x,
      long xo,
      MemorySegment dw,
      long dwo,
      MemorySegment dy,
      long dyo,
      boolean accumulate) {
    check(x, xo, dw, dwo, dy, dyo);
    if (!accumulate) {
      Elementwise.fill(dw, dwo, 0, weightSize());
    }
    call().weightGrad(x, xo, dw, dwo, dy, dyo);
  }

  private void check(MemorySegment x, long xo, MemorySegment w, long wo, MemorySegment y, long yo) {
    Simd.check(x, xo, (long) images * channels, windows.planeSize());
    Simd.check(w, wo, weightSize());
    Simd.check(y, yo, (long) images * filters, windows.places());
  }

  private ConvolutionCall call() {
    return DirectConvolution.pays(this)
        ? DirectConvolution.take(this)
        : UnfoldedConvolution.take(this);
  }

  int groupChannels() {
    return channels / groups;
  }

  int groupFilters() {
    return filters / groups;
  }

  /** Returns the weights of a filter. */
  int filterSize() {
    return Math.multiplyExact(groupChannels(), windows.taps());
  }

  private long weightSize() {
    return (long) filters * filterSize();
  }

  /** Says whether threads share the work. */
  boolean isShared() {
    double multiplyAdds = (double) images * filters * filterSize() * windows.places();
    return multiplyAdds >= SHARED_FROM;
  }

  /** Returns where in X the first channel of a group of an image lies, in floats. */
  long inX(int image, int group) {
    return ((long) image * channels + (long) group * groupChannels()) * windows.planeSize();
  }

  /** Returns where in Y the first filter of a group lies for an image, in floats. */
  long inY(int image, int group) {
    return ((long) image * filters + (long) group * groupFilters()) * windows.places();
  }

  /** Returns where in W the first filter of a group lies, in floats. */
  long inW(int group) {
    return (long) group * groupFilters() * filterSize();
  }
}
