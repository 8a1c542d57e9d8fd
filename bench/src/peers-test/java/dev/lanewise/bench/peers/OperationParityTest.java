package dev.lanewise.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.array.NDArray;
import dev.lanewise.parity.Answers;
import dev.lanewise.parity.Case;
import dev.lanewise.parity.Catalogue;
import dev.lanewise.parity.Catalogue.Family;
import dev.lanewise.parity.Draw;
import dev.lanewise.parity.Input;
import dev.lanewise.parity.Trial;
import dev.lanewise.parity.Values;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The cases of the {@link Catalogue} against libtorch, value and gradients: more and larger ones
 * than are kept in files.
 *
 * <p>libtorch computes in double precision, on the same floats, so that what it answers is what
 * PyTorch defines, and no error but Lanewise's own is within the tolerances.
 */
class OperationParityTest {
  private static final int TRIALS = 8;
  private static final Map<String, Definition> DEFINITIONS = new HashMap<>();

  static {
    List.of(
            PointwiseDefinitions.ALL,
            ReductionDefinitions.ALL,
            ShapeDefinitions.ALL,
            ProductDefinitions.ALL,
            ImageDefinitions.ALL,
            LossDefinitions.ALL,
            LayerDefinitions.ALL,
            SequenceDefinitions.ALL,
            OptimizerDefinitions.ALL,
            ScheduleDefinitions.ALL)
        .forEach(DEFINITIONS::putAll);
  }

  @BeforeAll
  static void oneThread() {
    LibtorchMlp.threads(1);
  }

  @TestFactory
  Stream<DynamicNode> everyCase_agreesWithLibtorch() {
    return Catalogue.families().stream()
        .map(family ->
            dynamicContainer(
                family.name(),
                family.cases().stream().map(one -> dynamicTest(one.name(), () -> check(one)))));
  }

  @Test
  void everyDefinition_hasACase() {
    assertThat(DEFINITIONS.keySet())
        .isEqualTo(
            Catalogue.families().stream()
                .flatMap(family -> family.cases().stream())
                .map(Case::definition)
                .collect(Collectors.toSet()));
  }

  /** Writes the answers that {@code GoldenOperationsTest} compares with. */
  @Test
  @EnabledIfSystemProperty(named = "golden", matches = "write")
  void answers_areWritten() throws IOException {
    Path folder = Path.of("../src/nn/src/test/resources/dev/lanewise/parity");
    Files.createDirectories(folder);
    for (Family family : Catalogue.families()) {
      Answers answers = Answers.empty();
      for (Case one : family.cases()) {
        for (int number = 0; number < Catalogue.KEPT_TRIALS; number++) {
          answers.put(one, number, answer(one, number));
        }
      }
      answers.write(folder.resolve(family + ".safetensors"));
    }
  }

  private static void check(Case one) {
    one.check(IntStream.range(0, TRIALS).mapToObj(number -> answer(one, number)).toList());
  }

  private static Trial answer(Case one, int number) {
    try (PointerScope _ = new PointerScope()) {
      Draw draw = one.draw(number);
      List<Input> inputs = one.inputs().apply(draw);
      Tensor[] x =
          inputs.stream()
              .map(input -> tensor(input.array()).set_requires_grad(input.differentiable()))
              .toArray(Tensor[]::new);
      Tensor y = DEFINITIONS.get(one.definition()).of(x);
      NDArray value = array(y);
      NDArray cotangent = draw.array(Values.EIGHTHS, value.shape().toArray());
      SortedMap<Integer, NDArray> gradients = new TreeMap<>();
      if (y.requires_grad()) {
        y.backward(tensor(cotangent), new BoolOptional(), false, new TensorArrayRefOptional());
        for (int i = 0; i < x.length; i++) {
          if (inputs.get(i).differentiable()) {
            gradients.put(i, array(x[i].grad()));
          }
        }
      }
      return new Trial(inputs, cotangent, value, gradients);
    }
  }

  private static Tensor tensor(NDArray array) {
    float[] floats = array.toFloatArray();
    double[] doubles = IntStream.range(0, floats.length).mapToDouble(i -> floats[i]).toArray();
    long[] dims = IntStream.of(array.shape().toArray()).asLongStream().toArray();
    return Tensor.create(doubles, dims);
  }

  private static NDArray array(Tensor tensor) {
    double[] doubles = new double[Math.toIntExact(tensor.numel())];
    if (doubles.length > 0) {
      tensor.contiguous().data_ptr_double().get(doubles);
    }
    float[] floats = new float[doubles.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) doubles[i];
    }
    int[] dims = Arrays.stream(tensor.shape()).mapToInt(Math::toIntExact).toArray();
    return dims.length == 0 ? NDArray.scalar(floats[0]) : NDArray.of(floats, dims);
  }
}
