package dev.lanewise.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.Shape;
import dev.lanewise.array.ShapeException;
import dev.lanewise.kernel.Activation;
import dev.lanewise.kernel.Extent;
import dev.lanewise.op.loss.CrossEntropy;
import dev.lanewise.op.loss.MeanSquaredError;
import dev.lanewise.op.norm.LayerNorm;
import dev.lanewise.op.norm.LogSoftmax;
import dev.lanewise.op.norm.RmsNorm;
import dev.lanewise.op.norm.Softmax;
import dev.lanewise.op.pointwise.Add;
import dev.lanewise.op.pointwise.Div;
import dev.lanewise.op.pointwise.Mul;
import dev.lanewise.op.pointwise.Sub;
import dev.lanewise.op.product.AvgPool2d;
import dev.lanewise.op.product.Conv2d;
import dev.lanewise.op.product.LinearAct;
import dev.lanewise.op.product.MatMul;
import dev.lanewise.op.product.MaxPool2d;
import dev.lanewise.op.reduction.Sum;
import dev.lanewise.op.shape.Expand;
import dev.lanewise.op.shape.Permute;
import dev.lanewise.op.shape.Reshape;
import dev.lanewise.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Shapes that do not fit are refused by one sentence that names the operation and every shape. */
final class ShapeRulesTest {
  private static final Op CONV = new Conv2d(Extent.of(1), new Extent(1, 0), new Extent(2, 3), 2);

  private static Stream<Arguments> refusals() {
    return Stream.of(
        refusal(
            new Add(),
            "add: shapes [2, 3] and [4, 3] do not broadcast: 2 against 4 at axis -2",
            dims(2, 3),
            dims(4, 3)),
        refusal(
            new Sub(),
            "sub: shapes [2] and [3, 3] do not broadcast: 2 against 3 at axis -1",
            dims(2),
            dims(3, 3)),
        refusal(
            new Mul(),
            "mul: shapes [0] and [2] do not broadcast: 0 against 2 at axis -1",
            dims(0),
            dims(2)),
        refusal(
            new Div(),
            "div: shapes [5, 1, 2] and [4, 3] do not broadcast: 2 against 3 at axis -1",
            dims(5, 1, 2),
            dims(4, 3)),
        refusal(
            new MatMul(),
            "matmul: shapes [2, 3] and [4, 5] do not fit: 3 columns against 4 rows",
            dims(2, 3),
            dims(4, 5)),
        refusal(
            new MatMul(),
            "matmul: shapes [3] and [3, 5] are not both matrices",
            dims(3),
            dims(3, 5)),
        refusal(
            new LinearAct(Activation.RELU),
            "linear: input [2, 3] does not end in the weight's [5, 4] number of inputs",
            dims(2, 3),
            dims(5, 4)),
        refusal(
            new LinearAct(Activation.IDENTITY),
            "linear: input [] does not end in the weight's [5, 4] number of inputs",
            dims(),
            dims(5, 4)),
        refusal(
            new LinearAct(Activation.IDENTITY),
            "linear: input [2, 4] does not end in the weight's [4] number of inputs",
            dims(2, 4),
            dims(4)),
        refusal(
            new LinearAct(Activation.IDENTITY),
            "linear: bias [4] does not have the weight's [5, 4] number of outputs",
            dims(2, 4),
            dims(5, 4),
            dims(4)),
        refusal(new Sum(List.of(2), false), "there is no axis 2 in shape [3, 4]", dims(3, 4)),
        refusal(
            new Sum(List.of(1, -1), true),
            "sum: axis -1 of shape [3, 4] is named twice",
            dims(3, 4)),
        refusal(new Softmax(false), "softmax: a scalar has no axis to normalize over", dims()),
        refusal(new LogSoftmax(), "logSoftmax: a scalar has no axis to normalize over", dims()),
        refusal(
            CONV,
            "conv2d: input [3, 8, 8] and weight [4, 3, 3, 3] are not [N, C, H, W] and"
                + " [O, C/groups, kH, kW]",
            dims(3, 8, 8),
            dims(4, 3, 3, 3)),
        refusal(
            CONV,
            "conv2d: the 5 channels of input [1, 5, 8, 8] are not 2, as weight [4, 2, 3, 3] has"
                + " them, for each of 2 groups",
            dims(1, 5, 8, 8),
            dims(4, 2, 3, 3)),
        refusal(
            CONV,
            "conv2d: the filters of weight [3, 2, 3, 3] do not divide into 2 groups",
            dims(1, 4, 8, 8),
            dims(3, 2, 3, 3)),
        refusal(
            CONV,
            "conv2d: bias [2] does not have the weight's [4, 2, 3, 3] number of filters",
            dims(1, 4, 8, 8),
            dims(4, 2, 3, 3),
            dims(2)),
        refusal(
            CONV,
            "conv2d: the filters of weight [4, 2, 0, 3] have no taps",
            dims(1, 4, 8, 8),
            dims(4, 2, 0, 3)),
        refusal(
            CONV,
            "conv2d: a filter of weight [4, 2, 3, 3] spans 5 x 7 with dilation 2 x 3, more than"
                + " input [1, 4, 2, 9] with padding 1 x 0",
            dims(1, 4, 2, 9),
            dims(4, 2, 3, 3)),
        refusal(
            new MaxPool2d(Extent.of(2), Extent.of(2), Extent.of(0)),
            "maxPool2d: input [3, 8, 8] is not [N, C, H, W]",
            dims(3, 8, 8)),
        refusal(
            new AvgPool2d(Extent.of(4), Extent.of(2), new Extent(1, 2)),
            "avgPool2d: a window of 4 x 4 is larger than input [1, 3, 1, 8] with padding 1 x 2",
            dims(1, 3, 1, 8)),
        refusal(
            new LayerNorm(2, 1e-5),
            "layerNorm: input [3] does not have 2 axes to normalize over",
            dims(3)),
        refusal(
            new LayerNorm(2, 1e-5),
            "layerNorm: weight [4] is not of the shape [3, 4] in which input [2, 3, 4] ends",
            dims(2, 3, 4),
            dims(4)),
        refusal(
            new LayerNorm(1, 1e-5),
            "layerNorm: bias [3] is not of the shape [4] in which input [3, 4] ends",
            dims(3, 4),
            dims(4),
            dims(3)),
        refusal(
            new RmsNorm(1, 1e-5),
            "rmsNorm: weight [3] is not of the shape [4] in which input [3, 4] ends",
            dims(3, 4),
            dims(3)),
        refusal(
            new Reshape(Shape.of(5)),
            "reshape: shape [2, 3] has 6 elements, [5] has 5",
            dims(2, 3)),
        refusal(
            new Permute(List.of(0, 0)),
            "permute: [0, 0] does not name each axis of shape [2, 3] once",
            dims(2, 3)),
        refusal(
            new Permute(List.of(1, 0)),
            "permute: [1, 0] does not name each axis of shape [2, 3, 4] once",
            dims(2, 3, 4)),
        refusal(
            new Expand(Shape.of(2, 1)),
            "expand: shape [2, 3] does not stretch to [2, 1]",
            dims(2, 3)),
        refusal(
            new Expand(Shape.of(2, 4)),
            "expand: shapes [2, 3] and [2, 4] do not broadcast: 3 against 4 at axis -1",
            dims(2, 3)),
        refusal(
            new MeanSquaredError(),
            "mse: prediction [2, 1] and target [2] differ in shape",
            dims(2, 1),
            dims(2)),
        refusal(
            CrossEntropy.of(new int[] {0, 1, 1}, 2),
            "crossEntropy: logits [2, 2] are not [rows, classes] with a row for each of 3 labels",
            dims(2, 2)));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void infer_refusesBySentence(Op op, String sentence, List<Shape> inputs) {
    assertThatThrownBy(() -> op.infer(inputs.toArray(Shape[]::new)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(sentence);
  }

  @Test
  void matmul_batchesThatDoNotBroadcast_namesBothShapes() {
    Shape a = Shape.of(2, 4, 5);
    Shape b = Shape.of(3, 5, 6);
    assertThatThrownBy(() -> new MatMul().infer(a, b))
        .hasMessageContaining("[2, 4, 5]")
        .hasMessageContaining("[3, 5, 6]");
  }

  @Test
  void options_thatAreNone_areRefused() {
    Extent one = Extent.of(1);
    assertThatThrownBy(() -> new Conv2d(new Extent(1, 0), one, one, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "conv2d: stride 1 x 0, padding 1 x 1, dilation 1 x 1 and 1 groups: only the padding may"
                + " be less than 1, and be 0");
    assertThatThrownBy(() -> new Conv2d(one, new Extent(-1, 0), one, 1))
        .hasMessageContaining("padding -1 x 0");
    assertThatThrownBy(() -> new Conv2d(one, one, new Extent(1, 0), 1))
        .hasMessageContaining("dilation 1 x 0");
    assertThatThrownBy(() -> new Conv2d(one, one, one, 0)).hasMessageContaining("and 0 groups");
    assertThatThrownBy(() -> new MaxPool2d(Extent.of(3), one, new Extent(1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "maxPool2d: a window of 3 x 3, stride 1 x 1 and padding 1 x 2 are not 1 or more, and"
                + " the padding no more than half the window");
    assertThatThrownBy(() -> new AvgPool2d(Extent.of(3), new Extent(0, 1), one))
        .hasMessageStartingWith("avgPool2d: a window of 3 x 3, stride 0 x 1");
    assertThatThrownBy(() -> new AvgPool2d(new Extent(3, 0), one, Extent.of(0)))
        .hasMessageStartingWith("avgPool2d: a window of 3 x 0");
    assertThatThrownBy(() -> new LayerNorm(0, 1e-5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "layerNorm: 0 axes and eps 1.0E-5 are not one or more, and a finite number from 0 on");
    assertThatThrownBy(() -> new RmsNorm(1, Double.NaN))
        .hasMessageStartingWith("rmsNorm: 1 axes and eps NaN");
  }

  @Test
  void crossEntropy_labelOutsideTheClasses_isNamed() {
    assertThatThrownBy(() -> CrossEntropy.of(new int[] {0, 3}, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("crossEntropy: label 3 of row 1 is not one of 3 classes");
    assertThatThrownBy(() -> CrossEntropy.of(new int[] {-1}, 3))
        .hasMessage("crossEntropy: label -1 of row 0 is not one of 3 classes");
  }

  @Test
  void tensor_refusesAsItsOperationDoes_andStaysUsable() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).requiresGrad(true);
    Tensor w = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
    assertThatThrownBy(() -> x.linear(w, null))
        .isInstanceOf(ShapeException.class)
        .hasMessage("linear: input [2, 3] does not end in the weight's [2, 2] number of inputs");
    assertThatThrownBy(() -> x.add(w)).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> x.reshape(4, -1))
        .isInstanceOf(ShapeException.class)
        .hasMessage("reshape: shape [2, 3] does not fit [4, -1]");
    assertThat(x.sum().item()).isEqualTo(21);
  }

  private static Arguments refusal(Op op, String sentence, Shape... inputs) {
    return Arguments.of(op, sentence, Arrays.asList(inputs));
  }

  private static Shape dims(int... dims) {
    return Shape.of(dims);
  }
}
