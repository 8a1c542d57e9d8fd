package dev.lanewise.nn;

import dev.lanewise.array.Indices;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.Pointwise;
import dev.lanewise.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Losses: how far a prediction is from its target, as PyTorch defines it; one number unless a
 * {@link Reduction} says otherwise. Without one, the options are PyTorch's defaults.
 *
 * <p>Two tensors that are compared must have the same shape: all of these throw {@link
 * ShapeException} if they do not.
 */
public final class Losses {
  private static final float LEAST_LOG = -100;
  private static final float LEAST_DIVISOR = 1e-12f;
  private static final float COSINE_EPSILON = 1e-12f;
  private static final float DISTANCE_EPSILON = 1e-6f;

  private Losses() {}

  // Numbers.

  /** Returns the mean squared error, the mean of (prediction - target)^2 over all elements. */
  public static Tensor mse(Tensor prediction, Tensor target) {
    return prediction.mse(target);
  }

  /** Returns the squared errors (prediction - target)^2. */
  public static Tensor mse(Tensor prediction, Tensor target, Reduction reduction) {
    return reduction == Reduction.MEAN
        ? prediction.mse(target)
        : reduction.of(difference("mse", prediction, target).square());
  }

  /** Returns the mean absolute error. */
  public static Tensor l1(Tensor prediction, Tensor target) {
    return l1(prediction, target, Reduction.MEAN);
  }

  /** Returns the absolute errors |prediction - target|. */
  public static Tensor l1(Tensor prediction, Tensor target, Reduction reduction) {
    return reduction.of(difference("l1", prediction, target).abs());
  }

  /** Returns Huber's loss with delta 1. */
  public static Tensor huber(Tensor prediction, Tensor target) {
    return huber(prediction, target, 1, Reduction.MEAN);
  }

  /**
   * Returns Huber's loss: d^2 / 2 for a difference d within {@code delta}, and delta (|d| - delta /
   * 2) beyond it.
   *
   * @throws IllegalArgumentException if {@code delta} is not positive
   */
  public static Tensor huber(Tensor prediction, Tensor target, double delta, Reduction reduction) {
    if (!(delta > 0)) {
      throw new IllegalArgumentException("huber: delta must be above 0, not " + delta);
    }
    return reduction.of(bent(difference("huber", prediction, target).abs(), delta));
  }

  /** Returns the smooth absolute error with beta 1. */
  public static Tensor smoothL1(Tensor prediction, Tensor target) {
    return smoothL1(prediction, target, 1, Reduction.MEAN);
  }

  /**
   * Returns the smooth absolute error: d^2 / (2 beta) for a difference d within {@code beta}, and
   * |d| - beta / 2 beyond it.
   *
   * @throws IllegalArgumentException if {@code beta} is negative
   */
  public static Tensor smoothL1(
      Tensor prediction, Tensor target, double beta, Reduction reduction) {
    if (!(beta >= 0)) {
      throw new IllegalArgumentException("smoothL1: beta must be from 0, not " + beta);
    }
    Tensor distance = difference("smoothL1", prediction, target).abs();
    return reduction.of(beta == 0 ? distance : bent(distance, beta).mul((float) (1 / beta)));
  }

  // Yes or no.

  /** Returns the mean binary cross-entropy of probabilities. */
  public static Tensor bce(Tensor probability, Tensor target) {
    return bce(probability, target, null, Reduction.MEAN);
  }

  /**
   * Returns the binary cross-entropy of probabilities p against targets t, -weight (t ln p + (1 -
   * t) ln(1 - p)), with logarithms from -100. The slope is (p - t) / (p (1 - p)) with a divisor
   * from 1e-12, so that it is finite at 0 and 1 too.
   *
   * @param weight broadcast to the shape of the target; null for 1
   * @throws IllegalArgumentException if a probability is not from 0 to 1
   */
  public static Tensor bce(
      Tensor probability, Tensor target, @Nullable Tensor weight, Reduction reduction) {
    requireSameShape("bce", probability, target);
    requireEach(
        "bce: a probability of shape " + probability.shape() + " is not from 0 to 1",
        probability,
        p -> p >= 0 && p <= 1 ? 0 : 1);
    Tensor p = probability.detach();
    Tensor yes = target.mul(bounded(p.log()));
    Tensor no = complement(target).mul(bounded(p.neg().log1p()));
    Tensor divisor = p.mul(complement(p)).clamp(LEAST_DIVISOR, Float.POSITIVE_INFINITY);
    Tensor slope = p.sub(target.detach()).div(divisor);
    Tensor losses = yes.add(no).neg().add(probability.sub(p).mul(slope));
    return reduction.of(weighted(losses, weight));
  }

  /** Returns the mean binary cross-entropy of logits. */
  public static Tensor bceWithLogits(Tensor logits, Tensor target) {
    return bceWithLogits(logits, target, null, null, Reduction.MEAN);
  }

  /**
   * Returns the binary cross-entropy of logits x against targets t, -weight (positiveWeight t ln
   * sigmoid(x) + (1 - t) ln(1 - sigmoid(x))), which overflows for no logit.
   *
   * @param weight broadcast to the shape of the target; null for 1
   * @param positiveWeight broadcast to the shape of the target; null for 1
   */
  public static Tensor bceWithLogits(
      Tensor logits,
      Tensor target,
      @Nullable Tensor weight,
      @Nullable Tensor positiveWeight,
      Reduction reduction) {
    requireSameShape("bceWithLogits", logits, target);
    Tensor no = complement(target);
    Tensor yes = weighted(target, positiveWeight);
    // -ln sigmoid(x) = softplus(-x), and -ln(1 - sigmoid(x)) = x + softplus(-x)
    Tensor losses = no.mul(logits).add(no.add(yes).mul(logits.neg().softplus()));
    return reduction.of(weighted(losses, weight));
  }

  // Classes.

  /**
   * Returns the mean over the rows of logits [rows, classes] of -log softmax(row)[label]; {@link
   * CrossEntropyLoss} has the options.
   *
   * @throws IllegalArgumentException if there is not one label per row, each below {@code classes}
   */
  public static Tensor crossEntropy(Tensor logits, int... labels) {
    return logits.crossEntropy(labels);
  }

  /**
   * Returns the mean over the rows of log-probabilities [rows, classes] of -row[label]; {@link
   * CrossEntropyLoss#ofLogProbabilities} has the options.
   *
   * @throws IllegalArgumentException if a label is not below {@code classes}
   */
  public static Tensor nll(Tensor logProbabilities, int... labels) {
    return CrossEntropyLoss.DEFAULT.ofLogProbabilities(logProbabilities, Indices.of(labels));
  }

  /** Returns the divergence of Kullback and Leibler, averaged over all elements as PyTorch does. */
  public static Tensor kl(Tensor logProbabilities, Tensor target) {
    return kl(logProbabilities, target, false, Reduction.MEAN);
  }

  /**
   * Returns the terms t (ln t - q) of the divergence of Kullback and Leibler of log-probabilities q
   * from a target of probabilities t, or of ln t if {@code logTarget}. A probability of 0 adds
   * nothing. Per sample, as the mathematics has it, it is their sum over the number of samples.
   */
  public static Tensor kl(
      Tensor logProbabilities, Tensor target, boolean logTarget, Reduction reduction) {
    requireSameShape("kl", logProbabilities, target);
    if (logTarget) {
      return reduction.of(target.exp().mul(target.sub(logProbabilities)));
    }
    Tensor positive = Tensor.where(target.gt(Tensor.scalar(0)), target, Tensor.scalar(1));
    return reduction.of(target.mul(positive.log().sub(logProbabilities)));
  }

  // Margins.

  /** Returns the mean hinge loss of distances with margin 1. */
  public static Tensor hingeEmbedding(Tensor distance, Tensor label) {
    return hingeEmbedding(distance, label, 1, Reduction.MEAN);
  }

  /**
   * Returns the hinge loss of distances d: d where the label is 1, and max(0, margin - d) where it
   * is -1.
   *
   * @throws IllegalArgumentException if a label is neither 1 nor -1
   */
  public static Tensor hingeEmbedding(
      Tensor distance, Tensor label, double margin, Reduction reduction) {
    requireSameShape("hingeEmbedding", distance, label);
    Tensor beyond = fromZero(distance.neg().add((float) margin));
    return reduction.of(Tensor.where(isAlike("hingeEmbedding", label), distance, beyond));
  }

  /** Returns the mean loss of a wrong order with margin 0. */
  public static Tensor marginRanking(Tensor first, Tensor second, Tensor label) {
    return marginRanking(first, second, label, 0, Reduction.MEAN);
  }

  /**
   * Returns the loss of a wrong order, max(0, -label (first - second) + margin), where the label is
   * 1 if the first is to be greater and -1 if the second is.
   *
   * @throws IllegalArgumentException if a label is neither 1 nor -1
   */
  public static Tensor marginRanking(
      Tensor first, Tensor second, Tensor label, double margin, Reduction reduction) {
    Tensor difference = difference("marginRanking", first, second);
    requireSameShape("marginRanking", first, label);
    requireSigns("marginRanking", label);
    return reduction.of(fromZero(label.mul(difference).neg().add((float) margin)));
  }

  /** Returns the mean loss of angles with margin 0. */
  public static Tensor cosineEmbedding(Tensor first, Tensor second, Tensor label) {
    return cosineEmbedding(first, second, label, 0, Reduction.MEAN);
  }

  /**
   * Returns the loss of the angles between vectors [..., size]: 1 - cos where the label [...] is 1,
   * and max(0, cos - margin) where it is -1.
   *
   * @throws IllegalArgumentException if a label is neither 1 nor -1
   */
  public static Tensor cosineEmbedding(
      Tensor first, Tensor second, Tensor label, double margin, Reduction reduction) {
    requireSameShape("cosineEmbedding", first, second);
    Tensor product = first.mul(second).sum(-1);
    requireSameShape("cosineEmbedding", product, label);
    Tensor squares = squaredNorm(first).mul(squaredNorm(second));
    Tensor cosine = product.div(squares.sqrt());
    return reduction.of(
        Tensor.where(
            isAlike("cosineEmbedding", label),
            complement(cosine),
            fromZero(cosine.add((float) -margin))));
  }

  /** Returns the mean triplet loss with margin 1. */
  public static Tensor tripletMargin(Tensor anchor, Tensor positive, Tensor negative) {
    return tripletMargin(anchor, positive, negative, 1, Reduction.MEAN);
  }

  /**
   * Returns the triplet loss of vectors [..., size], max(0, |anchor - positive| - |anchor -
   * negative| + margin), with Euclidean distances of differences that PyTorch's 1e-6 is added to.
   */
  public static Tensor tripletMargin(
      Tensor anchor, Tensor positive, Tensor negative, double margin, Reduction reduction) {
    Tensor near = difference("tripletMargin", anchor, positive).add(DISTANCE_EPSILON).norm(-1);
    Tensor far = difference("tripletMargin", anchor, negative).add(DISTANCE_EPSILON).norm(-1);
    return reduction.of(fromZero(near.sub(far).add((float) margin)));
  }

  // Parts.

  /** Returns max(0, x), which still pulls at 0, on the margin itself, as PyTorch's does. */
  private static Tensor fromZero(Tensor x) {
    return x.clamp(0, Float.POSITIVE_INFINITY);
  }

  /** Returns x^2 / 2 for x up to {@code bend}, and bend (x - bend / 2) beyond it. */
  private static Tensor bent(Tensor x, double bend) {
    Tensor square = x.clamp(0, (float) bend);
    return square.mul(x.sub(square.mul(0.5f)));
  }

  private static Tensor bounded(Tensor log) {
    return log.clamp(LEAST_LOG, Float.POSITIVE_INFINITY);
  }

  private static Tensor complement(Tensor x) {
    return x.neg().add(1);
  }

  private static Tensor squaredNorm(Tensor x) {
    return x.square().sum(-1).add(COSINE_EPSILON);
  }

  private static Tensor weighted(Tensor x, @Nullable Tensor weight) {
    return weight == null ? x : x.mul(weight);
  }

  private static Tensor difference(String loss, Tensor a, Tensor b) {
    requireSameShape(loss, a, b);
    return a.sub(b);
  }

  /** Returns 1 where a label is 1 and 0 where it is -1. */
  private static Tensor isAlike(String loss, Tensor label) {
    requireSigns(loss, label);
    return label.gt(Tensor.scalar(0));
  }

  private static void requireSigns(String loss, Tensor label) {
    requireEach(
        loss + ": a label of shape " + label.shape() + " is neither 1 nor -1",
        label,
        y -> y == 1 || y == -1 ? 0 : 1);
  }

  private static void requireEach(String sentence, Tensor values, Pointwise.Function1 fault) {
    if (values.array().mapEach(fault).sum() != 0) {
      throw new IllegalArgumentException(sentence);
    }
  }

  private static void requireSameShape(String loss, Tensor a, Tensor b) {
    if (!a.shape().equals(b.shape())) {
      throw new ShapeException(loss + ": shapes " + a.shape() + " and " + b.shape() + " differ");
    }
  }
}
