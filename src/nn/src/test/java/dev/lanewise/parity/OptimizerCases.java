package dev.lanewise.parity;

import static dev.lanewise.parity.Tolerance.DIFFERENCE;
import static dev.lanewise.parity.Tolerance.SUM;
import static dev.lanewise.parity.Values.SIXTEENTHS;

import dev.lanewise.nn.Parameter;
import dev.lanewise.optim.Adadelta;
import dev.lanewise.optim.Adagrad;
import dev.lanewise.optim.Adam;
import dev.lanewise.optim.AdamW;
import dev.lanewise.optim.Lbfgs;
import dev.lanewise.optim.Lion;
import dev.lanewise.optim.NAdam;
import dev.lanewise.optim.Optimizer;
import dev.lanewise.optim.ParameterGradients;
import dev.lanewise.optim.RAdam;
import dev.lanewise.optim.RmsProp;
import dev.lanewise.optim.Sgd;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Optimizers, as functions of a parameter and its gradients in some steps, one below the other:
 * where it arrives; and clipping, as a function of gradients.
 */
final class OptimizerCases {
  /** More than five, after which RAdam goes by the second moment too. */
  private static final int STEPS = 8;

  /** Many gradients of zero, with which state stays at zero or falls. */
  private static final Values SPARSE = Values.of(0, 0, -1, 0.5f);

  private OptimizerCases() {}

  static List<Case> all() {
    List<Case> all = new ArrayList<>();
    add(all, "Sgd", p -> new Sgd(p, 0.1));
    add(all, "Sgd momentum", p -> new Sgd(p, 0.1, 0.9, 0, false));
    add(all, "Sgd decay", p -> new Sgd(p, 0.1).weightDecay(0.05));
    add(all, "Sgd nesterov decay", p -> new Sgd(p, 0.1, 0.9, 0.01, true));
    addMoments(all);
    add(all, "RmsProp", p -> new RmsProp(p, 0.01));
    add(all, "RmsProp momentum decay", p -> new RmsProp(p, 0.01).momentum(0.9).weightDecay(0.1));
    add(all, "RmsProp centered", p -> new RmsProp(p, 0.01).centered());
    add(
        all,
        "RmsProp all",
        p ->
            new RmsProp(p, 0.01)
                .alpha(0.9)
                .epsilon(1e-3)
                .momentum(0.8)
                .centered()
                .weightDecay(0.1));
    add(all, "Adagrad", p -> new Adagrad(p, 0.1));
    add(
        all,
        "Adagrad all",
        p ->
            new Adagrad(p, 0.1)
                .learningRateDecay(0.1)
                .initialAccumulator(0.5)
                .epsilon(1e-3)
                .weightDecay(0.1));
    add(all, "Adadelta", p -> new Adadelta(p));
    add(all, "Adadelta all", p -> new Adadelta(p, 0.5).rho(0.8).epsilon(1e-2).weightDecay(0.1));
    add(all, "Lion", p -> new Lion(p, 0.01));
    add(all, "Lion all", p -> new Lion(p, 0.01).betas(0.7, 0.8).weightDecay(0.5));
    all.add(lbfgs("Lbfgs", o -> o.maxIterations(3)));
    all.add(lbfgs("Lbfgs strongWolfe", o -> o.maxIterations(3).strongWolfe()));
    all.add(lbfgs("Lbfgs history 1", o -> o.maxIterations(2).history(1)));
    all.add(clipped("clipNorm 1", p -> ParameterGradients.clipNorm(p, 1)));
    all.add(clipped("clipNorm 100", p -> ParameterGradients.clipNorm(p, 100)));
    all.add(clipped("clipValue 0.5", p -> ParameterGradients.clipValue(p, 0.5)));
    return all;
  }

  private static void addMoments(List<Case> all) {
    add(all, "Adam", p -> new Adam(p, 0.01));
    add(all, "Adam decay", p -> new Adam(p, 0.01, 0.8, 0.95, 1e-3, 0.1));
    add(all, "Adam amsgrad", p -> new Adam(p, 0.01).betas(0.8, 0.6).amsgrad());
    add(all, "AdamW", p -> new AdamW(p, 0.01));
    add(all, "AdamW decay", p -> new AdamW(p, 0.01, 0.8, 0.95, 1e-3, 0.2));
    add(
        all,
        "AdamW amsgrad",
        p -> new AdamW(p, 0.01).amsgrad().betas(0.8, 0.6).epsilon(1e-3).weightDecay(0.2));
    add(all, "NAdam", p -> new NAdam(p, 0.01));
    add(
        all,
        "NAdam decay",
        p -> new NAdam(p, 0.01).betas(0.8, 0.95).momentumDecay(0.1).epsilon(1e-3).weightDecay(0.1));
    add(all, "NAdam decoupled", p -> new NAdam(p, 0.01).weightDecay(0.1).decoupledDecay());
    add(all, "RAdam", p -> new RAdam(p, 0.01));
    add(
        all,
        "RAdam decay",
        p -> new RAdam(p, 0.01).betas(0.8, 0.95).epsilon(1e-3).weightDecay(0.1));
    add(all, "RAdam decoupled", p -> new RAdam(p, 0.01).weightDecay(0.1).decoupledDecay());
  }

  /** Adds an optimizer along gradients of all sizes, and along many that are zero. */
  private static void add(
      List<Case> all, String definition, Function<List<Parameter>, Optimizer> make) {
    Case one =
        Case.of(definition, d -> steps(d, SIXTEENTHS), x -> walk(make, x[0], x[1]))
            .within(DIFFERENCE, DIFFERENCE);
    all.add(one);
    all.add(one.on("many zeros", d -> steps(d, SPARSE)));
  }

  private static List<Input> steps(Draw d, Values gradients) {
    int[] dims = d.dims(2);
    return List.of(d.constant(SIXTEENTHS, dims), d.constant(gradients, STEPS, dims[0], dims[1]));
  }

  private static Tensor walk(
      Function<List<Parameter>, Optimizer> make, Tensor start, Tensor gradients) {
    Parameter parameter = new Parameter(start.array().copy());
    Optimizer optimizer = make.apply(List.of(parameter));
    for (int step = 0; step < gradients.shape().dim(0); step++) {
      optimizer.zeroGrad();
      give(parameter, gradients.select(0, step));
      optimizer.step();
    }
    return parameter.detach();
  }

  /** Adds {@code gradient} to the parameter's. */
  private static void give(Parameter parameter, Tensor gradient) {
    parameter.mul(gradient).sum().backward();
  }

  /**
   * L-BFGS, as a function of where it starts, of the lowest point of a sum of parabolas and of
   * their curvatures: two steps of some iterations. The directions are made of sums over all
   * elements.
   */
  private static Case lbfgs(String definition, UnaryOperator<Lbfgs> options) {
    return Case.of(
            definition,
            d -> {
              int size = 1 + d.length(4);
              return List.of(
                  d.constant(SIXTEENTHS, size),
                  d.constant(SIXTEENTHS, size),
                  d.constant(Values.between(0.5f, 2), size));
            },
            x -> {
              Parameter parameter = new Parameter(x[0].array().copy());
              Lbfgs optimizer = options.apply(new Lbfgs(List.of(parameter), 0.5));
              for (int step = 0; step < 2; step++) {
                var _ =
                    optimizer.step(() -> {
                      optimizer.zeroGrad();
                      Tensor loss = parameter.sub(x[1]).square().mul(x[2]).sum();
                      loss.backward();
                      return loss;
                    });
              }
              return parameter.detach();
            })
        .within(SUM, SUM);
  }

  /** The gradients of two parameters, in one row, after clipping. */
  private static Case clipped(String definition, Consumer<List<Parameter>> clip) {
    return Case.of(
            definition,
            d -> List.of(d.constant(SIXTEENTHS, d.length(4)), d.constant(SIXTEENTHS, d.length(9))),
            x -> {
              List<Parameter> parameters = new ArrayList<>();
              for (Tensor gradient : x) {
                Parameter parameter = new Parameter(gradient.array().copy());
                give(parameter, gradient);
                parameters.add(parameter);
              }
              clip.accept(parameters);
              return Tensor.concat(
                  0, parameters.stream().map(p -> Tensor.of(p.grad())).toArray(Tensor[]::new));
            })
        .within(DIFFERENCE, DIFFERENCE);
  }
}
