package dev.lanewise.bench.peers;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The optimizers that libtorch does not have, element by element in double precision, from the
 * algorithms in the documentation of PyTorch's {@code torch.optim} and, of Lion, from its paper.
 */
final class PublishedOptimizers {
  static final Map<String, Definition> ALL =
      Map.ofEntries(
          Map.entry("NAdam", x -> walk(() -> new NAdam(0.9, 0.999, 1e-8, 4e-3), 0, 0, x)),
          Map.entry("NAdam decay", x -> walk(() -> new NAdam(0.8, 0.95, 1e-3, 0.1), 0.1, 0, x)),
          Map.entry(
              "NAdam decoupled", x -> walk(() -> new NAdam(0.9, 0.999, 1e-8, 4e-3), 0, 0.1, x)),
          Map.entry("RAdam", x -> walk(() -> new RAdam(0.9, 0.999, 1e-8), 0, 0, x)),
          Map.entry("RAdam decay", x -> walk(() -> new RAdam(0.8, 0.95, 1e-3), 0.1, 0, x)),
          Map.entry("RAdam decoupled", x -> walk(() -> new RAdam(0.9, 0.999, 1e-8), 0, 0.1, x)),
          Map.entry("Adadelta", x -> walk(() -> new Adadelta(1, 0.9, 1e-6), 0, 0, x)),
          Map.entry("Adadelta all", x -> walk(() -> new Adadelta(0.5, 0.8, 1e-2), 0.1, 0, x)),
          Map.entry("Lion", x -> walk(() -> new Lion(0.9, 0.99), 0, 0, x)),
          Map.entry("Lion all", x -> walk(() -> new Lion(0.7, 0.8), 0, 0.5, x)));

  private static final double RATE = 0.01;

  private PublishedOptimizers() {}

  /** What an optimizer keeps of one element. */
  @FunctionalInterface
  private interface Element {
    /** Returns by how much the element falls along gradient {@code g}, in step {@code t} from 1. */
    double step(double g, int t);
  }

  @FunctionalInterface
  private interface Start {
    Element element();
  }

  /**
   * Walks.
   *
   * @param coupled the decay that is added to the gradient
   * @param decoupled the decay that is taken from the element itself, times the rate
   */
  private static Tensor walk(Start start, double coupled, double decoupled, Tensor... x) {
    double[] p = doubles(x[0]);
    double[] gradients = doubles(x[1]);
    for (int i = 0; i < p.length; i++) {
      Element element = start.element();
      for (int t = 1; t <= gradients.length / p.length; t++) {
        double g = gradients[(t - 1) * p.length + i] + coupled * p[i];
        p[i] -= RATE * decoupled * p[i];
        p[i] -= element.step(g, t);
      }
    }
    return Tensor.create(p, x[0].shape());
  }

  private static double[] doubles(Tensor x) {
    double[] doubles = new double[Math.toIntExact(x.numel())];
    x.contiguous().data_ptr_double().get(doubles);
    return doubles;
  }

  private static final class NAdam implements Element {
    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final double momentumDecay;
    private double mean;
    private double square;
    private double product = 1;

    NAdam(double beta1, double beta2, double epsilon, double momentumDecay) {
      this.beta1 = beta1;
      this.beta2 = beta2;
      this.epsilon = epsilon;
      this.momentumDecay = momentumDecay;
    }

    @Override
    public double step(double g, int t) {
      double mu = beta1 * (1 - 0.5 * Math.pow(0.96, t * momentumDecay));
      double next = beta1 * (1 - 0.5 * Math.pow(0.96, (t + 1) * momentumDecay));
      product *= mu;
      mean = beta1 * mean + (1 - beta1) * g;
      square = beta2 * square + (1 - beta2) * g * g;
      double corrected = next * mean / (1 - product * next) + (1 - mu) * g / (1 - product);
      return RATE * corrected / (Math.sqrt(square / (1 - Math.pow(beta2, t))) + epsilon);
    }
  }

  private static final class RAdam implements Element {
    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private double mean;
    private double square;

    RAdam(double beta1, double beta2, double epsilon) {
      this.beta1 = beta1;
      this.beta2 = beta2;
      this.epsilon = epsilon;
    }

    @Override
    public double step(double g, int t) {
      double longest = 2 / (1 - beta2) - 1;
      double power = Math.pow(beta2, t);
      double length = longest - 2 * t * power / (1 - power);
      mean = beta1 * mean + (1 - beta1) * g;
      square = beta2 * square + (1 - beta2) * g * g;
      double corrected = RATE * mean / (1 - Math.pow(beta1, t));
      if (length <= 5) {
        return corrected;
      }
      double adapted = Math.sqrt(1 - power) / (Math.sqrt(square) + epsilon);
      double above = (length - 4) * (length - 2) * longest;
      double below = (longest - 4) * (longest - 2) * length;
      return corrected * adapted * Math.sqrt(above / below);
    }
  }

  private static final class Adadelta implements Element {
    private final double rate;
    private final double rho;
    private final double epsilon;
    private double square;
    private double moved;

    Adadelta(double rate, double rho, double epsilon) {
      this.rate = rate;
      this.rho = rho;
      this.epsilon = epsilon;
    }

    @Override
    public double step(double g, int t) {
      square = rho * square + (1 - rho) * g * g;
      double move = Math.sqrt(moved + epsilon) / Math.sqrt(square + epsilon) * g;
      moved = rho * moved + (1 - rho) * move * move;
      return rate * move;
    }
  }

  private static final class Lion implements Element {
    private final double beta1;
    private final double beta2;
    private double mean;

    Lion(double beta1, double beta2) {
      this.beta1 = beta1;
      this.beta2 = beta2;
    }

    @Override
    public double step(double g, int t) {
      double sign = Math.signum(beta1 * mean + (1 - beta1) * g);
      mean = beta2 * mean + (1 - beta2) * g;
      return RATE * sign;
    }
  }
}
