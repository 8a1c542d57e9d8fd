package dev.lanewise.onnx;

import static dev.lanewise.onnx.ModelBuilder.OPEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights in files beside the model, which must lie in its folder. */
final class ExternalDataTest {
  private static final float[] VALUES = {1, 2, 3};

  @TempDir Path outside;
  private Path folder;

  @BeforeEach
  void writeWeights() throws IOException {
    folder = Files.createDirectory(outside.resolve("model"));
    ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(-1);
    for (float value : VALUES) {
      bytes.putFloat(value);
    }
    Files.write(folder.resolve("weights.bin"), bytes.array());
    Files.write(outside.resolve("secret.bin"), bytes.array());
  }

  /** Writes a model whose weight has these keys and values. */
  private Path model(String... entries) {
    TensorProto.Builder tensor =
        ModelBuilder.tensor(DataType.FLOAT, 3).setName("w").setDataLocation(DataLocation.EXTERNAL);
    for (int i = 0; i < entries.length; i += 2) {
      tensor.addExternalData(
          StringStringEntryProto.newBuilder().setKey(entries[i]).setValue(entries[i + 1]));
    }
    return new ModelBuilder(13)
        .input(OPEN, 3)
        .initializer(tensor)
        .node("Add", "x w", "y")
        .write(folder);
  }

  private static float[] weights(Path file) throws IOException {
    return OnnxModel.read(file).module().forward(Tensor.zeros(1, 3)).toFloatArray();
  }

  private static void refused(Path file, String rule) {
    assertThatThrownBy(() -> OnnxModel.read(file))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining(file + ": initializer 'w' ")
        .hasMessageContaining(rule);
  }

  @Test
  void read_atOffset() throws IOException {
    Path file = model("location", "weights.bin", "offset", "4", "length", "12");
    assertThat(weights(file)).containsExactly(VALUES);
  }

  @Test
  void read_withoutLength() throws IOException {
    Path file = model("location", "./weights.bin", "offset", "4");
    assertThat(weights(file)).containsExactly(VALUES);
  }

  @Test
  void read_inFolderInside() throws IOException {
    Files.createDirectory(folder.resolve("data"));
    Files.move(folder.resolve("weights.bin"), folder.resolve("data").resolve("weights.bin"));
    Path file = model("location", "data/weights.bin", "offset", "4");
    assertThat(weights(file)).containsExactly(VALUES);
  }

  @Test
  void read_linkInside() throws IOException {
    Files.createSymbolicLink(folder.resolve("link.bin"), Path.of("weights.bin"));
    assertThat(weights(model("location", "link.bin", "offset", "4"))).containsExactly(VALUES);
  }

  @Test
  void read_outsideOfFolder_isRefused() throws IOException {
    refused(model("location", "../secret.bin", "offset", "4"), "leaves the model's folder");
    Files.createDirectory(folder.resolve("data"));
    refused(model("location", "data/../../secret.bin"), "leaves the model's folder");
    refused(model("location", "data/../weights.bin"), "leaves the model's folder");
    refused(model("location", outside.resolve("secret.bin").toString()), "absolute path");
    refused(model("location", folder.resolve("weights.bin").toString()), "absolute path");
  }

  @Test
  void read_linkOutside_isRefused() throws IOException {
    Files.createSymbolicLink(folder.resolve("link.bin"), outside.resolve("secret.bin"));
    refused(model("location", "link.bin", "offset", "4"), "a link that leaves the model's folder");
    Files.createSymbolicLink(folder.resolve("up"), outside);
    refused(model("location", "up/secret.bin"), "a link that leaves the model's folder");
  }

  @Test
  void read_sizesThatLie_areRefused() {
    refused(model("location", "weights.bin", "offset", "8"), "has external data from 8 to 20");
    refused(model("location", "weights.bin", "length", "8"), "its external data are 8");
    refused(model("location", "weights.bin", "offset", "-4"), "not a number");
    refused(model("location", "weights.bin", "offset", "four"), "not a number");
    refused(model("location", "weights.bin", "offset", "9223372036854775807"), "but ");
    refused(model("location", "weights.bin", "offset", "99999999999999999999"), "not a number");
  }

  @Test
  void read_badLocations_areRefused() {
    refused(model(), "external data without a location");
    refused(model("location", ""), "external data without a location");
    refused(model("location", "none.bin"), "is not there");
    refused(model("location", "a\0b"), "is no path");
    refused(model("location", "weights.bin", "location", "weights.bin"), "'location' twice");
  }
}
