package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lanewise.cli.Cli.Run;
import dev.lanewise.io.SafeTensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainCommandTest {
  private static final List<String> REPORTS = List.of("loss.png", "metrics.csv", "summary.txt");

  @TempDir private Path temp;

  @Test
  void train_writesItsResults() throws IOException {
    Path out = temp.resolve("a/b");
    Run run = Cli.trainSmall(out, "--threads", 1, "--batch-size", 16, "--seed", 7);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains(
            "784-24-20-16-10, ReLU, sigmoid, sigmoid, sigmoid rescaled to -1 to 1",
            "200 training and 50 test images of 28 x 28",
            "adam at learning rate 0.002, then sgd at learning rate 3",
            "2, in batches of 16",
            "1 thread, vectors of",
            "adam  epoch  1 of 2",
            "sgd   epoch  2 of 2",
            "GFLOPS  of FMA peak");
    assertThat(run.out()).containsPattern("(?m)^linear +- +\\d+\\.\\d\\d%");
    assertThat(names(out))
        .containsExactly("loss.png", "metrics.csv", "model.safetensors", "summary.txt");

    BufferedImage chart = ImageIO.read(out.resolve("loss.png").toFile());
    assertThat(chart.getWidth()).isEqualTo(1000);
    String summary = Files.readString(out.resolve("summary.txt"));
    String table = summary.substring(summary.indexOf("model   test loss"));
    assertThat(run.out()).startsWith(summary.substring(0, 100)).endsWith(table);
    assertThat(table).contains(out.resolve("model.safetensors").toString());
  }

  @Test
  void metrics_haveALineForEachEpoch() throws IOException {
    Cli.trainSmall(temp, "--batch-size", 16);
    List<String> lines = Files.readAllLines(temp.resolve("metrics.csv"));
    assertThat(lines.getFirst())
        .isEqualTo("optimizer,epoch,step,train_loss,test_loss,test_accuracy,samples_per_second");
    assertThat(lines.stream().skip(1).map(line -> line.replaceAll(",0\\..*", "")))
        .containsExactly("adam,1,13", "adam,2,26", "sgd,1,13", "sgd,2,26");
    assertThat(lines).allMatch(line -> line.split(",", -1).length == 7);
  }

  @Test
  void model_saysWhatMadeIt() throws IOException {
    Cli.trainSmall(temp, "--optimizer", "SGD", "--learning-rate", 0.5, "--seed", 3);
    assertThat(SafeTensors.read(temp.resolve("model.safetensors")).metadata())
        .containsEntry("format", "lanewise-network-1")
        .containsEntry("layers", "784,24,20,16,10")
        .containsEntry("activations", "relu,sigmoid,sigmoid,sigmoid")
        .containsEntry("target_range", "-1.0,1.0")
        .containsEntry("classes", "0,1,2,3,4,5,6,7,8,9")
        .containsEntry("image", "28x28")
        .containsEntry("seed", "3")
        .containsEntry("optimizer", "sgd")
        .containsEntry("learning_rate", "0.5")
        .containsEntry("batch_size", "32")
        .containsEntry("epoch", "2")
        .containsEntry("lanewise_version", Version.NUMBER);
  }

  @Test
  void sameSeed_givesTheSameModelForAnyNumberOfThreads() throws IOException {
    byte[] one = trained("one", "--threads", 1);
    assertThat(trained("two", "--threads", 2)).isEqualTo(one);
    assertThat(trained("three", "--threads", 3)).isEqualTo(one);
    assertThat(trained("other", "--seed", 2)).isNotEqualTo(one);
  }

  private byte[] trained(String name, Object... more) throws IOException {
    Path out = temp.resolve(name);
    assertThat(Cli.trainSmall(out, more).code()).isZero();
    return Files.readAllBytes(out.resolve("model.safetensors"));
  }

  @Test
  void defaults_adamEndsAheadOfSgdAndTheLinearModelFarBehind() throws IOException {
    Run run = Cli.run("train", "--out", temp);
    assertThat(run.code()).as(run.err()).isZero();
    double[] adam = lastMetrics("adam");
    double[] sgd = lastMetrics("sgd");
    assertThat(adam[3]).as("training loss").isLessThan(sgd[3] / 2);
    assertThat(adam[4]).as("test loss").isLessThan(sgd[4]);
    assertThat(adam[5]).as("accuracy").isGreaterThan(0.965);
    double linear =
        Double.parseDouble(run.out().replaceAll("(?s).*\nlinear +- +([0-9.]+)%.*", "$1"));
    assertThat(linear / 100).isBetween(0.8, adam[5] - 0.04);
    assertThat(run.out()).contains("model.safetensors, that of adam after epoch 12");
  }

  /** The columns of an optimizer's last line; the first, its name, is NaN. */
  private double[] lastMetrics(String optimizer) throws IOException {
    String line =
        Files.readAllLines(temp.resolve("metrics.csv")).stream()
            .filter(l -> l.startsWith(optimizer + ","))
            .reduce("", (a, b) -> b);
    return Arrays.stream(line.replaceFirst(optimizer, "NaN").split(",", -1))
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  @Test
  void mnist_endsAt95PercentOrBetter() throws IOException {
    Path data = Path.of(System.getProperty("lanewise.mnist", "../../../shared/data/mnist"));
    assumeTrue(
        Files.isRegularFile(data.resolve("t10k-images-idx3-ubyte.gz")),
        () -> "there is no MNIST in " + data.toAbsolutePath() + " (-Dlanewise.mnist=DIR)");
    Run run = Cli.run("train", "--data", data, "--optimizer", "adam", "--out", temp);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("8,000 training and 2,000 test images", "holds only the t10k");
    assertThat(lastMetrics("adam")[5]).isGreaterThanOrEqualTo(0.95);
  }

  @Test
  void data_ofItsOwn() throws IOException {
    Digits.writePair(temp, 100);
    Path out = temp.resolve("out");
    Run run =
        Cli.run(
            "train",
            "--data",
            temp,
            "--epochs",
            1,
            "--hidden",
            "8,8,8",
            "--optimizer",
            "adam",
            "--out",
            out);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("80 training and 20 test images of 28 x 28");
  }

  @Test
  void dataFolderMissing() {
    Path missing = temp.resolve("missing");
    Path out = temp.resolve("out");
    Run run = Cli.run("train", "--data", missing, "--out", out);
    assertFailure(run, "lanewise train: " + missing + ": there is no such folder");
    assertThat(out).doesNotExist();
  }

  @Test
  void dataFolderEmpty() {
    Run run = Cli.run("train", "--data", temp, "--out", temp.resolve("out"));
    assertFailure(run, "the folder holds no MNIST files");
    assertThat(temp.resolve("out")).doesNotExist();
  }

  @Test
  void idxTruncated() throws IOException {
    Digits.writePair(temp, 20);
    Path images = temp.resolve("t10k-images-idx3-ubyte");
    byte[] whole = Files.readAllBytes(images);
    Files.write(images, Arrays.copyOf(whole, whole.length - 100));
    assertFailure(trainOnTemp(), images + ", at byte 16: ");
  }

  @Test
  void idxMislabelled() throws IOException {
    Digits.writePair(temp, 20);
    Path images = temp.resolve("t10k-images-idx3-ubyte");
    byte[] whole = Files.readAllBytes(images);
    whole[2] = 0x0D;
    Files.write(images, whole);
    assertFailure(trainOnTemp(), images.toString());
    whole[2] = 0x42;
    Files.write(images, whole);
    assertFailure(trainOnTemp(), "the type 0x42 is none of IDX's six types");
    Files.writeString(images, "not an IDX file at all");
    assertFailure(trainOnTemp(), "an IDX file begins with two zero bytes");
  }

  @Test
  void idxCountsDisagree() throws IOException {
    Digits.writePair(temp, 20);
    Digits.writeLabels(temp, new byte[19]);
    assertFailure(trainOnTemp(), "there are 19 labels for the 20 images of ");
  }

  @Test
  void idxLabelOutOfRange() throws IOException {
    Digits.writePair(temp, 2);
    Digits.writeLabels(temp, (byte) 3, (byte) 10);
    assertFailure(trainOnTemp(), "the label 10 is not one of 0 to 9");
  }

  @Test
  void idxOfOneImage() throws IOException {
    Digits.writePair(temp, 1);
    assertFailure(trainOnTemp(), "holds too few images to train on some and test on others");
  }

  private Run trainOnTemp() {
    Path out = temp.resolve("out");
    Run run = Cli.run("train", "--data", temp, "--out", out);
    assertThat(out).doesNotExist();
    return run;
  }

  @Test
  void outputFolder_belowAFile() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "text");
    Run run = Cli.trainSmall(file.resolve("run"));
    assertFailure(run, "lanewise train: cannot make the folder " + file.resolve("run") + ": ");
    run = Cli.trainSmall(file);
    assertFailure(run, "cannot make the folder " + file + ": " + file + " is a file");
    assertThat(file).hasContent("text");
  }

  @Test
  void outputFolder_whereTheModelCannotStand() throws IOException {
    Files.createDirectories(temp.resolve("model.safetensors/occupied"));
    Run run = Cli.trainSmall(temp);
    assertFailure(run, "cannot write " + temp.resolve("model.safetensors"));
    assertThat(names(temp)).containsExactly("model.safetensors");
  }

  @Test
  void nanLoss_beforeTheFirstEpochEnds() throws IOException {
    for (String report : REPORTS) {
      Files.writeString(temp.resolve(report), "of an earlier run");
    }
    Run run = Cli.trainSmall(temp, "--optimizer", "adam", "--learning-rate", "1e38");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err().lines())
        .containsExactly(
            "lanewise train: the loss of adam became NaN in epoch 1 at step 2; "
                + temp.resolve("model.safetensors")
                + " holds the last good model, the untrained one");
    assertThat(names(temp)).containsExactly("model.safetensors");
    assertThat(SafeTensors.read(temp.resolve("model.safetensors")).metadata())
        .containsEntry("epoch", "0");
    assertThat(SavedModel.read(temp.resolve("model.safetensors")).layers().l2()).isEqualTo(24);
  }

  @Test
  void nanLoss_afterAnotherOptimizerDidWell() {
    Run run = Cli.trainSmall(temp, "--learning-rate", "adam=0.002,sgd=1e39");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("the loss of sgd became NaN in epoch 1")
        .contains("holds the last good model, that of adam after epoch 2");
  }

  @Test
  void nanLoss_afterAGoodEpoch() throws IOException {
    TrainSettings settings =
        new TrainSettings(Map.of(OptimizerKind.ADAM, 0.002), 3, 16, List.of(8, 8, 8), 1);
    TrainingData data = TrainingData.synthetic(64, 1);
    Checkpoint checkpoint = new Checkpoint(temp.resolve("model.safetensors"), settings, data);
    Progress.Factory poison =
        (_, _, _) ->
            new Progress() {
              @Override
              public void step(int samples, double loss) {}

              @Override
              public void epoch(EpochResult result) {
                data.train().features().set(Float.NaN, 0, 0);
              }

              @Override
              public void close() {}
            };
    Trainer trainer = new Trainer(settings, data, checkpoint, poison);
    assertThatThrownBy(() -> trainer.train(OptimizerKind.ADAM))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("became NaN in epoch 2 at step ")
        .hasMessageContaining("that of adam after epoch 1");
    assertThat(SafeTensors.read(temp.resolve("model.safetensors")).metadata())
        .containsEntry("epoch", "1");
  }

  private static void assertFailure(Run run, String sentence) {
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains(sentence);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
