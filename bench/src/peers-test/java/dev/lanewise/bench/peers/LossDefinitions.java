package dev.lanewise.bench.peers;

import dev.lanewise.nn.Reduction;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Losses, under PyTorch's defaults and under each reduction. */
final class LossDefinitions {
  static final Map<String, Definition> ALL = new HashMap<>();

  /** A loss with a reduction, by libtorch's number. */
  @FunctionalInterface
  private interface Loss {
    Tensor of(long reduction, Tensor... x);
  }

  static {
    putNumbers();
    putYesOrNo();
    putClasses();
    putMargins();
  }

  private LossDefinitions() {}

  private static void putNumbers() {
    ALL.put("mse", x -> torch.mse_loss(x[0], x[1]));
    ALL.put("l1", x -> torch.l1_loss(x[0], x[1]));
    ALL.put("huber", x -> torch.huber_loss(x[0], x[1]));
    ALL.put("smoothL1", x -> torch.smooth_l1_loss(x[0], x[1]));
    put("mse", (r, x) -> torch.mse_loss(x[0], x[1], r));
    put("l1", (r, x) -> torch.l1_loss(x[0], x[1], r));
    put("huber 0.75", (r, x) -> torch.huber_loss(x[0], x[1], r, 0.75));
    put("smoothL1 0.75", (r, x) -> torch.smooth_l1_loss(x[0], x[1], r, 0.75));
    // As torch.nn.functional has it; libtorch's own has another slope where both are equal.
    put("smoothL1 0", (r, x) -> torch.l1_loss(x[0], x[1], r));
  }

  private static void putYesOrNo() {
    ALL.put("bce", x -> torch.binary_cross_entropy(x[0], x[1]));
    ALL.put("bce NONE", x -> torch.binary_cross_entropy(x[0], x[1], new TensorOptional(), 0));
    put(
        "bce weighted",
        (r, x) -> torch.binary_cross_entropy(x[0], x[1], new TensorOptional(x[2]), r));
    ALL.put("bceWithLogits", x -> torch.binary_cross_entropy_with_logits(x[0], x[1]));
    put(
        "bceWithLogits weighted",
        (r, x) -> logits(new TensorOptional(x[2]), new TensorOptional(x[3]), r, x));
    put(
        "bceWithLogits with positive weights",
        (r, x) -> logits(new TensorOptional(), new TensorOptional(x[2]), r, x));
  }

  private static void putClasses() {
    ALL.put("crossEntropy", x -> torch.cross_entropy_loss(x[0], ShapeDefinitions.indices(x[1])));
    put("crossEntropy", (r, x) -> ofLabels(-100, 0, r, x));
    put("crossEntropy smoothed", (r, x) -> ofLabels(-100, 0.1, r, x));
    put("crossEntropy weighted", (r, x) -> ofLabels(-100, 0, r, x));
    put("crossEntropy weighted smoothed", (r, x) -> ofLabels(-100, 0.25, r, x));
    put("crossEntropy ignoring 2", (r, x) -> ofLabels(2, 0, r, x));
    put("crossEntropy of probabilities", (r, x) -> crossEntropy(x[1], -100, 0, r, x));
    put(
        "crossEntropy of probabilities weighted smoothed",
        (r, x) -> crossEntropy(x[1], -100, 0.1, r, x));
    ALL.put("nll", x -> torch.nll_loss(x[0], ShapeDefinitions.indices(x[1])));
    put(
        "nll weighted",
        (r, x) ->
            torch.nll_loss_nd(
                x[0], ShapeDefinitions.indices(x[1]), new TensorOptional(x[2]), r, -100));
    ALL.put("kl", x -> torch.kl_div(x[0], x[1]));
    put("kl", (r, x) -> torch.kl_div(x[0], x[1], r, false));
    put("kl of logarithms", (r, x) -> torch.kl_div(x[0], x[1], r, true));
  }

  private static void putMargins() {
    ALL.put("hingeEmbedding", x -> torch.hinge_embedding_loss(x[0], x[1]));
    put("hingeEmbedding 0.5", (r, x) -> torch.hinge_embedding_loss(x[0], x[1], 0.5, r));
    ALL.put("marginRanking", x -> torch.margin_ranking_loss(x[0], x[1], x[2]));
    put("marginRanking 0.5", (r, x) -> torch.margin_ranking_loss(x[0], x[1], x[2], 0.5, r));
    ALL.put("cosineEmbedding", x -> torch.cosine_embedding_loss(x[0], x[1], x[2]));
    put("cosineEmbedding 0.25", (r, x) -> torch.cosine_embedding_loss(x[0], x[1], x[2], 0.25, r));
    ALL.put("tripletMargin", x -> torch.triplet_margin_loss(x[0], x[1], x[2]));
    put("tripletMargin 0.5", (r, x) -> triplet(0.5, r, x));
    put("tripletMargin 0", (r, x) -> triplet(0, r, x));
  }

  private static void put(String name, Loss loss) {
    for (Reduction reduction : Reduction.values()) {
      long number =
          switch (reduction) {
            case NONE -> 0;
            case MEAN -> 1;
            case SUM -> 2;
          };
      ALL.put(name + " " + reduction, x -> loss.of(number, x));
    }
  }

  private static Tensor logits(
      TensorOptional weight, TensorOptional positive, long reduction, Tensor... x) {
    return torch.binary_cross_entropy_with_logits(x[0], x[1], weight, positive, reduction);
  }

  private static Tensor ofLabels(long ignored, double smoothing, long reduction, Tensor... x) {
    return crossEntropy(ShapeDefinitions.indices(x[1]), ignored, smoothing, reduction, x);
  }

  private static Tensor crossEntropy(
      Tensor target, long ignored, double smoothing, long reduction, Tensor... x) {
    TensorOptional weight = x.length > 2 ? new TensorOptional(x[2]) : new TensorOptional();
    return torch.cross_entropy_loss(x[0], target, weight, reduction, ignored, smoothing);
  }

  private static Tensor triplet(double margin, long reduction, Tensor... x) {
    return torch.triplet_margin_loss(x[0], x[1], x[2], margin, 2, 1e-6, false, reduction);
  }
}
