package dev.lanewise.kernel;

import dev.lanewise.memory.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** One of the three products of a convolution under way; which one, its operands say. */
abstract class ConvolutionCall extends Units {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final Convolution NOTHING = nothing();
  private static final MemorySegment NONE = MemorySegment.NULL;

  private enum Task {
    OUTPUT,
    INPUT_GRAD,
    WEIGHT_GRAD
  }

  private Task task = Task.OUTPUT;
  Convolution sizes = NOTHING;
  MemorySegment x = NONE;
  MemorySegment w = NONE;
  MemorySegment y = NONE;
  private @Nullable MemorySegment bias;
  long xo;
  long wo;
  long yo;
  private long bo;

  private static Convolution nothing() {
    Extent one = Extent.of(1);
    return new Convolution(new Windows(one, one, one, one, one), 0, 0, 0, 1);
  }

  final void output(
      MemorySegment x,
      long xo,
      MemorySegment w,
      long wo,
      @Nullable MemorySegment bias,
      long bo,
      MemorySegment y,
      long yo) {
    this.bias = bias;
    this.bo = bo;
    run(Task.OUTPUT, outputUnits(), x, xo, w, wo, y, yo);
  }

  final void inputGrad(
      MemorySegment dx, long dxo, MemorySegment w, long wo, MemorySegment dy, long dyo) {
    run(Task.INPUT_GRAD, inputGradUnits(), dx, dxo, w, wo, dy, dyo);
  }

  final void weightGrad(
      MemorySegment x, long xo, MemorySegment dw, long dwo, MemorySegment dy, long dyo) {
    run(Task.WEIGHT_GRAD, sizes.groups(), x, xo, dw, dwo, dy, dyo);
  }

  private void run(
      Task task,
      int units,
      MemorySegment x,
      long xo,
      MemorySegment w,
      long wo,
      MemorySegment y,
      long yo) {
    this.task = task;
    this.x = x;
    this.xo = xo;
    this.w = w;
    this.wo = wo;
    this.y = y;
    this.yo = yo;
    try {
      compute(units, sizes.isShared());
    } finally {
      this.x = NONE;
      this.w = NONE;
      this.y = NONE;
      bias = null;
      give();
    }
  }

  @Override
  final void compute(int unit, Scratch scratch) {
    switch (task) {
      case OUTPUT -> output(unit, scratch);
      case INPUT_GRAD -> inputGrad(unit, scratch);
      case WEIGHT_GRAD -> weightGrad(unit, scratch);
    }
  }

  /** Returns the bias of a filter. */
  final float bias(int filter) {
    return bias == null ? 0 : bias.get(FLOAT, 4 * (bo + filter));
  }

  abstract int outputUnits();

  abstract int inputGradUnits();

  abstract void output(int unit, Scratch scratch);

  /** Adds to X, a unit of whole planes. */
  abstract void inputGrad(int unit, Scratch scratch);

  /** Adds to the weights of group {@code unit}. */
  abstract void weightGrad(int group, Scratch scratch);

  /** Gives this object back. */
  abstract void give();
}
