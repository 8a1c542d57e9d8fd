package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.cli.Cli.Run;
import dev.lanewise.data.LabelledImages;
import dev.lanewise.data.SyntheticDigits;
import dev.lanewise.io.Npy;
import dev.lanewise.io.SafeTensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PredictCommandTest {
  private static final int CLASSES = 10;

  @TempDir private static Path shared;
  private static Path model;
  private static LabelledImages digits;

  /** What the network gave for the digits before it was saved. */
  private static float[] outputs;

  @TempDir private Path temp;

  @BeforeAll
  static void train() throws IOException {
    TrainSettings settings =
        new TrainSettings(Map.of(OptimizerKind.ADAM, 0.005), 4, 16, List.of(32, 24, 16), 1);
    TrainingData data = TrainingData.synthetic(300, 1);
    model = shared.resolve("model.safetensors");
    Checkpoint checkpoint = new Checkpoint(model, settings, data);
    Trainer trainer =
        new Trainer(settings, data, checkpoint, (name, epochs, _) -> new Silence(name, epochs));
    NeuralNetwork network = trainer.train(OptimizerKind.ADAM).network();
    digits = SyntheticDigits.generate(37, 99);
    outputs = Predictions.outputs(network, digits.toArray(), CLASSES);
  }

  private record Silence(String name, int epochs) implements Progress {
    @Override
    public void step(int samples, double loss) {}

    @Override
    public void epoch(EpochResult result) {}

    @Override
    public void close() {}
  }

  @Test
  void loadedNetwork_givesTheSameBits() throws IOException {
    SavedModel saved = SavedModel.read(model);
    assertThat(Predictions.outputs(saved.network(), digits.toArray(), CLASSES)).isEqualTo(outputs);
    assertThat(outputs[0]).isBetween(-1f, 1f);
  }

  @Test
  void csv_ofBytes_hasEveryBitOfTheNetworksOutput() throws IOException {
    Path images = temp.resolve("images.gz");
    Digits.writeImages(images, digits);
    Run run = Cli.run("predict", model, "--input", images, "--format", "csv");
    assertThat(run.code()).as(run.err()).isZero();
    assertPredictions(run.out(), digits.size());
  }

  @Test
  void csv_ofFloats_hasEveryBitOfTheNetworksOutput() throws IOException {
    Path rows = temp.resolve("rows.npy");
    Npy.write(rows, digits.toArray());
    Run run = Cli.run("predict", model, "--input", rows, "--format", "csv");
    assertPredictions(run.out(), digits.size());

    Npy.write(rows, digits.toArray().reshape(37, 28, 28));
    assertThat(Cli.run("predict", model, "--input", rows, "--format", "csv").out())
        .isEqualTo(run.out());
  }

  @Test
  void oneRow_isPredictedAsAmongOthers() throws IOException {
    Path row = temp.resolve("row.npy");
    Npy.write(row, digits.toArray().slice(0, 0, 1).reshape(784));
    assertPredictions(Cli.run("predict", model, "--input", row, "--format", "csv").out(), 1);
  }

  @Test
  void npyOfBytes_isScaledAsImagesAre() throws IOException {
    Path rows = temp.resolve("rows.npy");
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 28, 28), }";
    byte[] text =
        (header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0};
    byte[] file = new byte[magic.length + text.length + 784];
    System.arraycopy(magic, 0, file, 0, magic.length);
    System.arraycopy(text, 0, file, magic.length, text.length);
    System.arraycopy(digits.pixels(0), 0, file, magic.length + text.length, 784);
    Files.write(rows, file);
    Run run = Cli.run("predict", model, "--input", rows, "--format", "csv");
    assertThat(run.code()).as(run.err()).isZero();
    assertPredictions(run.out(), 1);
  }

  private static void assertPredictions(String csv, int rows) {
    List<String> lines = csv.lines().toList();
    assertThat(lines.getFirst()).isEqualTo("row,class,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9");
    assertThat(lines).hasSize(rows + 1);
    for (int row = 0; row < rows; row++) {
      String[] cells = lines.get(row + 1).split(",", -1);
      assertThat(cells[0]).isEqualTo(Integer.toString(row));
      int best = 0;
      for (int c = 0; c < CLASSES; c++) {
        float output = outputs[row * CLASSES + c];
        best = output > outputs[row * CLASSES + best] ? c : best;
        assertThat(Float.parseFloat(cells[2 + c])).isEqualTo((output + 1) / 2);
      }
      assertThat(cells[1]).isEqualTo(Integer.toString(best));
    }
  }

  @Test
  void table_showsTheFirstRows() throws IOException {
    Path images = temp.resolve("images");
    Digits.writeImages(images, digits);
    Run run = Cli.run("predict", model, "--input", images);
    assertThat(run.out().lines()).hasSize(22);
    assertThat(run.out()).startsWith("row  class   p(0)").contains("17 more rows: --limit 37");
    assertThat(Cli.run("predict", model, "--input", images, "--limit", 3).out().lines()).hasSize(5);
  }

  @Test
  void output_isWrittenWhole() throws IOException {
    Path images = temp.resolve("images");
    Digits.writeImages(images, digits);
    Path csv = temp.resolve("out.csv");
    Run run = Cli.run("predict", model, "--input", images, "--output", csv);
    assertThat(run.out()).isEmpty();
    assertPredictions(Files.readString(csv), digits.size());
    Path nowhere = temp.resolve("images/out.csv");
    run = Cli.run("predict", model, "--input", images, "--output", nowhere);
    assertFailure(run, "cannot write " + nowhere);
  }

  @Test
  void inputOfAnotherSize() throws IOException {
    Path rows = temp.resolve("rows.npy");
    Npy.write(rows, NDArray.zeros(Shape.of(3, 27, 27)));
    assertFailure(
        Cli.run("predict", model, "--input", rows),
        rows
            + " has the shape [3, 27, 27], and the network in "
            + model
            + " takes [n, 784] or images [n, 28, 28]");
  }

  @Test
  void inputOfNoKnownFormat() throws IOException {
    Path text = Files.writeString(temp.resolve("text"), "row,pixel\n");
    assertFailure(Cli.run("predict", model, "--input", text), "is neither an IDX nor an npy file");
    Path none = temp.resolve("none");
    assertFailure(Cli.run("predict", model, "--input", none), "there is no " + none);
    assertFailure(Cli.run("predict", model, "--input", temp), temp + " is not a plain file");
  }

  @Test
  void inputWithNan() throws IOException {
    Path rows = temp.resolve("rows.npy");
    NDArray array = digits.toArray();
    array.set(Float.NaN, 5, 300);
    Npy.write(rows, array);
    assertFailure(
        Cli.run("predict", model, "--input", rows),
        "the network's output for row 5 is not a finite number");
  }

  @Test
  void modelThatIsNone() throws IOException {
    Path other = temp.resolve("other.safetensors");
    SafeTensors.write(other, Map.of("w", NDArray.zeros(Shape.of(2))), Map.of());
    assertRefused(
        other, "is not a network that lanewise train saved: its metadata lack \"format\"");
    Files.write(other, new byte[] {1, 2, 3});
    assertRefused(other, other + ", at byte 3: ");
    assertRefused(temp.resolve("none"), "there is no such file");
  }

  @Test
  void modelWhoseShapesDoNotFit() throws IOException {
    Map<String, NDArray> tensors = new LinkedHashMap<>(SafeTensors.read(model).loadAll());
    tensors.put("fc2.weight", NDArray.zeros(Shape.of(24, 31)));
    tensors.put("fc9.weight", NDArray.zeros(Shape.of(1)));
    tensors.remove("fc4.bias");
    assertRefused(
        changed(tensors, Map.of()),
        "fc2.weight has the shape [24, 31], not [24, 32]; it lacks the tensor fc4.bias [10];"
            + " it holds tensors that the network has not: fc9.weight");
  }

  @Test
  void modelWhoseMetadataDoNotFit() throws IOException {
    Map<String, NDArray> tensors = SafeTensors.read(model).loadAll();
    assertRefused(
        changed(tensors, Map.of("layers", "784,32,24,16")),
        "its \"layers\" is \"784,32,24,16\", not 5 sizes");
    assertRefused(
        changed(tensors, Map.of("layers", "784,32,24,16,2000000000")), "layers are 5 sizes");
    assertRefused(
        changed(tensors, Map.of("layers", "784,33,24,16,10")),
        "fc1.weight has the shape [32, 784], not [33, 784]");
    assertRefused(
        changed(tensors, Map.of("image", "27x28")),
        "its images of 27 x 28 do not go with its first layer's 784 inputs");
    assertRefused(
        changed(tensors, Map.of("activations", "tanh")),
        "its \"activations\" is \"tanh\", and only \"relu,sigmoid,sigmoid,sigmoid\" is known");
    assertRefused(
        changed(tensors, Map.of("target_range", "0,1")), "its \"target_range\" is \"0,1\"");
  }

  private Path changed(Map<String, NDArray> tensors, Map<String, String> metadata)
      throws IOException {
    Map<String, String> all = new LinkedHashMap<>(SafeTensors.read(model).metadata());
    all.putAll(metadata);
    Path file = temp.resolve("changed.safetensors");
    SafeTensors.write(file, tensors, all);
    return file;
  }

  private void assertRefused(Path file, String sentence) throws IOException {
    Path images = temp.resolve("images");
    Digits.writeImages(images, digits);
    assertFailure(Cli.run("predict", file, "--input", images), sentence);
  }

  private static void assertFailure(Run run, String sentence) {
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains(sentence);
  }
}
