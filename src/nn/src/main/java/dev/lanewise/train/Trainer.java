package dev.lanewise.train;

import dev.lanewise.data.Batch;
import dev.lanewise.data.DataLoader;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Module;
import dev.lanewise.nn.Parameter;
import dev.lanewise.optim.MovingAverage;
import dev.lanewise.optim.Optimizer;
import dev.lanewise.optim.ParameterGradients;
import dev.lanewise.optim.Schedule;
import dev.lanewise.optim.Scheduler;
import dev.lanewise.optim.State;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A training loop: epochs, validation, early stopping, snapshots.
 *
 * <pre>{@code
 * History history =
 *     new Trainer(model, optimizer, (m, b) -> Losses.crossEntropy(m.forward(b.x()), b.labels()))
 *         .schedule(new CosineSchedule(20))
 *         .validate(validation)
 *         .stopAfter(3)
 *         .snapshots(Path.of("run.safetensors"))
 *         .onEpoch(System.out::println)
 *         .fit(train, 20);
 * }</pre>
 *
 * <p>Each step runs in a scope of its own. A run that is {@linkplain #resume resumed} from a
 * snapshot goes on bit for bit: weights, optimizer, schedules, dropouts, the place in the data, and
 * what early stopping remembers.
 */
public final class Trainer {
  /** The loss of a batch, one number, the mean over its samples. */
  @FunctionalInterface
  public interface Loss {
    /** Returns the loss of {@code model} on {@code batch}. */
    Tensor of(Module model, Batch batch);
  }

  private final Module model;
  private final Optimizer optimizer;
  private final Loss loss;
  private final List<Parameter> parameters;
  private final List<Consumer<Epoch>> onEpoch = new ArrayList<>();
  private @Nullable Scheduler scheduler;
  private boolean everyStep;
  private @Nullable MovingAverage average;
  private @Nullable ToDoubleFunction<Module> validation;
  private boolean maximizes;
  private int patience;
  private double clip = Double.POSITIVE_INFINITY;
  private int parts = 1;
  private @Nullable Path file;
  private long every;

  // How far the run has come.
  private long steps;
  private double lossSum;
  private long lossSamples;
  private double best = Double.POSITIVE_INFINITY;
  private int worse;
  private DataLoader.@Nullable Position from;

  /** Makes a trainer of {@code model} by {@code optimizer}, which holds the model's parameters. */
  public Trainer(Module model, Optimizer optimizer, Loss loss) {
    this.model = model;
    this.optimizer = optimizer;
    this.loss = loss;
    this.parameters = model.parameters();
  }

  /**
   * Sets the learning rate by {@code schedule}, whose step is an epoch.
   *
   * @throws IllegalStateException if there is a schedule already
   */
  public Trainer schedule(Schedule schedule) {
    return schedule(schedule, false);
  }

  /**
   * Sets the learning rate by {@code schedule}, whose step is one of the optimizer's.
   *
   * @throws IllegalStateException if there is a schedule already
   */
  public Trainer scheduleBySteps(Schedule schedule) {
    return schedule(schedule, true);
  }

  private Trainer schedule(Schedule schedule, boolean bySteps) {
    if (scheduler != null) {
      throw new IllegalStateException("the learning rate has a schedule already");
    }
    scheduler = new Scheduler(optimizer, schedule);
    everyStep = bySteps;
    return this;
  }

  /** Clips the norm of all gradients to {@code most} before each step. */
  public Trainer clipNorm(double most) {
    clip = most;
    return this;
  }

  /**
   * Takes a step after every {@code batches} batches, along the mean of their gradients.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Trainer accumulate(int batches) {
    if (batches < 1) {
      throw new IllegalArgumentException("a step is taken after 1 batch or more, not " + batches);
    }
    parts = batches;
    return this;
  }

  /** Updates {@code average} after each step. */
  public Trainer average(MovingAverage average) {
    this.average = average;
    return this;
  }

  /** Validates after each epoch by the mean loss over {@code data}; less is better. */
  public Trainer validate(DataLoader data) {
    return validate(m -> meanLoss(m, data), false);
  }

  /**
   * Validates after each epoch by a number of one's own, computed with the model in evaluation mode
   * and nothing recorded.
   *
   * @param greaterIsBetter whether early stopping waits for a greater number, or for a lesser one
   */
  public Trainer validate(ToDoubleFunction<Module> measure, boolean greaterIsBetter) {
    validation = measure;
    maximizes = greaterIsBetter;
    return this;
  }

  /**
   * Ends the run once {@code epochs} epochs in a row were no better in validation than the best.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public Trainer stopAfter(int epochs) {
    if (epochs < 1) {
      throw new IllegalArgumentException(
          "a run stops after 1 epoch without progress or more, not " + epochs);
    }
    patience = epochs;
    return this;
  }

  /** Writes a snapshot to {@code file} after each epoch, in place of the last. */
  public Trainer snapshots(Path file) {
    return snapshots(file, 0);
  }

  /** Writes a snapshot after each epoch, and within one after every {@code steps} steps. */
  public Trainer snapshots(Path file, long steps) {
    this.file = file;
    this.every = steps;
    return this;
  }

  /** Has {@code listener} called after each epoch. */
  public Trainer onEpoch(Consumer<Epoch> listener) {
    onEpoch.add(listener);
    return this;
  }

  /**
   * Goes on from a snapshot that a trainer with the same parts wrote.
   *
   * @throws IllegalArgumentException naming what does not fit
   * @throws IOException if the file cannot be read, or is no snapshot
   */
  public Trainer resume(Path snapshot) throws IOException {
    Map<String, State> states = Snapshot.read(snapshot);
    State run = part(states, "run", snapshot);
    model.loadStateDict(part(states, "model", snapshot).arrays());
    optimizer.loadStateDict(part(states, "optimizer", snapshot));
    DropoutState.restore(model, states.getOrDefault("dropout", new State(Map.of(), Map.of())));
    if (scheduler != null) {
      scheduler.loadStateDict(part(states, "schedule", snapshot));
    }
    if (average != null) {
      average.loadStateDict(part(states, "average", snapshot));
    }
    steps = (long) number(run, "steps", snapshot);
    lossSum = number(run, "lossSum", snapshot);
    lossSamples = (long) number(run, "lossSamples", snapshot);
    best = number(run, "best", snapshot);
    worse = (int) number(run, "worse", snapshot);
    from =
        new DataLoader.Position(
            (int) number(run, "epoch", snapshot), (int) number(run, "batches", snapshot));
    return this;
  }

  /**
   * Trains until the loader has dealt out {@code epochs} epochs, counted from its first, or until
   * validation gets no better.
   *
   * @throws ArithmeticException naming epoch and batch if a loss is not finite
   * @throws IOException if a snapshot cannot be written
   */
  public History fit(DataLoader data, int epochs) throws IOException {
    if (from != null) {
      data.resume(from.epoch(), from.batches());
      from = null;
    }
    List<Epoch> done = new ArrayList<>();
    boolean stopped = patience > 0 && worse >= patience;
    while (!stopped && data.position().epoch() < epochs) {
      Epoch epoch = epoch(data);
      done.add(epoch);
      stopped = patience > 0 && worse >= patience;
      onEpoch.forEach(listener -> listener.accept(epoch));
    }
    return new History(done, stopped);
  }

  private Epoch epoch(DataLoader data) throws IOException {
    int number = data.position().epoch();
    long start = System.nanoTime();
    model.train();
    optimizer.zeroGrad();
    Iterator<Batch> batches = data.iterator();
    double rate = optimizer.learningRate();
    int gathered = 0;
    while (batches.hasNext()) {
      gather(batches.next(), number);
      gathered++;
      if (gathered == parts || !batches.hasNext()) {
        rate = optimizer.learningRate();
        step();
        gathered = 0;
        if (every > 0 && steps % every == 0 && batches.hasNext()) {
          save(data.position());
        }
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double mean = lossSum / lossSamples;
    long samples = lossSamples;
    lossSum = 0;
    lossSamples = 0;
    OptionalDouble validated = validate();
    if (scheduler != null && !everyStep) {
      scheduler.step();
    }
    save(data.position());
    return new Epoch(number, mean, validated, rate, samples, seconds);
  }

  private void gather(Batch batch, int epoch) {
    try (Scope _ = Scope.open()) {
      Tensor value = loss.of(model, batch);
      float number = value.item();
      if (!Float.isFinite(number)) {
        throw new ArithmeticException(
            "the loss is "
                + number
                + " in epoch "
                + epoch
                + ", after "
                + steps
                + " steps; Anomaly names the operation at fault");
      }
      lossSum += (double) number * batch.size();
      lossSamples += batch.size();
      (parts == 1 ? value : value.div(parts)).backward();
    }
  }

  private void step() {
    if (clip < Double.POSITIVE_INFINITY) {
      ParameterGradients.clipNorm(parameters, clip);
    }
    optimizer.step();
    optimizer.zeroGrad();
    if (average != null) {
      average.update();
    }
    if (scheduler != null && everyStep) {
      scheduler.step();
    }
    steps++;
  }

  private OptionalDouble validate() {
    if (validation == null) {
      return OptionalDouble.empty();
    }
    model.eval();
    double measured;
    try (NoGrad _ = NoGrad.open()) {
      measured = validation.applyAsDouble(model);
    } finally {
      model.train();
    }
    double badness = maximizes ? -measured : measured;
    if (badness < best) {
      best = badness;
      worse = 0;
    } else {
      worse++;
    }
    return OptionalDouble.of(measured);
  }

  private double meanLoss(Module validated, DataLoader data) {
    double sum = 0;
    long samples = 0;
    for (Batch batch : data) {
      try (Scope _ = Scope.open()) {
        sum += (double) loss.of(validated, batch).item() * batch.size();
        samples += batch.size();
      }
    }
    return sum / samples;
  }

  private void save(DataLoader.Position position) throws IOException {
    if (file == null) {
      return;
    }
    Map<String, Double> run = new LinkedHashMap<>();
    run.put("steps", (double) steps);
    run.put("lossSum", lossSum);
    run.put("lossSamples", (double) lossSamples);
    run.put("best", best);
    run.put("worse", (double) worse);
    run.put("epoch", (double) position.epoch());
    run.put("batches", (double) position.batches());
    Map<String, State> states = new LinkedHashMap<>();
    states.put("run", new State(Map.of(), run));
    states.put("model", new State(model.stateDict(), Map.of()));
    states.put("optimizer", optimizer.stateDict());
    states.put("dropout", DropoutState.of(model));
    if (scheduler != null) {
      states.put("schedule", scheduler.stateDict());
    }
    if (average != null) {
      states.put("average", average.stateDict());
    }
    Snapshot.write(file, states);
  }

  private static State part(Map<String, State> states, String name, Path file) {
    State state = states.get(name);
    if (state == null) {
      throw new IllegalArgumentException(file + " has no state of the " + name);
    }
    return state;
  }

  private static double number(State state, String name, Path file) {
    Double number = state.numbers().get(name);
    if (number == null) {
      throw new IllegalArgumentException(file + " does not say the run's " + name);
    }
    return number;
  }
}
