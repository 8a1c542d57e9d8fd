package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

final class SyntheticDigitsTest {
  @Test
  void generate_dependsOnSeedAndIndexAlone() {
    LabelledImages few = SyntheticDigits.generate(30, 9);
    LabelledImages many = SyntheticDigits.generate(300, 9);
    assertThat(checksum(many.subset(0, 30))).isEqualTo(checksum(few));
    assertThat(many.subset(0, 30).labels()).isEqualTo(few.labels());
    assertThat(checksum(SyntheticDigits.generate(30, 10))).isNotEqualTo(checksum(few));
  }

  @Test
  void generate_staysAsItIsInThisVersion() {
    assertThat(checksum(SyntheticDigits.generate(200, 1))).isEqualTo(970150471L);
  }

  @Test
  void generate_everyDigitAboutEquallyOften() {
    LabelledImages images = SyntheticDigits.generate(5000, 2);
    int[] counts = new int[10];
    for (int label : images.labels()) {
      counts[label]++;
    }
    // Five standard deviations of a binomial of 5000 draws at 1/10.
    for (int count : counts) {
      assertThat(count).isBetween(500 - 107, 500 + 107);
    }
  }

  @Test
  void generate_inkOnPaper() {
    LabelledImages images = SyntheticDigits.generate(1000, 3);
    assertThat(images.rows()).isEqualTo(SyntheticDigits.SIDE);
    assertThat(images.cols()).isEqualTo(SyntheticDigits.SIDE);
    for (int i = 0; i < images.size(); i++) {
      int ink = 0;
      int paper = 0;
      for (byte pixel : images.pixels(i)) {
        ink += (pixel & 0xff) > 100 ? 1 : 0;
        paper += (pixel & 0xff) < 50 ? 1 : 0;
      }
      assertThat(ink).as("ink of image %s, a %s", i, images.label(i)).isBetween(15, 300);
      assertThat(paper).as("paper of image %s, a %s", i, images.label(i)).isGreaterThan(400);
    }
  }

  @Test
  void generate_meansOfDigitsTellMostImagesApart() {
    LabelledImages images = SyntheticDigits.generate(4000, 4);
    double[][] means = means(images.subset(0, 3000));
    int right = 0;
    for (int i = 3000; i < 4000; i++) {
      right += nearest(means, images.pixels(i)) == images.label(i) ? 1 : 0;
    }
    // Far above a guess, which is right one time in ten, and far below what a network learns.
    assertThat(right).isBetween(550, 900);
  }

  private static double[][] means(LabelledImages images) {
    double[][] means = new double[10][SyntheticDigits.SIDE * SyntheticDigits.SIDE];
    int[] counts = new int[10];
    for (int label : images.labels()) {
      counts[label]++;
    }
    for (int i = 0; i < images.size(); i++) {
      byte[] pixels = images.pixels(i);
      for (int j = 0; j < pixels.length; j++) {
        means[images.label(i)][j] += (double) (pixels[j] & 0xff) / counts[images.label(i)];
      }
    }
    return means;
  }

  private static int nearest(double[][] means, byte[] pixels) {
    int best = 0;
    double least = Double.MAX_VALUE;
    for (int digit = 0; digit < means.length; digit++) {
      double distance = 0;
      for (int j = 0; j < pixels.length; j++) {
        double difference = means[digit][j] - (pixels[j] & 0xff);
        distance += difference * difference;
      }
      if (distance < least) {
        least = distance;
        best = digit;
      }
    }
    return best;
  }

  private static long checksum(LabelledImages images) {
    CRC32 crc = new CRC32();
    for (int i = 0; i < images.size(); i++) {
      crc.update(images.label(i));
      crc.update(images.pixels(i));
    }
    return crc.getValue();
  }
}
