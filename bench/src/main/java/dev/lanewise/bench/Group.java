package dev.lanewise.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What {@code full} and {@code quick} run, group by group. The classes say how often and how long
 * {@code full} does: what a target names runs in three forks, since a JVM does not compile alike
 * each time, and after the second that a kernel takes to be compiled, or the three seconds of a
 * network. The peers' code was compiled before: they have one fork, and little warm-up.
 */
@SuppressWarnings("ImmutableEnumChecker") // nobody holds the lists and maps but this table
enum Group {
  /** The limits beside which the other groups stand. */
  ROOFLINE(
      full("Roofline|Bandwidth").with("threads", "1", "2"),
      quick("Roofline|Bandwidth").with("level", "L2", "DRAM")),

  SGEMM(
      List.of(
          full("Sgemm").with("product", Products.all()),
          full("Sgemm").with("product", Products.forThreads()).with("threads", "2")),
      quick("Sgemm").with("product", "NN 512x512x512", "NN 1024x1024x1024", "NT 32x1024x1024")),

  GEMV(full("Gemv"), quick("Gemv").with("weights", "out-in").with("size", "512x256", "8192x8192")),

  NARROW(full("Narrow"), quick("Narrow").forks(1).with("size", "1024x1024x4").with("batch", "1")),

  /** Heap is counted where there are many calls, or what JMH itself allocates would show. */
  INFERENCE(
      List.of(
          full("Inference").with("batch", "1", "32").withHeap(),
          full("Inference").with("batch", "256", "1024")),
      quick("Inference")
          .forks(1)
          .with("network", "64-128-128-64-10")
          .with("batch", "32")
          .withHeap()),

  /** Without a count of heap: JMH's samples of times lie on it. */
  PREDICTOR(
      List.of(
          full("Predictor").with("callers", "1").with("pressure", "none"),
          full("Predictor")
              .with("network", "64-128-128-64-10")
              .with("batch", "1")
              .with("callers", "2", "4", "8", "16")
              .with("pressure", "none"),
          full("Predictor")
              .with("network", Networks.SMALL)
              .with("batch", "1")
              .with("callers", "1", "8")
              .with("pressure", "garbage")),
      quick("Predictor")
          .forks(1)
          .with("network", "64-128-128-64-10")
          .with("batch", "1")
          .with("callers", "1")
          .with("pressure", "none")),

  TRAINING(
      full("TrainingStep"),
      quick("TrainingStep").with("network", "64-128-128-64-10").with("batch", "32")),

  MAP(full("Map"), quick("Map").with("function", "exp", "tanh").with("elements", "65536")),

  OPERATIONS(
      full("Operation"),
      quick("Operation")
          .forks(1)
          .with("operation", "conv2d 32x8x14x14 to 16", "attention 8x4x64x32")
          .with("pass", "forward+backward")),

  ADAM(full("Adam"), quick("Adam").with("parameters", "16777216")),

  REGION(full("Region"), quick("Region")),

  CALLERS(
      full("Callers"),
      quick("Callers").forks(1).with("callers", "1", "4").with("work", "inference-32")),

  MIXED(full("Mixed"), quick("Mixed").forks(1));

  private static final int QUICK_FORKS = 2;

  private final List<Selection> full;
  private final Selection quick;

  Group(Selection full, Selection quick) {
    this(List.of(full), quick);
  }

  Group(List<Selection> full, Selection quick) {
    this.full = full;
    this.quick = quick;
  }

  /** Returns what {@code full} runs of this group. */
  List<Selection> full() {
    return full;
  }

  /** Returns what {@code quick} runs of this group. */
  Selection quick() {
    return quick;
  }

  /** Returns the name on the command line. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the names of all groups, with a comma between them. */
  static String words() {
    return Arrays.stream(values()).map(Group::word).collect(Collectors.joining(", "));
  }

  private static Selection full(String names) {
    return Selection.of(names);
  }

  private static Selection quick(String names) {
    return Selection.of(names).forks(QUICK_FORKS);
  }

  /** Networks whose answer takes less than it takes to reach a native library, and little more. */
  private static final class Networks {
    static final String[] SMALL = {"8-64-64-64-1", "64-128-128-64-10"};
  }

  /** The set of products over which {@code sgemm} is judged. */
  private static final class Products {
    private static final List<Integer> CUBES =
        List.of(
            16, 32, 48, 64, 96, 100, 127, 128, 192, 256, 384, 511, 512, 768, 1000, 1024, 1500,
            2048);
    private static final List<Integer> ROWS = List.of(1, 2, 4, 8, 16, 32, 64, 256, 1024);
    private static final List<String> COLUMNS_AND_DEPTHS =
        List.of(
            "64x64", "128x128", "512x784", "512x512", "1024x1024", "4096x1024", "10x128", "1x64");
    private static final List<Integer> TRANSPOSED_CUBES = List.of(512, 1024, 2048);
    private static final List<String> DEEP = List.of("NN 64x64x16384");

    /**
     * A layer of 784 to 512 at 256 rows, and of 1024 to 1024 at 32: y = x W', dx = dy W, dW = dy'
     * x.
     */
    private static final List<String> LINEAR_LAYERS =
        List.of(
            "NT 256x512x784",
            "NN 256x784x512",
            "TN 512x784x256",
            "NT 32x1024x1024",
            "NN 32x1024x1024",
            "TN 1024x1024x32");

    static String[] all() {
      List<String> products = new ArrayList<>();
      CUBES.forEach(n -> products.add(cube("NN", n)));
      for (String columnsAndDepth : COLUMNS_AND_DEPTHS) {
        ROWS.forEach(m -> products.add("NN " + m + "x" + columnsAndDepth));
      }
      products.addAll(DEEP);
      for (String transposed : List.of("NT", "TN", "TT")) {
        TRANSPOSED_CUBES.forEach(n -> products.add(cube(transposed, n)));
      }
      products.addAll(LINEAR_LAYERS);
      return products.stream().distinct().toArray(String[]::new);
    }

    /** Returns those that two threads share with profit. */
    static String[] forThreads() {
      return CUBES.stream().filter(n -> n >= 256).map(n -> cube("NN", n)).toArray(String[]::new);
    }

    private static String cube(String transposed, int n) {
      return transposed + " " + n + "x" + n + "x" + n;
    }
  }
}
