package dev.lanewise.optim;

import dev.lanewise.nn.Parameter;
import java.util.List;

/**
 * An optimizer with some of its options, beside the definition of its step.
 *
 * @param lr the learning rate of these tests
 * @param reach the greatest length of a step over the learning rate, of gradients up to 1
 */
record Rule(String name, double lr, double reach, Maker maker, Definition definition) {
  static final List<Rule> ALL =
      List.of(
          new Rule("sgd", 0.1, 1, Sgd::new, sgd(0, 0, false)),
          new Rule(
              "sgd decay",
              0.1,
              1,
              (p, lr) -> new Sgd(p, lr).weightDecay(0.05),
              sgd(0, 0.05, false)),
          new Rule("momentum", 0.05, 10, (p, lr) -> new Sgd(p, lr, 0.9), sgd(0.9, 0, false)),
          new Rule(
              "momentum decay",
              0.05,
              10,
              (p, lr) -> new Sgd(p, lr, 0.9, 0.05, false),
              sgd(0.9, 0.05, false)),
          new Rule(
              "nesterov",
              0.05,
              10,
              (p, lr) -> new Sgd(p, lr).momentum(0.8).nesterov().weightDecay(0.01),
              sgd(0.8, 0.01, true)),
          new Rule("adam", 0.01, 10, Adam::new, coupled(0, adam(0.9, 0.999, 1e-8, false))),
          new Rule(
              "adam decay",
              0.01,
              10,
              (p, lr) -> new Adam(p, lr, 0.8, 0.95, 1e-3, 0.1),
              coupled(0.1, adam(0.8, 0.95, 1e-3, false))),
          new Rule(
              "amsgrad",
              0.01,
              10,
              (p, lr) -> new Adam(p, lr).betas(0.8, 0.6).amsgrad(),
              coupled(0, adam(0.8, 0.6, 1e-8, true))),
          new Rule("adamw", 0.01, 10, AdamW::new, decoupled(0.01, adam(0.9, 0.999, 1e-8, false))),
          new Rule(
              "adamw decay",
              0.02,
              10,
              (p, lr) -> new AdamW(p, lr, 0.8, 0.95, 1e-3, 0.2),
              decoupled(0.2, adam(0.8, 0.95, 1e-3, false))),
          new Rule(
              "adamw amsgrad",
              0.02,
              10,
              (p, lr) -> new AdamW(p, lr).amsgrad().betas(0.8, 0.6).epsilon(1e-3).weightDecay(0.2),
              decoupled(0.2, adam(0.8, 0.6, 1e-3, true))),
          new Rule("nadam", 0.002, 10, NAdam::new, coupled(0, nadam(0.9, 0.999, 1e-8, 4e-3))),
          new Rule(
              "nadam decay",
              0.01,
              10,
              (p, lr) ->
                  new NAdam(p, lr)
                      .betas(0.8, 0.95)
                      .momentumDecay(0.1)
                      .epsilon(1e-3)
                      .weightDecay(0.1),
              coupled(0.1, nadam(0.8, 0.95, 1e-3, 0.1))),
          new Rule(
              "nadam decoupled",
              0.01,
              10,
              (p, lr) -> new NAdam(p, lr).weightDecay(0.1).decoupledDecay(),
              decoupled(0.1, nadam(0.9, 0.999, 1e-8, 4e-3))),
          new Rule("radam", 0.01, 10, RAdam::new, coupled(0, radam(0.9, 0.999, 1e-8))),
          new Rule(
              "radam decay",
              0.01,
              10,
              (p, lr) -> new RAdam(p, lr).betas(0.8, 0.95).epsilon(1e-3).weightDecay(0.1),
              coupled(0.1, radam(0.8, 0.95, 1e-3))),
          new Rule(
              "radam decoupled",
              0.01,
              10,
              (p, lr) -> new RAdam(p, lr).weightDecay(0.1).decoupledDecay(),
              decoupled(0.1, radam(0.9, 0.999, 1e-8))),
          new Rule("rmsprop", 0.01, 10, RmsProp::new, coupled(0, rmsProp(0.99, 1e-8, 0, false))),
          new Rule(
              "rmsprop momentum",
              0.01,
              100,
              (p, lr) -> new RmsProp(p, lr).momentum(0.9),
              coupled(0, rmsProp(0.99, 1e-8, 0.9, false))),
          new Rule(
              "rmsprop centered",
              0.01,
              10,
              (p, lr) -> new RmsProp(p, lr).centered().weightDecay(0.1),
              coupled(0.1, rmsProp(0.99, 1e-8, 0, true))),
          new Rule(
              "rmsprop all",
              0.01,
              100,
              (p, lr) ->
                  new RmsProp(p, lr)
                      .alpha(0.9)
                      .epsilon(1e-3)
                      .momentum(0.8)
                      .centered()
                      .weightDecay(0.1),
              coupled(0.1, rmsProp(0.9, 1e-3, 0.8, true))),
          new Rule("adagrad", 0.01, 1, Adagrad::new, coupled(0, adagrad(0, 0, 1e-10))),
          new Rule(
              "adagrad all",
              0.05,
              1,
              (p, lr) ->
                  new Adagrad(p, lr)
                      .learningRateDecay(0.1)
                      .initialAccumulator(0.5)
                      .epsilon(1e-3)
                      .weightDecay(0.1),
              coupled(0.1, adagrad(0.1, 0.5, 1e-3))),
          new Rule("adadelta", 1, 1, Adadelta::new, coupled(0, adadelta(0.9, 1e-6))),
          new Rule(
              "adadelta all",
              0.5,
              1,
              (p, lr) -> new Adadelta(p, lr).rho(0.8).epsilon(1e-2).weightDecay(0.1),
              coupled(0.1, adadelta(0.8, 1e-2))),
          new Rule("lion", 0.001, 1, Lion::new, decoupled(0, lion(0.9, 0.99))),
          new Rule(
              "lion decay",
              0.01,
              1,
              (p, lr) -> new Lion(p, lr).betas(0.7, 0.8).weightDecay(0.5),
              decoupled(0.5, lion(0.7, 0.8))));

  @FunctionalInterface
  interface Maker {
    Optimizer make(List<Parameter> parameters, double lr);
  }

  /** Step {@code t}, from 1, of one element: {@code x[0]} is the parameter, then its state. */
  @FunctionalInterface
  interface Definition {
    void step(double[] x, double g, int t, double lr);
  }

  @Override
  public String toString() {
    return name;
  }

  Optimizer optimizer(List<Parameter> parameters) {
    return optimizer(parameters, lr);
  }

  Optimizer optimizer(List<Parameter> parameters, double rate) {
    return maker.make(parameters, rate);
  }

  void step(double[] x, double g, int t) {
    definition.step(x, g, t, lr);
  }

  private static Definition coupled(double decay, Definition rule) {
    return (x, g, t, lr) -> rule.step(x, g + decay * x[0], t, lr);
  }

  private static Definition decoupled(double decay, Definition rule) {
    return (x, g, t, lr) -> {
      x[0] -= lr * decay * x[0];
      rule.step(x, g, t, lr);
    };
  }

  private static Definition sgd(double momentum, double decay, boolean nesterov) {
    return coupled(
        decay,
        (x, g, t, lr) -> {
          x[1] = t == 1 ? g : momentum * x[1] + g;
          x[0] -= lr * (nesterov ? g + momentum * x[1] : x[1]);
        });
  }

  private static void moments(double[] x, double g, double beta1, double beta2) {
    x[1] = beta1 * x[1] + (1 - beta1) * g;
    x[2] = beta2 * x[2] + (1 - beta2) * g * g;
  }

  private static Definition adam(double beta1, double beta2, double epsilon, boolean amsgrad) {
    return (x, g, t, lr) -> {
      moments(x, g, beta1, beta2);
      x[3] = Math.max(x[3], x[2]);
      double square = (amsgrad ? x[3] : x[2]) / (1 - Math.pow(beta2, t));
      x[0] -= lr * x[1] / (1 - Math.pow(beta1, t)) / (Math.sqrt(square) + epsilon);
    };
  }

  private static Definition nadam(double beta1, double beta2, double epsilon, double psi) {
    return (x, g, t, lr) -> {
      moments(x, g, beta1, beta2);
      double product = 1;
      double mu = 0;
      for (int k = 1; k <= t; k++) {
        mu = beta1 * (1 - 0.5 * Math.pow(0.96, k * psi));
        product *= mu;
      }
      double next = beta1 * (1 - 0.5 * Math.pow(0.96, (t + 1) * psi));
      double direction = next * x[1] / (1 - product * next) + (1 - mu) * g / (1 - product);
      x[0] -= lr * direction / (Math.sqrt(x[2] / (1 - Math.pow(beta2, t))) + epsilon);
    };
  }

  private static Definition radam(double beta1, double beta2, double epsilon) {
    return (x, g, t, lr) -> {
      moments(x, g, beta1, beta2);
      double step = lr * x[1] / (1 - Math.pow(beta1, t));
      double longest = 2 / (1 - beta2) - 1;
      double length = longest - 2 * t * Math.pow(beta2, t) / (1 - Math.pow(beta2, t));
      if (length > 5) {
        double above = (length - 4) * (length - 2) * longest;
        double below = (longest - 4) * (longest - 2) * length;
        step *= Math.sqrt(above / below);
        step *= Math.sqrt(1 - Math.pow(beta2, t)) / (Math.sqrt(x[2]) + epsilon);
      }
      x[0] -= step;
    };
  }

  private static Definition rmsProp(
      double alpha, double epsilon, double momentum, boolean centered) {
    return (x, g, t, lr) -> {
      x[1] = alpha * x[1] + (1 - alpha) * g * g;
      x[2] = alpha * x[2] + (1 - alpha) * g;
      double square = centered ? x[1] - x[2] * x[2] : x[1];
      x[3] = momentum * x[3] + g / (Math.sqrt(square) + epsilon);
      x[0] -= lr * x[3];
    };
  }

  private static Definition adagrad(double lrDecay, double initial, double epsilon) {
    return (x, g, t, lr) -> {
      x[1] = (t == 1 ? initial : x[1]) + g * g;
      x[0] -= lr / (1 + (t - 1) * lrDecay) * g / (Math.sqrt(x[1]) + epsilon);
    };
  }

  private static Definition adadelta(double rho, double epsilon) {
    return (x, g, t, lr) -> {
      x[1] = rho * x[1] + (1 - rho) * g * g;
      double move = Math.sqrt(x[2] + epsilon) / Math.sqrt(x[1] + epsilon) * g;
      x[2] = rho * x[2] + (1 - rho) * move * move;
      x[0] -= lr * move;
    };
  }

  private static Definition lion(double beta1, double beta2) {
    return (x, g, t, lr) -> {
      x[0] -= lr * Math.signum(beta1 * x[1] + (1 - beta1) * g);
      x[1] = beta2 * x[1] + (1 - beta2) * g;
    };
  }
}
