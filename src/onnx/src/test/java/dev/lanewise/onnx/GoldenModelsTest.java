package dev.lanewise.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.array.NDArray;
import dev.lanewise.nn.Module;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Models that are read, against the answers that ONNX Runtime gave to them. */
final class GoldenModelsTest {
  private static Map<String, NDArray> answers;

  @TempDir Path folder;

  @BeforeAll
  static void readAnswers() throws IOException {
    answers = Answers.read();
  }

  @TestFactory
  Stream<DynamicTest> everyOperator_agreesWithOnnxRuntime() {
    return OnnxCases.all().stream()
        .map(one ->
            dynamicTest(
                one.name(),
                () -> {
                  Path file = ModelBuilder.write(one.model(), folder.resolve("model.onnx"));
                  check(OnnxModel.read(file).module(), one);
                }));
  }

  @TestFactory
  Stream<DynamicTest> everyFileOfAnExporter_agreesWithOnnxRuntime() {
    return ExporterModels.all().values().stream()
        .map(one ->
            dynamicTest(
                one.name(),
                () -> check(OnnxModel.read(Answers.file(one.name() + ".onnx")).module(), one)));
  }

  @TestFactory
  Stream<DynamicTest> everyFileOfAnExporter_predictsAnyNumberOfRows() {
    return ExporterModels.all().values().stream()
        .map(one ->
            dynamicTest(
                one.name(),
                () -> {
                  OnnxModel model = OnnxModel.read(Answers.file(one.name() + ".onnx"));
                  float[] x = OnnxCase.numbers(1, 7 * 12);
                  NDArray y = model.module().forward(Tensor.of(x, 7, 12)).array();
                  Answers.assertClose(
                      NDArray.of(model.predictor().predict(x), y.shape().toArray()), y);
                }));
  }

  @Test
  void everyOperator_hasACase() {
    Set<String> tried = new HashSet<>();
    OnnxCases.all().forEach(one -> tried.addAll(one.operators()));
    tried.remove("Constant");
    assertThat(Operators.names()).containsExactlyInAnyOrderElementsOf(tried);
  }

  @Test
  void everyCase_hasANameAndAnAnswer() {
    Set<String> names =
        Stream.concat(OnnxCases.all().stream(), ExporterModels.all().values().stream())
            .map(OnnxCase::name)
            .collect(Collectors.toSet());
    assertThat(names).hasSize(OnnxCases.all().size() + ExporterModels.all().size());
    assertThat(answers.keySet()).isEqualTo(names);
  }

  private static void check(Module module, OnnxCase one) {
    NDArray y = module.forward(Tensor.of(one.x())).array();
    Answers.assertClose(y, Objects.requireNonNull(answers.get(one.name())));
  }
}
