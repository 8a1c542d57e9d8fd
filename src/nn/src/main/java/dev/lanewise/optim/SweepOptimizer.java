package dev.lanewise.optim;

import dev.lanewise.array.NDArray;
import dev.lanewise.nn.Parameter;
import java.util.List;

/**
 * An optimizer whose step is one fused sweep per parameter that has a gradient; a parameter without
 * one stays as it is. The sweeps follow the elements as they lie in memory.
 */
public abstract class SweepOptimizer extends Optimizer {
  private final long[] steps = new long[count()];

  /** Makes an optimizer of one group; see {@link Optimizer#Optimizer(List, double)}. */
  protected SweepOptimizer(List<Parameter> parameters, double learningRate) {
    super(parameters, learningRate);
  }

  /** Makes an optimizer; see {@link Optimizer#Optimizer(double, ParameterGroup...)}. */
  protected SweepOptimizer(double learningRate, ParameterGroup... groups) {
    super(learningRate, groups);
  }

  @Override
  public final void step() {
    for (int i = 0; i < steps.length; i++) {
      Parameter parameter = parameter(i);
      NDArray gradient = parameter.grad();
      if (gradient != null) {
        NDArray value = parameter.array();
        steps[i]++;
        update(i, value, gradient);
        value.touch();
      }
    }
  }

  /** Moves {@code value}, parameter {@code index}, by its {@code gradient} of the same layout. */
  protected abstract void update(int index, NDArray value, NDArray gradient);

  /** Returns what is kept beside each parameter from step to step; nothing, if not overridden. */
  protected List<Slot> slots() {
    return List.of();
  }

  /** Returns an array beside each parameter that begins as zeros. */
  protected final Slot slot(String name) {
    return new Slot(name, count());
  }

  /** Returns the steps that parameter {@code index} has taken, this one included. */
  protected final long steps(int index) {
    return steps[index];
  }

  @Override
  final void write(StateWriter out) {
    super.write(out);
    for (int i = 0; i < steps.length; i++) {
      if (steps[i] > 0) {
        out.count(i + ".steps", steps[i]);
        for (Slot slot : slots()) {
          out.array(i + "." + slot.name(), slot.at(i, parameter(i).array()));
        }
      }
    }
  }

  @Override
  final void read(StateReader in) {
    super.read(in);
    for (int i = 0; i < steps.length; i++) {
      int index = i;
      boolean stepped = in.has(i + ".");
      long taken = stepped ? in.count(i + ".steps") : 0;
      in.then(() -> steps[index] = taken);
      for (Slot slot : slots()) {
        if (stepped) {
          NDArray value = parameter(i).array();
          in.array(
              i + "." + slot.name(), value.shape(), kept -> slot.at(index, value).copyFrom(kept));
        } else {
          in.then(() -> slot.clear(index));
        }
      }
    }
  }
}
