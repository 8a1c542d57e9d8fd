package dev.lanewise.cli;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The loss curves of the optimizers, drawn over one another. */
final class LossChart {
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 620;

  /** The points of a curve; each is the mean loss of the steps between it and the one before. */
  private static final int POINTS = 120;

  private LossChart() {}

  /** The chart as the bytes of a PNG file. */
  static byte[] draw(List<TrainedNetwork> trained) throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Training loss from the same initial weights, on the same batches")
            .xAxisTitle("epoch")
            .yAxisTitle("mean squared error")
            .build();
    chart
        .getStyler()
        .setYAxisLogarithmic(true)
        .setYAxisDecimalPattern("0.####")
        .setXAxisDecimalPattern("#.##")
        .setXAxisTickMarkSpacingHint(90)
        .setXAxisMin(0.0)
        .setXAxisMax((double) trained.getFirst().epochs().size())
        .setPlotGridLinesColor(new Color(0xe4e4e4))
        .setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15))
        .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13))
        .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 17))
        .setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14))
        .setLegendPosition(LegendPosition.InsideNE)
        .setLegendBorderColor(Color.LIGHT_GRAY)
        .setPlotBorderVisible(false)
        .setChartBackgroundColor(Color.WHITE)
        .setChartPadding(16);
    for (TrainedNetwork network : trained) {
      addCurve(chart, network);
    }
    return BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG);
  }

  private static void addCurve(XYChart chart, TrainedNetwork network) {
    List<Float> losses = network.stepLosses();
    int window = Math.max(1, losses.size() / POINTS);
    int points = losses.size() / window;
    double stepsInEpoch = (double) losses.size() / network.epochs().size();
    double[] epochs = new double[points];
    double[] means = new double[points];
    for (int i = 0; i < points; i++) {
      epochs[i] = (i + 1) * window / stepsInEpoch;
      means[i] =
          losses.subList(i * window, (i + 1) * window).stream()
              .mapToDouble(Float::doubleValue)
              .average()
              .orElseThrow();
    }
    XYSeries series = chart.addSeries(network.kind().label(), epochs, means);
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(color(network.kind()));
    series.setLineStyle(new BasicStroke(1.8f));
  }

  private static Color color(OptimizerKind kind) {
    return switch (kind) {
      case ADAM -> new Color(0x1f77b4);
      case SGD -> new Color(0xd95f02);
    };
  }
}
