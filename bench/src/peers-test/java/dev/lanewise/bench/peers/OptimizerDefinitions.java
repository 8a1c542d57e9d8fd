package dev.lanewise.bench.peers;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bytedeco.pytorch.Adagrad;
import org.bytedeco.pytorch.AdagradOptions;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.LBFGS;
import org.bytedeco.pytorch.LBFGSOptions;
import org.bytedeco.pytorch.LossClosure;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.RMSprop;
import org.bytedeco.pytorch.RMSpropOptions;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** A parameter, the first of the tensors, after a step along each gradient of the second. */
final class OptimizerDefinitions {
  static final Map<String, Definition> ALL = new HashMap<>();

  static {
    ALL.put("Sgd", x -> walk(p -> sgd(p, 0, 0, false), x));
    ALL.put("Sgd momentum", x -> walk(p -> sgd(p, 0.9, 0, false), x));
    ALL.put("Sgd decay", x -> walk(p -> sgd(p, 0, 0.05, false), x));
    ALL.put("Sgd nesterov decay", x -> walk(p -> sgd(p, 0.9, 0.01, true), x));
    ALL.put("Adam", x -> walk(p -> new Adam(p, new AdamOptions(0.01)), x));
    ALL.put("Adam decay", x -> walk(p -> adam(p, 0.95, 1e-3, 0.1, false), x));
    ALL.put("Adam amsgrad", x -> walk(p -> adam(p, 0.6, 1e-8, 0, true), x));
    ALL.put("AdamW", x -> walk(p -> new AdamW(p, new AdamWOptions(0.01)), x));
    ALL.put("AdamW decay", x -> walk(p -> adamW(p, 0.95, 1e-3, 0.2, false), x));
    ALL.put("AdamW amsgrad", x -> walk(p -> adamW(p, 0.6, 1e-3, 0.2, true), x));
    ALL.put("RmsProp", x -> walk(p -> rmsProp(p, 0.99, 1e-8, 0, false, 0), x));
    ALL.put("RmsProp momentum decay", x -> walk(p -> rmsProp(p, 0.99, 1e-8, 0.9, false, 0.1), x));
    ALL.put("RmsProp centered", x -> walk(p -> rmsProp(p, 0.99, 1e-8, 0, true, 0), x));
    ALL.put("RmsProp all", x -> walk(p -> rmsProp(p, 0.9, 1e-3, 0.8, true, 0.1), x));
    ALL.put("Adagrad", x -> walk(p -> new Adagrad(p, new AdagradOptions(0.1)), x));
    ALL.put("Adagrad all", x -> walk(OptimizerDefinitions::adagrad, x));
    PublishedOptimizers.ALL.forEach(ALL::put);
    ALL.put("Lbfgs", x -> lbfgs(options -> options.max_iter().put(3), x));
    ALL.put(
        "Lbfgs strongWolfe",
        x ->
            lbfgs(
                options -> {
                  options.max_iter().put(3);
                  options.line_search_fn().put("strong_wolfe");
                },
                x));
    ALL.put(
        "Lbfgs history 1",
        x ->
            lbfgs(
                options -> {
                  options.max_iter().put(2);
                  options.history_size().put(1);
                },
                x));
    ALL.put("clipNorm 1", x -> clipped(p -> torch.clip_grad_norm_(p, 1), x));
    ALL.put("clipNorm 100", x -> clipped(p -> torch.clip_grad_norm_(p, 100), x));
    ALL.put("clipValue 0.5", x -> clipped(p -> torch.clip_grad_value_(p, 0.5), x));
  }

  private OptimizerDefinitions() {}

  private static Optimizer sgd(
      TensorVector parameters, double momentum, double decay, boolean nesterov) {
    SGDOptions options = new SGDOptions(0.1);
    options.momentum().put(momentum);
    options.weight_decay().put(decay);
    options.nesterov().put(nesterov);
    return new SGD(parameters, options);
  }

  private static Optimizer adam(
      TensorVector parameters, double beta2, double epsilon, double decay, boolean amsgrad) {
    AdamOptions options = new AdamOptions(0.01);
    options.betas().put(betas(beta2));
    options.eps().put(epsilon);
    options.weight_decay().put(decay);
    options.amsgrad().put(amsgrad);
    return new Adam(parameters, options);
  }

  private static Optimizer adamW(
      TensorVector parameters, double beta2, double epsilon, double decay, boolean amsgrad) {
    AdamWOptions options = new AdamWOptions(0.01);
    options.betas().put(betas(beta2));
    options.eps().put(epsilon);
    options.weight_decay().put(decay);
    options.amsgrad().put(amsgrad);
    return new AdamW(parameters, options);
  }

  /** Returns 0.8 and {@code beta2} as GNU's C++ library keeps a tuple, back to front. */
  private static double[] betas(double beta2) {
    return new double[] {beta2, 0.8};
  }

  private static Optimizer rmsProp(
      TensorVector parameters,
      double alpha,
      double epsilon,
      double momentum,
      boolean centered,
      double decay) {
    RMSpropOptions options = new RMSpropOptions(0.01);
    options.alpha().put(alpha);
    options.eps().put(epsilon);
    options.momentum().put(momentum);
    options.centered().put(centered);
    options.weight_decay().put(decay);
    return new RMSprop(parameters, options);
  }

  private static Optimizer adagrad(TensorVector parameters) {
    AdagradOptions options = new AdagradOptions(0.1);
    options.lr_decay().put(0.1);
    options.initial_accumulator_value().put(0.5);
    options.eps().put(1e-3);
    options.weight_decay().put(0.1);
    return new Adagrad(parameters, options);
  }

  private static Tensor walk(Function<TensorVector, Optimizer> make, Tensor... x) {
    Tensor parameter = x[0].clone().set_requires_grad(true);
    Optimizer optimizer = make.apply(new TensorVector(parameter));
    for (int step = 0; step < x[1].size(0); step++) {
      optimizer.zero_grad();
      give(parameter, x[1].select(0, step));
      var _ = optimizer.step();
    }
    return parameter.detach();
  }

  private static void give(Tensor parameter, Tensor gradient) {
    parameter.mul(gradient).sum().backward();
  }

  private static Tensor lbfgs(Consumer<LBFGSOptions> set, Tensor... x) {
    LBFGSOptions options = new LBFGSOptions(0.5);
    set.accept(options);
    Tensor parameter = x[0].clone().set_requires_grad(true);
    LBFGS optimizer = new LBFGS(new TensorVector(parameter), options);
    try (Parabolas loss = new Parabolas(optimizer, parameter, x[1], x[2])) {
      for (int step = 0; step < 2; step++) {
        var _ = optimizer.step(loss);
      }
    }
    return parameter.detach();
  }

  /** A sum of parabolas, with a lowest point and curvatures. */
  private static final class Parabolas extends LossClosure {
    private final Optimizer optimizer;
    private final Tensor parameter;
    private final Tensor lowest;
    private final Tensor curvature;

    Parabolas(Optimizer optimizer, Tensor parameter, Tensor lowest, Tensor curvature) {
      this.optimizer = optimizer;
      this.parameter = parameter;
      this.lowest = lowest;
      this.curvature = curvature;
    }

    @Override
    public Tensor call() {
      optimizer.zero_grad();
      Tensor loss = parameter.sub(lowest).square().mul(curvature).sum();
      loss.backward();
      return loss;
    }
  }

  private static Tensor clipped(Consumer<TensorVector> clip, Tensor... x) {
    Tensor first = x[0].clone().set_requires_grad(true);
    Tensor second = x[1].clone().set_requires_grad(true);
    give(first, x[0]);
    give(second, x[1]);
    clip.accept(new TensorVector(first, second));
    return torch.cat(new TensorVector(first.grad(), second.grad()));
  }
}
