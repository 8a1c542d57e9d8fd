package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;

/** A module beside a way past it: x + module(x) (He et al., 2016). */
public final class Residual extends Module {
  private final Module module;

  /** Makes a way past {@code module}, which is named "module". */
  public Residual(Module module) {
    this.module = register("module", module);
  }

  @Override
  public Tensor forward(Tensor input) {
    return input.add(module.call(input));
  }
}
