package dev.lanewise.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.memory.Memory;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Sequential;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensors over the mapped file: the same numbers as copies of them, and no others. */
final class MappedTensorsTest {
  @TempDir Path folder;

  @Test
  void map_takesNoMemory_andRefusesToBeWritten() throws IOException {
    Path file = write(Map.of("w", NDArray.of(new float[] {1, -2, 3, 4, 5, 6}, 2, 3)));
    SafeTensors tensors = SafeTensors.read(file);
    long before = Memory.inUse();
    NDArray mapped = tensors.map("w");
    assertThat(Memory.inUse()).isLessThanOrEqualTo(before);
    assertThat(mapped.segment().isMapped()).isTrue();
    assertThat(mapped.shape()).isEqualTo(Shape.of(2, 3));
    assertThat(mapped.toFloatArray()).containsExactly(1, -2, 3, 4, 5, 6);
    assertThatThrownBy(() -> mapped.set(7, 0, 0)).hasMessageContaining("read-only");
    assertThatThrownBy(() -> mapped.fill(7)).hasMessageContaining("read-only");
    assertThatThrownBy(() -> mapped.scale(7)).hasMessageContaining("read-only");
    assertThatThrownBy(() -> mapped.accumulate(mapped)).hasMessageContaining("read-only");
    assertThat(tensors.load("w").toFloatArray()).containsExactly(1, -2, 3, 4, 5, 6);
  }

  @Test
  void map_emptyAndScalar() throws IOException {
    Map<String, NDArray> written =
        Map.of("none", NDArray.zeros(Shape.of(3, 0)), "one", NDArray.scalar(7));
    Map<String, NDArray> mapped = SafeTensors.read(write(written)).mapAll();
    assertThat(mapped.get("none").shape()).isEqualTo(Shape.of(3, 0));
    assertThat(mapped.get("one").shape()).isEqualTo(Shape.SCALAR);
    assertThat(mapped.get("one").item()).isEqualTo(7);
  }

  @Test
  void map_whatCannotBeUsedAsItLies_isCopied() throws IOException {
    String json =
        "{'half':{'dtype':'F16','shape':[1],'data_offsets':[0,2]},"
            + "'odd':{'dtype':'F32','shape':[1],'data_offsets':[2,6]},"
            + "'late':{'dtype':'F32','shape':[1],'data_offsets':[6,10]}}";
    ByteBuffer data = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    data.putShort((short) 0xc100).putFloat(1.5f).putFloat(-7);
    Map<String, NDArray> mapped = SafeTensors.read(file(json, 0, data.array())).mapAll();
    assertThat(mapped.get("half").item()).isEqualTo(-2.5f);
    assertThat(mapped.get("odd").item()).isEqualTo(1.5f);
    assertThat(mapped.get("late").item()).isEqualTo(-7);
    assertThat(mapped.values()).noneMatch(array -> array.segment().isMapped());
    Map<String, NDArray> moved = SafeTensors.read(file(json, 2, data.array())).mapAll();
    assertThat(moved.get("odd").segment().isMapped()).isTrue();
    assertThat(moved.get("odd").item()).isEqualTo(1.5f);
    assertThat(moved.get("late").item()).isEqualTo(-7);
  }

  @Test
  void map_unknownName_orAChangedFile() throws IOException {
    Path file = write(Map.of("w", NDArray.of(new float[] {1, 2})));
    SafeTensors tensors = SafeTensors.read(file);
    assertThatThrownBy(() -> tensors.map("v"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds no tensor \"v\"");
    write(Map.of("w", NDArray.of(new float[] {1, 2, 3})));
    assertThatThrownBy(() -> tensors.map("w")).hasMessageContaining("was changed since");
    assertThatThrownBy(tensors::mapAll).hasMessageContaining("was changed since");
  }

  @Test
  void map_fileReplaced_keepsTheOldOne() throws IOException {
    NDArray mapped = SafeTensors.read(write(Map.of("w", NDArray.of(new float[] {1, 2})))).map("w");
    Path file = write(Map.of("w", NDArray.of(new float[] {3, 4})));
    assertThat(mapped.toFloatArray()).containsExactly(1, 2);
    assertThat(SafeTensors.read(file).map("w").toFloatArray()).containsExactly(3, 4);
  }

  /** Wherever a tensor begins and ends in the file, kernels read it and nothing past it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4, 6, 8, 13, 31, 64, 97})
  void map_computesAsCopiesDo(int n) throws IOException {
    Random random = new Random(n);
    Map<String, NDArray> written = new LinkedHashMap<>();
    written.put("a", drawn(random, 1));
    written.put("b", drawn(random, n, n + 1));
    written.put("c", drawn(random, n + 1, n));
    written.put("d", drawn(random, n));
    SafeTensors tensors = SafeTensors.read(write(written));
    float[] expected = computed(tensors.loadAll());
    Map<String, NDArray> mapped = tensors.mapAll();
    assertThat(mapped.values()).allMatch(array -> array.segment().isMapped());
    assertThat(computed(mapped)).isEqualTo(expected);
    assertThat(computed(written)).isEqualTo(expected);
  }

  private static float[] computed(Map<String, NDArray> in) {
    NDArray b = in.get("b");
    NDArray c = in.get("c");
    NDArray row = in.get("d").reshape(1, -1);
    NDArray square = b.matmul(c).add(row.mul(in.get("a")));
    NDArray turned = c.transpose().exp().matmul(b.transpose());
    NDArray vector = row.matmul(b).matmul(c).add(c.sum(new int[] {0}, true)).add(row.flip(1));
    return square.sub(turned).add(vector).affine(b.sum(), c.sum()).toFloatArray();
  }

  @Test
  void loadStateDict_fromTheMappedFile() throws IOException {
    Sequential from = new Sequential(new Linear(7, 5), new Linear(5, 3));
    Path file = write(from.stateDict());
    Sequential to = new Sequential(new Linear(7, 5), new Linear(5, 3));
    to.loadStateDict(SafeTensors.read(file).mapAll());
    from.stateDict()
        .forEach((name, array) ->
            assertThat(to.stateDict().get(name).toFloatArray()).isEqualTo(array.toFloatArray()));
  }

  @Test
  void read_pastTwoGigabytes() throws IOException {
    long hole = 3L << 30;
    String json =
        ("{'hole':{'dtype':'F32','shape':[3,268435456],'data_offsets':[0,%d]},"
                + "'w':{'dtype':'F32','shape':[3],'data_offsets':[%d,%d]},"
                + "'h':{'dtype':'F64','shape':[2],'data_offsets':[%d,%d]}}")
            .formatted(hole, hole, hole + 12, hole + 12, hole + 28);
    byte[] head = head(json, 0);
    Path file = folder.resolve("sparse.safetensors");
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      Elements.writeFully(out, ByteBuffer.wrap(head));
      ByteBuffer tail = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
      tail.putFloat(9.5f).putFloat(1).putFloat(-2).putFloat(3).putDouble(0.5).putDouble(-4);
      out.position(head.length + hole - 4);
      Elements.writeFully(out, tail.flip());
    }
    SafeTensors tensors = SafeTensors.read(file);
    assertThat(tensors.load("w").toFloatArray()).containsExactly(1, -2, 3);
    assertThat(tensors.load("h").toFloatArray()).containsExactly(0.5f, -4);
    Map<String, NDArray> mapped = tensors.mapAll();
    assertThat(mapped.get("w").toFloatArray()).containsExactly(1, -2, 3);
    assertThat(mapped.get("h").toFloatArray()).containsExactly(0.5f, -4);
    NDArray large = mapped.get("hole");
    assertThat(large.segment().isMapped()).isTrue();
    assertThat(large.get(2, (1 << 28) - 1)).isEqualTo(9.5f);
    assertThat(large.get(2, 0)).isZero();
    assertThat(large.slice(0, 2, 3).slice(1, (1 << 28) - 2, 1 << 28).toFloatArray())
        .containsExactly(0, 9.5f);
  }

  /** A copy out of a mapped file that was cut short is an error, and no crash. */
  @Test
  @DisabledOnOs(OS.WINDOWS) // which lets no mapped file be cut short
  void map_fileCutShort_failsTheCopy() throws Exception {
    Process child = ChildJvm.start(CutShort.class, folder.toString());
    String printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(printed).isZero();
    assertThat(printed.lines().filter(line -> line.startsWith("caught")))
        .hasSize(3)
        .allMatch(line -> line.contains("InternalError"));
  }

  /** The child of the test above. */
  static final class CutShort {
    private static final int SIZE = 1 << 14;

    private CutShort() {}

    public static void main(String[] args) throws IOException {
      Path file = Path.of(args[0], "cut.safetensors");
      Linear model = new Linear(SIZE, 1, false);
      SafeTensors.write(file, model.stateDict(), Map.of());
      NDArray mapped = SafeTensors.read(file).map("weight");
      for (int i = 0; i < 3000; i++) {
        read(model, mapped, i % 3);
      }
      try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
        out.truncate(100);
      }
      for (int way = 0; way < 3; way++) {
        try {
          read(model, mapped, way);
        } catch (InternalError e) {
          System.out.println("caught " + e);
        }
      }
    }

    private static void read(Linear model, NDArray mapped, int way) {
      switch (way) {
        case 0 -> model.loadStateDict(Map.of("weight", mapped));
        case 1 -> mapped.toFloatArray();
        default -> mapped.get(0, SIZE - 1);
      }
    }
  }

  private static NDArray drawn(Random random, int... dims) {
    float[] values = new float[(int) Shape.of(dims).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return NDArray.of(values, dims);
  }

  private Path write(Map<String, NDArray> tensors) throws IOException {
    Path file = folder.resolve("w.safetensors");
    SafeTensors.write(file, tensors, Map.of());
    return file;
  }

  /** A file whose data begin {@code skew} bytes behind a multiple of 8. */
  private Path file(String json, int skew, byte[] data) throws IOException {
    byte[] head = head(json, skew);
    return Files.write(
        folder.resolve("skew" + skew),
        ByteBuffer.allocate(head.length + data.length).put(head).put(data).array());
  }

  private static byte[] head(String json, int skew) {
    byte[] text = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    int length = Math.ceilDiv(text.length, 8) * 8 + skew;
    ByteBuffer head = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(length).put(text);
    while (head.hasRemaining()) {
      head.put((byte) ' ');
    }
    return head.array();
  }
}
