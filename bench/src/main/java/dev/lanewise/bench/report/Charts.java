package dev.lanewise.bench.report;

import dev.lanewise.bench.Distribution;
import dev.lanewise.bench.coldstart.ColdStarts;
import dev.lanewise.bench.report.Group.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;

/** The charts of a report: of each that the results suffice for, its name and a PNG file. */
final class Charts {
  static final String SQUARE = "sgemm-square";
  static final String SKINNY = "sgemm-skinny";
  static final String INFERENCE = "inference";
  static final String TRAINING = "training";
  static final String OPERATIONS = "operations";
  static final String ROOFLINE = "roofline";
  static final String SCALING = "scaling";
  static final String COLD_START = "coldstart";

  /** What follows the transposition in a product's name: M, N and K. */
  private static final Pattern PRODUCT = Pattern.compile("([NT]{2}) (\\d+)x(\\d+)x(\\d+)");

  /** Two products in three sweeps, a root, a quotient and a difference for each parameter. */
  private static final double ADAM_FLOPS = 12;

  /** Four arrays read and three written. */
  private static final double ADAM_BYTES = 7.0 * Float.BYTES;

  private static final double GEMV_FLOPS_PER_BYTE = 2.0 / Float.BYTES;

  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final Limits limits;

  private Charts(Limits limits) {
    this.limits = limits;
  }

  /** Draws all. */
  static Map<String, byte[]> of(Results results) throws IOException {
    Charts charts = new Charts(results.limits());
    Map<String, Group> groups = new LinkedHashMap<>();
    for (Group group : results.groups()) {
      if (group.isComparison()) {
        groups.put(group.name(), group);
      }
    }
    for (Group group : groups.values()) {
      switch (group.name()) {
        case "Sgemm" -> {
          charts.square(oneThread(group));
          charts.skinny(oneThread(group));
        }
        case "Inference" -> charts.latency(INFERENCE, "Inference", oneThread(group));
        case "TrainingStep" -> charts.latency(TRAINING, "Training step", oneThread(group));
        case "Operation" -> charts.operations(group);
        default -> {}
      }
    }
    charts.roofline(groups);
    charts.scaling(groups);
    if (results.coldStarts().isPresent()) {
      charts.coldStart(results.coldStarts().get());
    }
    return charts.files;
  }

  /** The products of a group, one size of which is the abscissa. */
  private record Product(Row row, String transposed, long m, long n, long k) {
    static List<Product> of(Group group) {
      List<Product> products = new ArrayList<>();
      for (Row row : group.rows()) {
        Matcher size = PRODUCT.matcher(row.param("product"));
        if (size.matches()) {
          products.add(
              new Product(
                  row,
                  size.group(1),
                  Long.parseLong(size.group(2)),
                  Long.parseLong(size.group(3)),
                  Long.parseLong(size.group(4))));
        }
      }
      return products;
    }

    boolean isSquare() {
      return transposed.equals("NN") && m == n && n == k;
    }

    /** Operations per byte, where each operand is read and the result written once. */
    double intensity() {
      return 2.0 * m * n * k / (Float.BYTES * (double) (m * k + k * n + m * n));
    }
  }

  private static Group oneThread(Group group) {
    return group.values("threads").contains("1") ? group.with("threads", "1") : group;
  }

  private void square(Group group) throws IOException {
    List<Product> products = Product.of(group).stream().filter(Product::isSquare).toList();
    if (products.size() > 1) {
      XYChart chart =
          Drawing.lines("SGEMM, C = A B, square matrices, one thread", "M = N = K", "GFLOPS");
      rates(chart, group, products, Product::m);
      files.put(SQUARE, Drawing.png(List.of(chart), 1));
    }
  }

  private void skinny(Group group) throws IOException {
    Map<String, List<Product>> byRest = new LinkedHashMap<>();
    for (Product product : Product.of(group)) {
      if (product.transposed.equals("NN")) {
        byRest
            .computeIfAbsent("N = " + product.n + ", K = " + product.k, _ -> new ArrayList<>())
            .add(product);
      }
    }
    List<XYChart> charts = new ArrayList<>();
    for (Map.Entry<String, List<Product>> rest : byRest.entrySet()) {
      if (rest.getValue().size() > 2) {
        XYChart chart = Drawing.lines("SGEMM, " + rest.getKey() + ", one thread", "M", "GFLOPS");
        rates(chart, group, rest.getValue(), Product::m);
        charts.add(chart);
      }
    }
    if (!charts.isEmpty()) {
      files.put(SKINNY, Drawing.png(charts, 2));
    }
  }

  /** A line for each contender, up to the measured peak. */
  private void rates(
      XYChart chart, Group group, List<Product> products, ToDoubleFunction<Product> size) {
    Drawing.binaryX(chart);
    List<Product> sorted = products.stream().sorted(Comparator.comparingDouble(size)).toList();
    double highest = 0;
    int index = 0;
    for (String method : group.contenders()) {
      List<Double> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      for (Product product : sorted) {
        product
            .row
            .figure(method)
            .ifPresent(figure -> {
              x.add(Scale.BINARY.of(size.applyAsDouble(product)));
              y.add(figure.median());
            });
      }
      if (!y.isEmpty()) {
        Drawing.line(chart, index, Group.label(method), x, y);
        highest = Math.max(highest, Numbers.max(y));
      }
      index++;
    }
    double first = Scale.BINARY.of(size.applyAsDouble(sorted.getFirst()));
    double last = Scale.BINARY.of(size.applyAsDouble(sorted.getLast()));
    chart.getStyler().setXAxisMin(first).setXAxisMax(last).setYAxisMin(0.0);
    OptionalDouble peak = limits.peak();
    if (peak.isPresent()) {
      double top = peak.getAsDouble();
      Drawing.limit(chart, 0, "measured FMA peak", List.of(first, last), List.of(top, top));
      chart.getStyler().setYAxisMax(Math.max(top, highest));
    }
  }

  /** Time over batch size, both logarithmic: one chart for each network. */
  private void latency(String file, String title, Group group) throws IOException {
    List<XYChart> charts = new ArrayList<>();
    for (String network : group.values("network")) {
      Group rows = group.with("network", network);
      if (network.isEmpty() || rows.values("batch").size() < 2) {
        continue;
      }
      String unit = rows.rows().getFirst().figure(Group.LANEWISE).map(Figure::unit).orElse("us");
      XYChart chart =
          Drawing.lines(
              title + ", " + network + ", one thread",
              "rows of a batch",
              "time of a call, " + unit);
      Drawing.binaryX(chart);
      chart.getStyler().setyAxisTickLabelsFormattingFunction(Scale.DECIMAL::label);
      List<Double> all = new ArrayList<>();
      int index = 0;
      for (String method : group.contenders()) {
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        for (Row row : rows.rows()) {
          row.figure(method)
              .ifPresent(figure -> {
                x.add(Scale.BINARY.of(Double.parseDouble(row.param("batch"))));
                y.add(Scale.DECIMAL.of(figure.median()));
              });
        }
        if (!y.isEmpty()) {
          Drawing.line(chart, index, Group.label(method), x, y);
          all.addAll(y);
        }
        index++;
      }
      chart
          .getStyler()
          .setYAxisMin(Math.floor(Numbers.min(all)))
          .setYAxisMax(Math.ceil(Numbers.max(all)));
      charts.add(chart);
    }
    if (!charts.isEmpty()) {
      files.put(file, Drawing.png(charts, 2));
    }
  }

  /** Lanewise's time to the peer's: for each operation a bar of each pass. */
  private void operations(Group group) throws IOException {
    Map<String, Map<String, Double>> byPass = new LinkedHashMap<>();
    for (Row row : group.rows()) {
      group
          .toBetterPeer(row)
          .ifPresent(ratio ->
              byPass
                  .computeIfAbsent(row.param("pass"), _ -> new LinkedHashMap<>())
                  .put(row.param("operation"), ratio));
    }
    List<String> operations = new ArrayList<>(group.values("operation"));
    byPass.values().forEach(ratios -> operations.retainAll(ratios.keySet()));
    if (byPass.isEmpty() || operations.isEmpty()) {
      return;
    }
    CategoryChart chart =
        Drawing.bars(
            "Operations, one thread", "", "time / that of " + String.join(", ", group.peers()));
    Drawing.longNames(chart);
    byPass.forEach((pass, ratios) ->
        chart.addSeries(pass, operations, operations.stream().map(ratios::get).toList()));
    files.put(OPERATIONS, Drawing.png(List.of(chart), 1));
  }

  private void roofline(Map<String, Group> groups) throws IOException {
    OptionalDouble peak = limits.peak();
    if (peak.isEmpty() || limits.bandwidths().isEmpty()) {
      return;
    }
    double top = peak.getAsDouble();
    double least = 1.0 / 8;
    double most = 1024;
    XYChart chart =
        Drawing.lines(
            "Roofline, one thread", "arithmetic intensity, operations per byte", "GFLOPS");
    Drawing.binaryX(chart);
    Drawing.legendBeside(chart);
    chart.getStyler().setyAxisTickLabelsFormattingFunction(Scale.BINARY::label);
    Map<String, Double> bandwidths = new LinkedHashMap<>();
    limits.bandwidths().forEach((level, figure) -> bandwidths.put(level, figure.median()));
    int index = 0;
    for (Map.Entry<String, Double> level : bandwidths.entrySet()) {
      double ridge = top / level.getValue();
      Drawing.limit(
          chart,
          index++,
          level.getKey() + ", " + Numbers.figure(level.getValue()) + " GB/s",
          binary(least, ridge, most),
          binary(least * level.getValue(), top, top));
    }
    Map<String, Map<Double, Double>> points = new LinkedHashMap<>();
    Group sgemm = groups.get("Sgemm");
    if (sgemm != null) {
      for (Product product : Product.of(oneThread(sgemm))) {
        put(
            points,
            product.isSquare() ? "SGEMM, squares" : "SGEMM, other shapes",
            product.intensity(),
            product.row,
            1);
      }
    }
    Group gemv = groups.get("Gemv");
    if (gemv != null) {
      for (Row row : gemv.rows()) {
        put(points, "GEMV", GEMV_FLOPS_PER_BYTE, row, GEMV_FLOPS_PER_BYTE);
      }
    }
    Group adam = groups.get("Adam");
    if (adam != null) {
      for (Row row : oneThread(adam).rows()) {
        double intensity = ADAM_FLOPS / ADAM_BYTES;
        put(points, "Adam", intensity, row, intensity);
      }
    }
    index = 0;
    for (Map.Entry<String, Map<Double, Double>> kind : points.entrySet()) {
      List<Double> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      kind.getValue()
          .forEach((rate, intensity) -> {
            x.add(Scale.BINARY.of(intensity));
            y.add(Scale.BINARY.of(rate));
          });
      Drawing.points(chart, index++, kind.getKey(), x, y);
    }
    double lowest =
        DoubleStream.concat(
                DoubleStream.of(least * Collections.min(bandwidths.values())),
                points.values().stream()
                    .flatMap(kind -> kind.keySet().stream())
                    .mapToDouble(Double::doubleValue))
            .min()
            .orElseThrow();
    chart
        .getStyler()
        .setXAxisMin(Scale.BINARY.of(least))
        .setXAxisMax(Scale.BINARY.of(most))
        .setYAxisMin(Math.floor(Scale.BINARY.of(lowest)))
        .setYAxisMax(Math.ceil(Scale.BINARY.of(top)));
    files.put(ROOFLINE, Drawing.png(List.of(chart), 1));
  }

  private static List<Double> binary(double... values) {
    return DoubleStream.of(values).map(Scale.BINARY::of).boxed().toList();
  }

  /** Adds a point at Lanewise's rate, which its figure gives when multiplied by {@code factor}. */
  private static void put(
      Map<String, Map<Double, Double>> points,
      String kind,
      double intensity,
      Row row,
      double factor) {
    row.figure(Group.LANEWISE)
        .ifPresent(figure ->
            points
                .computeIfAbsent(kind, _ -> new LinkedHashMap<>())
                .put(figure.median() * factor, intensity));
  }

  /** What more threads give a product of any size, and what more callers give. */
  private void scaling(Map<String, Group> groups) throws IOException {
    List<XYChart> charts = new ArrayList<>();
    Group sgemm = groups.get("Sgemm");
    if (sgemm != null) {
      XYChart chart =
          Drawing.lines(
              "SGEMM, square matrices: scaling over threads",
              "M = N = K",
              "throughput / that of 1 thread");
      Map<String, Map<Double, Double>> curves = new LinkedHashMap<>();
      for (Product product : Product.of(sgemm)) {
        OptionalDouble ratio = sgemm.toOwn(product.row, "threads", "1");
        if (product.isSquare() && ratio.isPresent()) {
          curves
              .computeIfAbsent(product.row.param("threads") + " threads", _ -> new TreeMap<>())
              .put(Scale.BINARY.of((double) product.m), ratio.getAsDouble());
        }
      }
      addCurves(charts, chart, curves);
    }
    Group callers = groups.get("Callers");
    if (callers != null) {
      XYChart chart =
          Drawing.lines("Many callers at once", "callers", "throughput / that of 1 caller");
      Map<String, Map<Double, Double>> curves = new LinkedHashMap<>();
      for (Row row : callers.rows()) {
        OptionalDouble ratio = callers.toOwn(row, "callers", "1");
        if (ratio.isPresent()) {
          curves
              .computeIfAbsent(row.param("work"), _ -> new TreeMap<>(Map.of(0.0, 1.0)))
              .put(Scale.BINARY.of(Double.parseDouble(row.param("callers"))), ratio.getAsDouble());
        }
      }
      addCurves(charts, chart, curves);
    }
    if (!charts.isEmpty()) {
      files.put(SCALING, Drawing.png(charts, 2));
    }
  }

  private static void addCurves(
      List<XYChart> charts, XYChart chart, Map<String, Map<Double, Double>> curves) {
    curves.values().removeIf(curve -> curve.size() < 2);
    if (curves.isEmpty()) {
      return;
    }
    Drawing.binaryX(chart);
    int index = 0;
    for (Map.Entry<String, Map<Double, Double>> curve : curves.entrySet()) {
      Drawing.line(
          chart,
          index++,
          curve.getKey(),
          List.copyOf(curve.getValue().keySet()),
          List.copyOf(curve.getValue().values()));
    }
    chart.getStyler().setYAxisMin(0.0);
    charts.add(chart);
  }

  private void coldStart(ColdStarts coldStarts) throws IOException {
    CategoryChart chart =
        Drawing.bars(
            "Cold start of " + coldStarts.network() + " at batch 1, median of the runs",
            "",
            "time from process start, ms");
    List<String> names = coldStarts.contenders().stream().map(ColdStarts.Contender::name).toList();
    chart.addSeries(
        "first correct prediction",
        names,
        coldStarts.contenders().stream()
            .map(c -> Distribution.of(c.firstMillis()).median())
            .toList());
    chart.addSeries(
        "thousandth prediction",
        names,
        coldStarts.contenders().stream()
            .map(c -> Distribution.of(c.thousandthMillis()).median())
            .toList());
    files.put(COLD_START, Drawing.png(List.of(chart), 1));
  }
}
