package dev.lanewise.optim;

import dev.lanewise.nn.Parameter;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A rule that moves parameters against their gradients.
 *
 * <p>Gradients add up until {@link #zeroGrad}. So a batch too large for memory is cut into parts
 * whose losses, each divided by the number of parts, go backward before the one step:
 *
 * <pre>{@code
 * optimizer.zeroGrad();
 * for (Batch part : parts) {
 *   loss(part).div(parts.size()).backward();
 * }
 * optimizer.step();
 * }</pre>
 */
public abstract class Optimizer {
  private final Parameter[] parameters;
  private final Group[] groups;
  private final Group[] groupOf;

  private static final class Group {
    double learningRate;
    double weightDecay;
    boolean ownDecay;
  }

  /**
   * Makes an optimizer of {@code parameters}, which are one group.
   *
   * @throws IllegalArgumentException if there are none, one is given twice, or the rate is not a
   *     finite number from 0
   */
  protected Optimizer(List<Parameter> parameters, double learningRate) {
    this(learningRate, new ParameterGroup(parameters));
  }

  /**
   * Makes an optimizer of all parameters of {@code groups}.
   *
   * @param learningRate the rate of the groups that have none of their own
   * @throws IllegalArgumentException if there are no parameters, one is given twice, or the rate is
   *     not a finite number from 0
   */
  protected Optimizer(double learningRate, ParameterGroup... groups) {
    double rate = Check.atLeastZero("learning rate", learningRate);
    List<Parameter> all = new ArrayList<>();
    List<Group> owners = new ArrayList<>();
    Set<Parameter> met = new HashSet<>(); // by identity: a parameter has no other equality
    this.groups = new Group[groups.length];
    for (int i = 0; i < groups.length; i++) {
      Group group = new Group();
      group.learningRate = groups[i].learningRate().orElse(rate);
      group.weightDecay = groups[i].weightDecay().orElse(0);
      group.ownDecay = groups[i].weightDecay().isPresent();
      this.groups[i] = group;
      for (Parameter parameter : groups[i].parameters()) {
        if (!met.add(parameter)) {
          throw new IllegalArgumentException(
              "a parameter of shape " + parameter.shape() + " is given to the optimizer twice");
        }
        all.add(parameter);
        owners.add(group);
      }
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException("an optimizer wants at least one parameter");
    }
    this.parameters = all.toArray(new Parameter[0]);
    this.groupOf = owners.toArray(new Group[0]);
  }

  /** Forgets the gradients of all parameters. */
  public final void zeroGrad() {
    for (Parameter parameter : parameters) {
      parameter.zeroGrad();
    }
  }

  /** Moves every parameter that has a gradient. */
  public abstract void step();

  /**
   * Evaluates the loss, then moves every parameter that has a gradient.
   *
   * @param closure forgets the gradients, computes the loss, goes backward from it and returns it
   * @return the loss before the step
   */
  public Tensor step(Supplier<Tensor> closure) {
    Tensor loss = closure.get();
    step();
    return loss;
  }

  /** Returns the number of groups. */
  public final int groups() {
    return groups.length;
  }

  /** Returns the learning rate of the first group. */
  public final double learningRate() {
    return learningRateOf(0);
  }

  /** Returns the learning rate of group {@code group}, counted from 0. */
  public final double learningRateOf(int group) {
    return groups[group].learningRate;
  }

  /**
   * Sets the learning rate of every group from the next step on.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public final void setLearningRate(double learningRate) {
    for (int group = 0; group < groups.length; group++) {
      setLearningRate(group, learningRate);
    }
  }

  /**
   * Sets the learning rate of group {@code group}, counted from 0, from the next step on.
   *
   * @throws IllegalArgumentException if it is not a finite number from 0
   */
  public final void setLearningRate(int group, double learningRate) {
    groups[group].learningRate = Check.atLeastZero("learning rate", learningRate);
  }

  /** Returns the weight decay of group {@code group}, counted from 0. */
  public final double weightDecayOf(int group) {
    return groups[group].weightDecay;
  }

  /**
   * Returns what a run that is resumed needs of this optimizer: the learning rate and the weight
   * decay of each group, and the state kept beside each parameter, named by the parameter's number.
   * Other options are its maker's.
   */
  public final State stateDict() {
    StateWriter out = new StateWriter();
    write(out);
    return out.state();
  }

  /**
   * Goes on from what {@link #stateDict} returned, with copies of its arrays.
   *
   * @throws IllegalArgumentException naming all that is missing, unexpected or does not fit, if
   *     anything is; this optimizer then stays as it is
   */
  public final void loadStateDict(State state) {
    StateReader.load(this, state, this::read);
  }

  void write(StateWriter out) {
    out.count("parameters", parameters.length);
    out.count("groups", groups.length);
    for (int i = 0; i < groups.length; i++) {
      out.number("group." + i + ".learningRate", groups[i].learningRate);
      out.number("group." + i + ".weightDecay", groups[i].weightDecay);
    }
  }

  void read(StateReader in) {
    in.expect("parameters", parameters.length);
    in.expect("groups", groups.length);
    for (int i = 0; i < groups.length; i++) {
      Group group = groups[i];
      double learningRate = in.atLeastZero("group." + i + ".learningRate");
      double weightDecay = in.atLeastZero("group." + i + ".weightDecay");
      in.then(() -> {
        group.learningRate = learningRate;
        group.weightDecay = weightDecay;
      });
    }
  }

  /** Sets the weight decay of the groups that have none of their own. */
  final void setWeightDecay(double weightDecay) {
    double decay = Check.atLeastZero("weight decay", weightDecay);
    for (Group group : groups) {
      group.weightDecay = group.ownDecay ? group.weightDecay : decay;
    }
  }

  /** Returns the number of parameters. */
  protected final int count() {
    return parameters.length;
  }

  /** Returns parameter {@code index}, counted through all groups from 0. */
  protected final Parameter parameter(int index) {
    return parameters[index];
  }

  /** Returns the learning rate of parameter {@code index}. */
  protected final double rate(int index) {
    return groupOf[index].learningRate;
  }

  /** Returns the weight decay of parameter {@code index}. */
  protected final double decay(int index) {
    return groupOf[index].weightDecay;
  }
}
