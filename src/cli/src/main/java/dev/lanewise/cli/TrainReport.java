package dev.lanewise.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a training came to, as text.
 *
 * @param peakGflops the most multiply-adds that this machine was measured to do, in GFLOPS
 */
record TrainReport(
    List<TrainedNetwork> trained,
    double linearAccuracy,
    double flopsPerSample,
    double peakGflops,
    int threads,
    long bytesInUse) {
  /** The closing table and what is to be said about it. */
  String table() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "model",
            "test loss",
            "accuracy",
            "samples/s",
            "GFLOPS",
            "of FMA peak",
            "off-heap peak"));
    for (TrainedNetwork network : trained) {
      double gflops = network.samplesPerSecond() * flopsPerSample / 1e9;
      rows.add(
          List.of(
              network.kind().label(),
              String.format(Locale.ROOT, "%.5f", network.last().test().loss()),
              Text.percent(network.last().test().accuracy()),
              String.format(Locale.ROOT, "%,.0f", network.samplesPerSecond()),
              String.format(Locale.ROOT, "%.1f", gflops),
              String.format(Locale.ROOT, "%.1f%%", 100 * gflops / peakGflops),
              Text.bytes(network.peakBytes())));
    }
    rows.add(List.of("linear", "-", Text.percent(linearAccuracy), "-", "-", "-", "-"));
    return Text.table(1, rows)
        + String.format(
            Locale.ROOT,
            "%nSpeeds are those of the median epoch's training steps. This machine's FMA peak,"
                + " measured now%non %s: %.1f GFLOPS. Off-heap memory still in use: %s. The linear"
                + " model is one%nlayer with a softmax, trained for as long on the same batches.%n",
            Text.count(threads, "thread"),
            peakGflops,
            Text.bytes(bytesInUse));
  }

  /** One line for each epoch of each optimizer, as comma-separated values. */
  String metrics() {
    StringBuilder csv =
        new StringBuilder(
            "optimizer,epoch,step,train_loss,test_loss,test_accuracy,samples_per_second\n");
    for (TrainedNetwork network : trained) {
      for (EpochResult epoch : network.epochs()) {
        csv.append(
            String.format(
                Locale.ROOT,
                "%s,%d,%d,%s,%s,%s,%.0f\n",
                network.kind().label(),
                epoch.number(),
                epoch.step(),
                epoch.trainLoss(),
                epoch.test().loss(),
                epoch.test().accuracy(),
                epoch.samplesPerSecond()));
      }
    }
    return csv.toString();
  }
}
