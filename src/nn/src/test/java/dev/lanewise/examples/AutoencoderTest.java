package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.array.NDArray;
import dev.lanewise.data.DataLoader;
import dev.lanewise.data.Dataset;
import dev.lanewise.data.SyntheticDigits;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Relu;
import dev.lanewise.nn.Seed;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.Sigmoid;
import dev.lanewise.optim.Adam;
import dev.lanewise.optim.CosineSchedule;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import dev.lanewise.train.Trainer;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/**
 * An autoencoder squeezes digits of 28 x 28 through 16 numbers and draws them again; the picture
 * {@code target/autoencoder.png} shows originals above reconstructions.
 *
 * <pre>
 *   mvn -q test -pl src/nn -am -Dtest=AutoencoderTest -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
final class AutoencoderTest {
  private static final int SIDE = 28;
  private static final int SHOWN = 10;
  private static final int EPOCHS = 12;

  @Test
  void reconstructions_areNearerThanTheMeanImage() throws Exception {
    Seed.set(1);
    Dataset digits = SyntheticDigits.generate(5_000, 1).toDataset(10, 0, 1);
    Dataset train = digits.subset(0, 4_500);
    NDArray test = digits.subset(4_500, 5_000).features().reshape(500, SIDE * SIDE);
    Sequential model =
        new Sequential(
            new Linear(SIDE * SIDE, 128),
            new Relu(),
            new Linear(128, 16),
            new Linear(16, 128),
            new Relu(),
            new Linear(128, SIDE * SIDE),
            new Sigmoid());
    new Trainer(
            model,
            new Adam(model.parameters(), 2e-3),
            (m, batch) -> {
              Tensor flat = batch.x().reshape(batch.size(), SIDE * SIDE);
              return Losses.mse(m.forward(flat), flat);
            })
        .schedule(new CosineSchedule(EPOCHS))
        .fit(new DataLoader(train, 32).shuffle(1), EPOCHS);
    try (NoGrad _ = NoGrad.open()) {
      Tensor originals = Tensor.of(test);
      Tensor drawn = model.forward(originals);
      double error = drawn.mse(originals).item();
      double variance = originals.variance(new int[] {0}, 0, false).mean().item();
      System.out.printf("autoencoder: error %.4f, of the mean image %.4f%n", error, variance);
      draw(test, drawn.array(), Path.of("target/autoencoder.png"));
      assertThat(error).isLessThan(0.35 * variance);
    }
  }

  private static void draw(NDArray originals, NDArray drawn, Path file) throws IOException {
    int border = 2;
    int scale = 3;
    int step = SIDE + border;
    BufferedImage image =
        new BufferedImage(
            scale * (SHOWN * step + border),
            scale * (2 * step + border),
            BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int row = y / scale / step;
        int column = x / scale / step;
        int py = y / scale % step - border;
        int px = x / scale % step - border;
        boolean inside = py >= 0 && px >= 0 && row < 2 && column < SHOWN;
        NDArray source = row == 0 ? originals : drawn;
        float ink = inside ? source.get(column, py * SIDE + px) : 0.25f;
        int gray = Math.round(255 * Math.clamp(ink, 0f, 1f));
        image.getRaster().setSample(x, y, 0, gray);
      }
    }
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }
}
