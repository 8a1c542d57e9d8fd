package dev.lanewise.parity;

import static dev.lanewise.parity.Tolerance.AVERAGE;
import static dev.lanewise.parity.Tolerance.DIFFERENCE;
import static dev.lanewise.parity.Tolerance.FUNCTION;
import static dev.lanewise.parity.Values.EIGHTHS;

import dev.lanewise.nn.CrossEntropyLoss;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Reduction;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Losses of elements or of samples, under each reduction.
 *
 * <p>No term is negative where many are added, so that what the additions round is relative to the
 * sum, and {@link Tolerance#AVERAGE} bounds it.
 */
final class LossCases {
  private static final int CLASSES = 5;
  private static final Values LOGITS = Values.between(-4, 4);
  private static final Values PROBABILITIES = Values.between(0.01f, 0.99f);
  private static final Values ENDS =
      Values.of(0, Float.MIN_VALUE, 1e-39f, 1e-30f, 1e-13f, 1e-6f, 1 - 0x1p-24f, 1);

  private static final Values SIGNS = Values.of(-1, 1);
  private static final Values SOME_IGNORED =
      random -> random.nextInt(4) == 0 ? -100 : random.nextInt(CLASSES);

  /** A loss with a reduction. */
  @FunctionalInterface
  private interface Loss {
    Tensor of(Reduction reduction, Tensor... x);
  }

  private LossCases() {}

  static List<Case> all() {
    List<Case> all = new ArrayList<>();
    addNumbers(all);
    addYesOrNo(all);
    addClasses(all);
    addMargins(all);
    return all;
  }

  private static void addNumbers(List<Case> all) {
    all.add(mean("mse", LossCases::pair, x -> Losses.mse(x[0], x[1])));
    all.add(mean("l1", LossCases::pair, x -> Losses.l1(x[0], x[1])));
    all.add(mean("huber", LossCases::pair, x -> Losses.huber(x[0], x[1])));
    all.add(mean("smoothL1", LossCases::pair, x -> Losses.smoothL1(x[0], x[1])));
    add(all, "mse", LossCases::pair, (r, x) -> Losses.mse(x[0], x[1], r));
    add(all, "l1", LossCases::pair, (r, x) -> Losses.l1(x[0], x[1], r));
    add(all, "huber 0.75", LossCases::pair, (r, x) -> Losses.huber(x[0], x[1], 0.75, r));
    add(all, "smoothL1 0.75", LossCases::pair, (r, x) -> Losses.smoothL1(x[0], x[1], 0.75, r));
    add(all, "smoothL1 0", LossCases::pair, (r, x) -> Losses.smoothL1(x[0], x[1], 0, r));
  }

  private static void addYesOrNo(List<Case> all) {
    Case bce = mean("bce", LossCases::probabilities, x -> Losses.bce(x[0], x[1]));
    all.add(bce);
    all.add(
        Case.of(
                "bce NONE",
                d -> List.of(d.input(ENDS, 12), d.constant(Values.of(0, 1), 12)),
                x -> Losses.bce(x[0], x[1], null, Reduction.NONE))
            .as("at the ends")
            .within(FUNCTION, FUNCTION));
    add(
        all,
        "bce weighted",
        d -> with(probabilities(d), d),
        (r, x) -> Losses.bce(x[0], x[1], x[2], r));

    Case logits = mean("bceWithLogits", d -> logits(d, 4), x -> Losses.bceWithLogits(x[0], x[1]));
    all.add(logits);
    all.add(logits.on("far from 0", d -> logits(d, 200)));
    add(
        all,
        "bceWithLogits weighted",
        d -> with(with(logits(d, 4), d), d),
        (r, x) -> Losses.bceWithLogits(x[0], x[1], x[2], x[3], r));
    add(
        all,
        "bceWithLogits with positive weights",
        d -> with(logits(d, 4), d),
        (r, x) -> Losses.bceWithLogits(x[0], x[1], null, x[2], r));
  }

  private static void addClasses(List<Case> all) {
    Case crossEntropy =
        mean(
            "crossEntropy",
            d -> labelled(d, LOGITS),
            x -> Losses.crossEntropy(x[0], Input.integers(x[1])));
    all.add(crossEntropy);
    all.add(crossEntropy.on("far apart", d -> labelled(d, Values.between(-200, 200))));
    add(all, "crossEntropy", d -> samples(d, SOME_IGNORED), (r, x) -> crossEntropy(0, r, x));
    all.add(
        mean(
                "crossEntropy MEAN",
                d -> samples(d, _ -> -100, d.length(4), CLASSES),
                x -> crossEntropy(0, Reduction.MEAN, x))
            .as("no label counts"));
    add(all, "crossEntropy smoothed", LossCases::images, (r, x) -> crossEntropy(0.1, r, x));
    add(all, "crossEntropy weighted", LossCases::weighted, (r, x) -> crossEntropy(0, r, x));
    add(
        all,
        "crossEntropy weighted smoothed",
        LossCases::weighted,
        (r, x) -> crossEntropy(0.25, r, x));
    add(
        all,
        "crossEntropy ignoring 2",
        d -> samples(d, random -> random.nextInt(CLASSES)),
        (r, x) ->
            CrossEntropyLoss.DEFAULT
                .withReduction(r)
                .withIgnoreIndex(2)
                .of(x[0], Input.indices(x[1])));
    add(
        all,
        "crossEntropy of probabilities",
        d -> shares(d, 1),
        (r, x) -> CrossEntropyLoss.DEFAULT.withReduction(r).of(x[0], x[1]));
    add(
        all,
        "crossEntropy of probabilities weighted smoothed",
        d -> shares(d, 2),
        (r, x) ->
            CrossEntropyLoss.DEFAULT
                .withReduction(r)
                .withWeight(x[2])
                .withLabelSmoothing(0.1)
                .of(x[0], x[1]));

    all.add(
        mean(
            "nll",
            d -> labelled(d, Values.between(-4, 0)),
            x -> Losses.nll(x[0], Input.integers(x[1]))));
    add(all, "nll weighted", LossCases::weighted, LossCases::nll);

    all.add(mean("kl", LossCases::divergence, x -> Losses.kl(x[0], x[1])));
    add(all, "kl", LossCases::withNothing, (r, x) -> Losses.kl(x[0], x[1], false, r));
    add(
        all,
        "kl of logarithms",
        d -> both(d, Values.between(-4, 0)),
        (r, x) -> Losses.kl(x[0], x[1], true, r));
  }

  private static void addMargins(List<Case> all) {
    all.add(mean("hingeEmbedding", d -> signed(d, 1), x -> Losses.hingeEmbedding(x[0], x[1])));
    add(
        all,
        "hingeEmbedding 0.5",
        d -> signed(d, 1),
        (r, x) -> Losses.hingeEmbedding(x[0], x[1], 0.5, r));
    all.add(mean("marginRanking", d -> signed(d, 2), x -> Losses.marginRanking(x[0], x[1], x[2])));
    add(
        all,
        "marginRanking 0.5",
        d -> signed(d, 2),
        (r, x) -> Losses.marginRanking(x[0], x[1], x[2], 0.5, r));
    all.add(
        mean("cosineEmbedding", LossCases::angles, x -> Losses.cosineEmbedding(x[0], x[1], x[2])));
    add(
        all,
        "cosineEmbedding 0.25",
        LossCases::angles,
        (r, x) -> Losses.cosineEmbedding(x[0], x[1], x[2], 0.25, r));
    Case triplet =
        mean("tripletMargin", LossCases::triplet, x -> Losses.tripletMargin(x[0], x[1], x[2]));
    all.add(triplet);
    add(
        all,
        "tripletMargin 0.5",
        LossCases::triplet,
        (r, x) -> Losses.tripletMargin(x[0], x[1], x[2], 0.5, r));
    add(
        all,
        "tripletMargin 0",
        LossCases::equallyFar,
        (r, x) -> Losses.tripletMargin(x[0], x[1], x[2], 0, r));
  }

  /** The loss without options, whose reduction is the mean. */
  private static Case mean(
      String definition, Function<Draw, List<Input>> inputs, Function<Tensor[], Tensor> loss) {
    return Case.of(definition, inputs, loss).within(AVERAGE, AVERAGE);
  }

  /** Adds the loss under each reduction. */
  private static void add(
      List<Case> all, String definition, Function<Draw, List<Input>> inputs, Loss loss) {
    for (Reduction reduction : Reduction.values()) {
      Tolerance tolerance = reduction == Reduction.NONE ? DIFFERENCE : AVERAGE;
      all.add(
          Case.of(definition + " " + reduction, inputs, x -> loss.of(reduction, x))
              .within(tolerance, tolerance));
    }
  }

  /** Of logits, labels and perhaps weights. */
  private static Tensor crossEntropy(double smoothing, Reduction reduction, Tensor... x) {
    CrossEntropyLoss loss =
        CrossEntropyLoss.DEFAULT.withReduction(reduction).withLabelSmoothing(smoothing);
    return (x.length > 2 ? loss.withWeight(x[2]) : loss).of(x[0], Input.indices(x[1]));
  }

  private static Tensor nll(Reduction reduction, Tensor... x) {
    return CrossEntropyLoss.DEFAULT
        .withReduction(reduction)
        .withWeight(x[2])
        .ofLogProbabilities(x[0], Input.indices(x[1]));
  }

  private static List<Input> pair(Draw d) {
    return both(d, EIGHTHS);
  }

  private static List<Input> both(Draw d, Values values) {
    int[] dims = d.dimsUpTo(3);
    return List.of(d.input(values, dims), d.input(values, dims));
  }

  /** Returns the inputs, and weights that broadcast to the first. */
  private static List<Input> with(List<Input> inputs, Draw d) {
    List<Input> all = new ArrayList<>(inputs);
    int[] dims = inputs.getFirst().array().shape().toArray();
    all.add(d.constant(Values.between(0.5f, 2), d.narrowed(dims)));
    return all;
  }

  private static List<Input> probabilities(Draw d) {
    int[] dims = d.dimsUpTo(2);
    return List.of(d.input(PROBABILITIES, dims), d.constant(PROBABILITIES, dims));
  }

  private static List<Input> logits(Draw d, float most) {
    int[] dims = d.dimsUpTo(2);
    return List.of(d.input(Values.between(-most, most), dims), d.input(PROBABILITIES, dims));
  }

  private static List<Input> labelled(Draw d, Values logits) {
    int[] dims = d.dims(2);
    return List.of(d.input(logits, dims), d.indices(dims[1], dims[0]));
  }

  /** Logits with labels. */
  private static List<Input> samples(Draw d, Values labels) {
    return samples(d, labels, 1 + d.length(4), CLASSES);
  }

  /** Logits of each place of an image with labels. */
  private static List<Input> images(Draw d) {
    return samples(d, SOME_IGNORED, d.length(2), CLASSES, d.length(2), d.length(2));
  }

  private static List<Input> samples(Draw d, Values labels, int... dims) {
    int[] samples = new int[dims.length - 1];
    samples[0] = dims[0];
    System.arraycopy(dims, 2, samples, 1, samples.length - 1);
    return List.of(d.input(LOGITS, dims), d.constant(labels, samples));
  }

  /** Logits, labels and the weights of the classes. */
  private static List<Input> weighted(Draw d) {
    List<Input> all = new ArrayList<>(samples(d, SOME_IGNORED, 2, CLASSES, d.length(3)));
    all.add(d.constant(Values.between(0.5f, 2), CLASSES));
    return all;
  }

  /** Logits, probabilities of their classes and perhaps the classes' weights. */
  private static List<Input> shares(Draw d, int constants) {
    int[] dims = {d.length(3), CLASSES, d.length(2)};
    List<Input> all = new ArrayList<>(List.of(d.input(LOGITS, dims), d.input(PROBABILITIES, dims)));
    if (constants > 1) {
      all.add(d.constant(Values.between(0.5f, 2), CLASSES));
    }
    return all;
  }

  private static List<Input> divergence(Draw d) {
    int[] dims = d.dimsUpTo(2);
    return List.of(d.input(Values.between(-4, 0), dims), d.input(PROBABILITIES, dims));
  }

  /** Log-probabilities, and probabilities of which some are 0. */
  private static List<Input> withNothing(Draw d) {
    int[] dims = d.dimsUpTo(2);
    return List.of(
        d.input(Values.between(-4, 0), dims), d.constant(Values.of(0, 0.25f, 0.5f, 1), dims));
  }

  /** Numbers, which may lie on a margin, and signs. */
  private static List<Input> signed(Draw d, int count) {
    int[] dims = d.dimsUpTo(2);
    List<Input> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(d.input(EIGHTHS, dims));
    }
    all.add(d.constant(SIGNS, dims));
    return all;
  }

  private static List<Input> angles(Draw d) {
    int samples = d.length(4);
    int size = 1 + d.length(4);
    return List.of(
        d.input(LOGITS, samples, size), d.input(LOGITS, samples, size), d.constant(SIGNS, samples));
  }

  private static List<Input> triplet(Draw d) {
    int samples = d.length(3);
    int size = 1 + d.length(4);
    return List.of(
        d.input(LOGITS, samples, size),
        d.input(LOGITS, samples, size),
        d.input(LOGITS, samples, size));
  }

  /** An anchor and, twice, the same vector. */
  private static List<Input> equallyFar(Draw d) {
    Input anchor = d.input(LOGITS, 3, 4);
    Input other = d.input(LOGITS, 3, 4);
    return List.of(anchor, other, other);
  }
}
