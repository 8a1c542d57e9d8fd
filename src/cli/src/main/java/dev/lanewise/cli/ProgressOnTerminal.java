package dev.lanewise.cli;

import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress as a bar with loss, samples a second and time left, for a terminal. */
final class ProgressOnTerminal implements Progress {
  /** How much of the loss shown is of the newest step. */
  private static final double FRESH = 0.02;

  private static final int STEPS_BETWEEN_MESSAGES = 20;

  private final ProgressBar bar;
  private final long start = System.nanoTime();
  private double loss = Double.NaN;
  private String accuracy = "";
  private long steps;
  private long done;

  ProgressOnTerminal(String name, int epochs, int samples) {
    bar =
        new ProgressBarBuilder()
            .setTaskName(String.format(Locale.ROOT, "%-4s", name))
            .setInitialMax((long) epochs * samples)
            .setStyle(ProgressBarStyle.UNICODE_BLOCK)
            .setUpdateIntervalMillis(100)
            .build();
  }

  @Override
  public void step(int samples, double stepLoss) {
    done += samples;
    loss = Double.isNaN(loss) ? stepLoss : loss + FRESH * (stepLoss - loss);
    if (steps++ % STEPS_BETWEEN_MESSAGES == 0) {
      show();
    }
    bar.stepBy(samples);
  }

  @Override
  public void epoch(EpochResult result) {
    accuracy = " accuracy " + Text.percent(result.test().accuracy());
    show();
  }

  @Override
  public void close() {
    bar.close();
  }

  private void show() {
    double speed = done / ((System.nanoTime() - start) / 1e9);
    bar.setExtraMessage(
        String.format(Locale.ROOT, " loss %.5f %,.0f samples/s%s", loss, speed, accuracy));
  }
}
