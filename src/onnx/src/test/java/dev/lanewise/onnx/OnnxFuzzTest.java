package dev.lanewise.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.lanewise.array.ShapeException;
import dev.lanewise.io.Mutations;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Parameter;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Damaged models end in an exception of I/O, or in modules whose weights the file has the bytes for
 * and that compute or name what does not fit; 2,000 of each kind, and fifty times as many under
 * {@code -Dlong}.
 */
final class OnnxFuzzTest {
  /** The largest row that a damaged model is run for. */
  private static final long MOST = 1 << 16;

  private static final List<OnnxCase> MODELS =
      Stream.concat(ExporterModels.all().values().stream(), OnnxCases.all().stream()).toList();

  /** How often a part is damaged before it can still be read. */
  private static final int ATTEMPTS = 20;

  private static Path folder;

  @BeforeContainer
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("lanewise-fuzz");
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    Files.deleteIfExists(folder.resolve("f"));
    Files.delete(folder);
  }

  @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
  void damagedFiles(@ForAll long seed) throws IOException {
    fuzz(seed, (model, random) -> Mutations.mutate(model.toByteArray(), random));
  }

  /** One node, tensor or input is damaged and put back, so that what it says is looked at. */
  @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
  void damagedParts(@ForAll long seed) throws IOException {
    fuzz(seed, OnnxFuzzTest::damagePart);
  }

  private static byte[] damagePart(ModelProto model, Random random) {
    ModelProto.Builder damaged = model.toBuilder();
    GraphProto.Builder graph = damaged.getGraphBuilder();
    int nodes = graph.getNodeCount();
    int tensors = graph.getInitializerCount();
    int part = random.nextInt(nodes + tensors + 1);
    Message.Builder builder =
        part < nodes
            ? graph.getNodeBuilder(part)
            : part < nodes + tensors
                ? graph.getInitializerBuilder(part - nodes)
                : graph.getInputBuilder(0);
    byte[] bytes = builder.build().toByteArray();
    for (int i = 0; i < ATTEMPTS; i++) {
      try {
        builder.clear().mergeFrom(Mutations.mutate(bytes, random));
        break;
      } catch (InvalidProtocolBufferException e) {
        // Damage past reading is the other property's.
      }
    }
    return damaged.build().toByteArray();
  }

  private static void fuzz(long seed, BiFunction<ModelProto, Random, byte[]> damage)
      throws IOException {
    Random random = new Random(seed);
    Path file = folder.resolve("f");
    for (int i = 0; i < Mutations.rounds(); i++) {
      OnnxCase model = MODELS.get(random.nextInt(MODELS.size()));
      Mutations.replace(file, damage.apply(model.model(), random));
      try {
        check(OnnxModel.read(file), Files.size(file));
      } catch (IOException e) {
        assertThat(e).hasMessageContaining(file.toString());
      }
    }
  }

  private static void check(OnnxModel model, long bytes) {
    long weights = model.module().parameters().stream().mapToLong(Parameter::size).sum();
    // Two bytes a number is the least that a file takes.
    assertThat(2 * weights).isLessThanOrEqualTo(bytes);
    var row = model.rowShape();
    if (row == null || row.size() > MOST) {
      return;
    }
    int[] dims = new int[row.rank() + 1];
    dims[0] = 2;
    System.arraycopy(row.toArray(), 0, dims, 1, row.rank());
    try (Scope _ = Scope.open()) {
      model.module().forward(Tensor.zeros(dims)).array();
    } catch (ShapeException e) {
      assertThat(e).hasMessageContaining("node ");
    }
  }
}
