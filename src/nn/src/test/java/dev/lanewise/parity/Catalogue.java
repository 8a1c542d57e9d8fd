package dev.lanewise.parity;

import java.util.List;

/**
 * All the cases, by family. A new operation, layer, loss or optimizer gets a case in its family
 * here, and under the same name PyTorch's definition in {@code OperationParityTest} of the
 * benchmarks, which then writes the answers.
 */
public final class Catalogue {
  /** The trials of each case whose answers are kept in files. */
  public static final int KEPT_TRIALS = 2;

  /**
   * Cases of one kind, whose answers share a file.
   *
   * @param name that of the file
   */
  public record Family(String name, List<Case> cases) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Family> FAMILIES =
      List.of(
          new Family("pointwise", PointwiseCases.all()),
          new Family("activations", ActivationCases.all()),
          new Family("reductions", ReductionCases.all()),
          new Family("shapes", ShapeCases.all()),
          new Family("products", ProductCases.all()),
          new Family("images", ImageCases.all()),
          new Family("norms", NormCases.all()),
          new Family("losses", LossCases.all()),
          new Family("layers", LayerCases.all()),
          new Family("sequences", SequenceCases.all()),
          new Family("optimizers", OptimizerCases.all()),
          new Family("schedules", ScheduleCases.all()));

  private Catalogue() {}

  /** Returns every family. */
  public static List<Family> families() {
    return FAMILIES;
  }
}
