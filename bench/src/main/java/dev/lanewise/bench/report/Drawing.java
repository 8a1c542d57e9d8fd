package dev.lanewise.bench.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How charts look. */
final class Drawing {
  static {
    // Before AWT's first class is there, colors included: drawing a file needs no screen.
    System.setProperty("java.awt.headless", "true");
  }

  static final int WIDTH = 1000;
  static final int HEIGHT = 620;

  /** Of the lines that nothing should exceed, the highest first. */
  private static final Color[] LIMITS = {
    new Color(0x333333), new Color(0x666666), new Color(0x8f8f8f), new Color(0xb5b5b5)
  };

  private static final Color[] COLORS = {
    new Color(0x1f77b4),
    new Color(0xd95f02),
    new Color(0x2ca02c),
    new Color(0x9467bd),
    new Color(0x8c564b),
    new Color(0xc2185b)
  };
  private static final Marker[] MARKERS = {
    SeriesMarkers.CIRCLE,
    SeriesMarkers.SQUARE,
    SeriesMarkers.DIAMOND,
    SeriesMarkers.TRIANGLE_UP,
    SeriesMarkers.TRIANGLE_DOWN,
    SeriesMarkers.CROSS
  };

  private Drawing() {}

  static XYChart lines(String title, String x, String y) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    style(chart.getStyler());
    chart.getStyler().setMarkerSize(7).setPlotContentSize(0.97);
    return chart;
  }

  static CategoryChart bars(String title, String x, String y) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    style(chart.getStyler());
    chart.getStyler().setAvailableSpaceFill(0.7).setLabelsVisible(true);
    chart.getStyler().setSeriesColors(COLORS).setDecimalPattern("#,##0");
    return chart;
  }

  /** Turns the names of many bars upright, and leaves out the numbers above them. */
  static void longNames(CategoryChart chart) {
    chart.getStyler().setLabelsVisible(false).setXAxisLabelRotation(90);
  }

  private static void style(AxesChartStyler styler) {
    styler
        .setPlotGridLinesColor(new Color(0xe4e4e4))
        .setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15))
        .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13))
        .setYAxisDecimalPattern("#,##0.##")
        .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 17))
        .setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14))
        .setLegendPosition(LegendPosition.OutsideS)
        .setLegendLayout(LegendLayout.Horizontal)
        .setLegendBorderColor(Color.WHITE)
        .setPlotBorderVisible(false)
        .setChartBackgroundColor(Color.WHITE)
        .setChartPadding(16);
  }

  /** Puts the legend beside the chart, where it is too long to stand below. */
  static void legendBeside(XYChart chart) {
    chart
        .getStyler()
        .setLegendPosition(LegendPosition.OutsideE)
        .setLegendLayout(LegendLayout.Vertical);
  }

  static void binaryX(XYChart chart) {
    chart.getStyler().setxAxisTickLabelsFormattingFunction(Scale.BINARY::label);
  }

  /** A line of the contender that stands at {@code index} of all. */
  static XYSeries line(XYChart chart, int index, String name, List<Double> x, List<Double> y) {
    XYSeries series = chart.addSeries(name, x, y);
    series.setLineColor(COLORS[index % COLORS.length]);
    series.setMarkerColor(COLORS[index % COLORS.length]);
    series.setMarker(MARKERS[index % MARKERS.length]);
    series.setLineStyle(new BasicStroke(index == 0 ? 2.6f : 1.6f));
    return series;
  }

  static void points(XYChart chart, int index, String name, List<Double> x, List<Double> y) {
    line(chart, index, name, x, y).setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
  }

  /** A dashed line that nothing should exceed. */
  static void limit(XYChart chart, int index, String name, List<Double> x, List<Double> y) {
    XYSeries series = chart.addSeries(name, x, y);
    series.setLineColor(LIMITS[index % LIMITS.length]);
    series.setMarker(SeriesMarkers.NONE);
    series.setLineStyle(
        new BasicStroke(
            1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10f, new float[] {7f, 5f}, 0f));
  }

  /** The charts side by side in so many columns, as the bytes of one PNG file. */
  static byte[] png(List<? extends Chart<?, ?>> charts, int columns) throws IOException {
    int across = Math.min(columns, charts.size());
    int down = (charts.size() + across - 1) / across;
    BufferedImage image =
        new BufferedImage(across * WIDTH, down * HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
    for (int i = 0; i < charts.size(); i++) {
      Graphics2D place =
          (Graphics2D) graphics.create(i % across * WIDTH, i / across * HEIGHT, WIDTH, HEIGHT);
      charts.get(i).paint(place, WIDTH, HEIGHT);
      place.dispose();
    }
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }
}
