package dev.lanewise.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** The catalogue of optimizer sweeps with their definitions, so that one list has every check. */
final class Updates {
  static final double LR = 0.02;
  static final double BETA1 = 0.9;
  static final double BETA2 = 0.99;
  static final double EPS = 1e-4;

  private static final double PSI = 0.1;
  private static final double DECAY = 0.1;
  private static final double ALPHA = 0.9;
  private static final double MOMENTUM = 0.8;

  /** A sweep's step {@code t}, from 1, over a parameter, its gradient and its states. */
  interface Sweeping {
    void step(MemorySegment p, MemorySegment g, MemorySegment[] s, long n, int t);
  }

  /** The same for one element in double precision: {@code x[0]} is the parameter, then states. */
  interface Definition {
    void step(double[] x, double g, int t);
  }

  /** One sweep, with the number of its state arrays. */
  record Rule(String name, int states, Sweeping sweep, Definition exact) {
    void step(MemorySegment p, MemorySegment g, MemorySegment[] s, long n, int t) {
      sweep.step(p, g, s, n, t);
    }

    MemorySegment[] zeros(long n) {
      MemorySegment[] s = new MemorySegment[states];
      for (int k = 0; k < states; k++) {
        s[k] = Floats.empty(n);
      }
      return s;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static final List<Rule> ALL =
      List.of(
          new Rule("radam", 2, radam(false), coupled(Updates::exactRadam)),
          new Rule("radam, decoupled", 2, radam(true), decoupled(Updates::exactRadam)),
          new Rule("amsgrad", 3, amsgrad(false), coupled(Updates::exactAmsgrad)),
          new Rule("amsgrad, decoupled", 3, amsgrad(true), decoupled(Updates::exactAmsgrad)),
          new Rule("nadam", 2, nadam(false), coupled(Updates::exactNadam)),
          new Rule("nadam, decoupled", 2, nadam(true), decoupled(Updates::exactNadam)),
          new Rule("lion", 1, Updates::lion, decoupled(Updates::exactLion)),
          new Rule("rmsProp", 1, rmsProp(false, false), exactRmsProp(false, false)),
          new Rule("rmsProp, centered", 2, rmsProp(true, false), exactRmsProp(true, false)),
          new Rule("rmsProp, moving", 2, rmsProp(false, true), exactRmsProp(false, true)),
          new Rule("rmsProp, both", 3, rmsProp(true, true), exactRmsProp(true, true)),
          new Rule("adagrad", 1, Updates::adagrad, coupled(Updates::exactAdagrad)),
          new Rule("adadelta", 2, Updates::adadelta, coupled(Updates::exactAdadelta)));

  private Updates() {}

  /** Weight decay that is part of the gradient. */
  private static Definition coupled(Definition exact) {
    return (x, g, t) -> exact.step(x, g + DECAY * x[0], t);
  }

  /** Weight decay that shrinks the parameter. */
  private static Definition decoupled(Definition exact) {
    return (x, g, t) -> {
      x[0] -= LR * DECAY * x[0];
      exact.step(x, g, t);
    };
  }

  private static void exactMoments(double[] x, double g) {
    x[1] = BETA1 * x[1] + (1 - BETA1) * g;
    x[2] = BETA2 * x[2] + (1 - BETA2) * g * g;
  }

  private static Sweeping radam(boolean decoupled) {
    return (p, g, s, n, t) ->
        Update.radam(
            p,
            0,
            g,
            0,
            s[0],
            0,
            s[1],
            0,
            n,
            LR,
            BETA1,
            BETA2,
            EPS,
            DECAY,
            decoupled,
            1 - Math.pow(BETA1, t),
            1 - Math.pow(BETA2, t),
            rectification(t));
  }

  /** As a step of PyTorch's RAdam computes it, or 0. */
  private static double rectification(int t) {
    double rhoInf = 2 / (1 - BETA2) - 1;
    double rho = rhoInf - 2 * t * Math.pow(BETA2, t) / (1 - Math.pow(BETA2, t));
    return rho > 5
        ? Math.sqrt((rho - 4) * (rho - 2) * rhoInf / ((rhoInf - 4) * (rhoInf - 2) * rho))
        : 0;
  }

  private static void exactRadam(double[] x, double g, int t) {
    exactMoments(x, g);
    double step = LR * x[1] / (1 - Math.pow(BETA1, t));
    double r = rectification(t);
    x[0] -= r == 0 ? step : step * r * Math.sqrt(1 - Math.pow(BETA2, t)) / (Math.sqrt(x[2]) + EPS);
  }

  private static Sweeping amsgrad(boolean decoupled) {
    return (p, g, s, n, t) ->
        MomentUpdate.amsgrad(
            p,
            0,
            g,
            0,
            s[0],
            0,
            s[1],
            0,
            s[2],
            0,
            n,
            LR,
            BETA1,
            BETA2,
            EPS,
            DECAY,
            decoupled,
            1 - Math.pow(BETA1, t),
            1 - Math.pow(BETA2, t));
  }

  private static void exactAmsgrad(double[] x, double g, int t) {
    exactMoments(x, g);
    x[3] = Math.max(x[3], x[2]);
    double root = Math.sqrt(x[3]) / Math.sqrt(1 - Math.pow(BETA2, t)) + EPS;
    x[0] -= LR / (1 - Math.pow(BETA1, t)) * x[1] / root;
  }

  private static Sweeping nadam(boolean decoupled) {
    return (p, g, s, n, t) ->
        MomentUpdate.nadam(
            p,
            0,
            g,
            0,
            s[0],
            0,
            s[1],
            0,
            n,
            LR,
            BETA1,
            BETA2,
            EPS,
            DECAY,
            decoupled,
            1 - Math.pow(BETA2, t),
            LR * (1 - mu(t)) / (1 - product(t)),
            LR * mu(t + 1) / (1 - product(t + 1)));
  }

  private static double mu(int t) {
    return BETA1 * (1 - 0.5 * Math.pow(0.96, t * PSI));
  }

  private static double product(int t) {
    return t == 0 ? 1 : product(t - 1) * mu(t);
  }

  private static void exactNadam(double[] x, double g, int t) {
    exactMoments(x, g);
    double root = Math.sqrt(x[2] / (1 - Math.pow(BETA2, t))) + EPS;
    x[0] -= LR * (1 - mu(t)) / (1 - product(t)) * g / root;
    x[0] -= LR * mu(t + 1) / (1 - product(t + 1)) * x[1] / root;
  }

  private static void lion(MemorySegment p, MemorySegment g, MemorySegment[] s, long n, int t) {
    MomentUpdate.lion(p, 0, g, 0, s[0], 0, n, LR, BETA1, BETA2, DECAY);
  }

  private static void exactLion(double[] x, double g, int t) {
    x[0] -= LR * Math.signum(BETA1 * x[1] + (1 - BETA1) * g);
    x[1] = BETA2 * x[1] + (1 - BETA2) * g;
  }

  private static Sweeping rmsProp(boolean centered, boolean moving) {
    return (p, g, s, n, t) ->
        RootUpdate.rmsProp(
            p,
            0,
            g,
            0,
            s[0],
            0,
            centered ? s[1] : null,
            0,
            moving ? s[s.length - 1] : null,
            0,
            n,
            LR,
            ALPHA,
            EPS,
            DECAY,
            MOMENTUM);
  }

  private static Definition exactRmsProp(boolean centered, boolean moving) {
    return coupled((x, g, t) -> {
      x[1] = ALPHA * x[1] + (1 - ALPHA) * g * g;
      double square = x[1];
      if (centered) {
        x[2] = ALPHA * x[2] + (1 - ALPHA) * g;
        square -= x[2] * x[2];
      }
      double step = g / (Math.sqrt(square) + EPS);
      if (moving) {
        int last = x.length - 1;
        x[last] = MOMENTUM * x[last] + step;
        step = x[last];
      }
      x[0] -= LR * step;
    });
  }

  private static void adagrad(MemorySegment p, MemorySegment g, MemorySegment[] s, long n, int t) {
    RootUpdate.adagrad(p, 0, g, 0, s[0], 0, n, LR / t, EPS, DECAY);
  }

  private static void exactAdagrad(double[] x, double g, int t) {
    x[1] += g * g;
    x[0] -= LR / t * g / (Math.sqrt(x[1]) + EPS);
  }

  private static void adadelta(MemorySegment p, MemorySegment g, MemorySegment[] s, long n, int t) {
    RootUpdate.adadelta(p, 0, g, 0, s[0], 0, s[1], 0, n, 0.5, ALPHA, EPS, DECAY);
  }

  private static void exactAdadelta(double[] x, double g, int t) {
    x[1] = ALPHA * x[1] + (1 - ALPHA) * g * g;
    double step = Math.sqrt(x[2] + EPS) / Math.sqrt(x[1] + EPS) * g;
    x[2] = ALPHA * x[2] + (1 - ALPHA) * step * step;
    x[0] -= 0.5 * step;
  }
}
