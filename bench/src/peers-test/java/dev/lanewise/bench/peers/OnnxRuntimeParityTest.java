package dev.lanewise.bench.peers;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.lanewise.array.NDArray;
import dev.lanewise.io.SafeTensors;
import dev.lanewise.nn.Module;
import dev.lanewise.onnx.Answers;
import dev.lanewise.onnx.ExportCase;
import dev.lanewise.onnx.ExporterModels;
import dev.lanewise.onnx.OnnxCase;
import dev.lanewise.onnx.OnnxCases;
import dev.lanewise.onnx.OnnxModel;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Models in ONNX files, run by ONNX Runtime and here: what is read, and what is written. */
class OnnxRuntimeParityTest {
  @TempDir Path folder;

  @BeforeAll
  static void withoutTelemetry() {
    CLibrary.setenv("ORT_DISABLE_TELEMETRY", "1");
  }

  @TestFactory
  Stream<DynamicTest> everyModelThatIsRead_agrees() {
    return cases().map(one -> dynamicTest(one.name(), () -> checkRead(one)));
  }

  @TestFactory
  Stream<DynamicTest> everyModuleThatIsWritten_agrees() {
    return ExportCase.all().stream().map(one -> dynamicTest(one.name(), () -> checkWritten(one)));
  }

  /** Writes the models and answers that the tests of lanewise-onnx compare with. */
  @Test
  @EnabledIfSystemProperty(named = "golden", matches = "write")
  void answers_areWritten() throws IOException, OrtException {
    Path kept = Path.of("../src/onnx/src/test/resources/dev/lanewise/onnx");
    Files.createDirectories(kept);
    Map<String, NDArray> answers = new TreeMap<>();
    for (OnnxCase one : cases().toList()) {
      answers.put(one.name(), answer(one.model().toByteArray(), one.x()));
    }
    SafeTensors.write(kept.resolve(Answers.FILE), answers, Map.of());
    for (Map.Entry<String, OnnxCase> model : ExporterModels.all().entrySet()) {
      Files.write(kept.resolve(model.getKey() + ".onnx"), model.getValue().model().toByteArray());
    }
  }

  private static Stream<OnnxCase> cases() {
    return Stream.concat(OnnxCases.all().stream(), ExporterModels.all().values().stream());
  }

  private void checkRead(OnnxCase one) throws IOException, OrtException {
    byte[] bytes = one.model().toByteArray();
    NDArray expected = answer(bytes, one.x());
    Path file = Files.write(folder.resolve("read.onnx"), bytes);
    Answers.assertClose(run(OnnxModel.read(file).module(), one.x()), expected);
  }

  private void checkWritten(ExportCase one) throws IOException, OrtException {
    Path file = folder.resolve("written.onnx");
    OnnxModel.write(file, one.module(), one.rowShape());
    for (int rows : new int[] {1, 7}) {
      NDArray x = one.x(rows);
      Answers.assertClose(run(one.module(), x), answer(Files.readAllBytes(file), x));
    }
  }

  private static NDArray run(Module module, NDArray x) {
    module.eval();
    try (NoGrad _ = NoGrad.open()) {
      return module.forward(Tensor.of(x)).array();
    }
  }

  private static NDArray answer(byte[] model, NDArray x) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] dims = IntStream.of(x.shape().toArray()).asLongStream().toArray();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      try (OrtSession session = environment.createSession(model, options);
          OnnxTensor input =
              OnnxTensor.createTensor(environment, FloatBuffer.wrap(x.toFloatArray()), dims);
          OrtSession.Result result =
              session.run(Map.of(session.getInputNames().iterator().next(), input))) {
        OnnxTensor output = (OnnxTensor) result.get(0);
        float[] values = new float[output.getFloatBuffer().remaining()];
        output.getFloatBuffer().get(values);
        int[] shape =
            Arrays.stream(output.getInfo().getShape()).mapToInt(Math::toIntExact).toArray();
        return shape.length == 0 ? NDArray.scalar(values[0]) : NDArray.of(values, shape);
      }
    }
  }
}
