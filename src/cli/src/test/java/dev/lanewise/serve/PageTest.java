package dev.lanewise.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.data.Batch;
import dev.lanewise.data.DataLoader;
import dev.lanewise.data.SyntheticDigits;
import dev.lanewise.io.SafeTensors;
import dev.lanewise.kernel.Weights;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Relu;
import dev.lanewise.nn.Seed;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.Sigmoid;
import dev.lanewise.optim.Adam;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service's page in a browser: digits drawn with the mouse are read by a network. */
class PageTest {
  private static final int PIXELS = SyntheticDigits.SIDE * SyntheticDigits.SIDE;
  private static final String DIGIT = "document.getElementById('answer').dataset.digit";

  private static final String ERROR = "document.getElementById('error').textContent";
  private static final String ESCAPE =
      "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))";

  /** Holds answers back until {@code open()}, and counts the requests in flight. */
  private static final String HELD_FETCH =
      "(now = most = 0, plain = fetch,"
          + " hold = () => { gate = new Promise(done => { open = done; }); }, hold(),"
          + " fetch = (path, options) => {"
          + " if (path !== 'predict') return plain(path, options);"
          + " most = Math.max(most, ++now); last = options.body;"
          + " return plain(path, options).finally(() => gate).finally(() => { now--; }); })";

  /** The strokes of some digits, as points of a pad from 0 to 1. */
  private static final Map<Integer, double[][]> STROKES =
      Map.of(
          0, new double[][] {ring(0.5, 0.5, 0.2, 0.32)},
          1, new double[][] {{0.5, 0.15, 0.5, 0.85}},
          3,
              new double[][] {
                {0.33, 0.22, 0.5, 0.15, 0.65, 0.24, 0.64, 0.38, 0.5, 0.48},
                {0.5, 0.48, 0.67, 0.58, 0.67, 0.75, 0.5, 0.85, 0.32, 0.77}
              },
          7, new double[][] {{0.3, 0.18, 0.7, 0.18, 0.46, 0.86}});

  @TempDir private Path folder;

  @SuppressWarnings("try") // closes the service under the page on purpose
  @Test
  void page_readsWhatIsDrawn() throws Exception {
    Path file = folder.resolve("digits.safetensors");
    SafeTensors.write(file, trained().stateDict(), Map.of());
    LiveModel model = new LiveModel(file, PageTest::load, new int[] {PIXELS}, 16, Weights.FLOAT32);
    Limits limits = new Limits(100_000, 16, Duration.ofSeconds(20), 16, 64);
    try (Service service = serve(model, limits);
        Chromium page = Chromium.open(address(service), folder.resolve("profile"))) {
      assertThat(page.await("document.body?.dataset.ready", "true")).isEqualTo("true");
      assertThat(page.evaluate("getComputedStyle(document.getElementById('pad')).touchAction"))
          .as("the page's policy lets its style in")
          .isEqualTo("none");
      for (Map.Entry<Integer, double[][]> digit : STROKES.entrySet()) {
        draw(page, digit.getValue());
        String wanted = digit.getKey().toString();
        assertThat(page.await(DIGIT, wanted)).as("the digit %s", wanted).isEqualTo(wanted);
        if (digit.getKey() == 3) {
          page.screenshot(Path.of("target", "page.png"));
          page.look("dark", 400);
          page.screenshot(Path.of("target", "page-dark-narrow.png"));
          page.look("light", 900);
        }
        assertThat(page.evaluate("document.getElementById('clear').click()")).isNotNull();
        assertThat(page.await(DIGIT, "undefined")).as("cleared").isEqualTo("undefined");
      }
      service.close();
      draw(page, STROKES.get(1));
      String gone = "The service does not answer.";
      assertThat(page.await(ERROR, gone)).isEqualTo(gone);
    }
  }

  @Test
  void page_asksOnceAtATime_andForgetsWhatWasCleared() throws Exception {
    try (Service service =
            serve(constant(4), new Limits(100_000, 16, Duration.ofSeconds(20), 16, 64));
        Chromium page = Chromium.open(address(service), folder.resolve("profile"))) {
      assertThat(page.await("document.body?.dataset.ready", "true")).isEqualTo("true");
      assertThat(page.evaluate(HELD_FETCH)).isNotNull();
      draw(page, STROKES.get(0));
      assertThat(page.evaluate("open()")).isNotNull();
      assertThat(page.await("last === JSON.stringify({rows: [image(pad)]})", "true"))
          .as("the last request is of the whole drawing")
          .isEqualTo("true");
      assertThat(page.await(DIGIT, "4")).isEqualTo("4");
      assertThat(page.evaluate("most")).as("requests in flight").isEqualTo("1");
      assertThat(page.evaluate(bar(4, "textContent"))).as("no probability").isEqualTo("47.00");
      assertThat(page.evaluate(bar(3, "textContent"))).isEqualTo("-3.00");

      assertThat(page.evaluate(ESCAPE)).isEqualTo("true");
      assertThat(page.await("now", "0")).isEqualTo("0");
      assertThat(page.evaluate("hold()")).isNotNull();
      draw(page, STROKES.get(1));
      assertThat(page.evaluate("now")).as("a request is in flight").isEqualTo("1");
      assertThat(page.evaluate(ESCAPE)).isEqualTo("true");
      // The answer comes, and has time to be shown if it were.
      String later = "(late = false, setTimeout(() => { late = true; }, 200), open())";
      assertThat(page.evaluate(later)).isNotNull();
      assertThat(page.await("late && now === 0", "true")).isEqualTo("true");
      assertThat(page.evaluate(DIGIT)).as("an answer to what was cleared").isEqualTo("undefined");
      assertThat(page.evaluate(bar(4, "textContent"))).isEmpty();
      assertThat(page.evaluate("image(pad)")).as("ink").isEqualTo("null");

      page.look("light", 320);
      String rightOf = "document.getElementById('%s').getBoundingClientRect().right";
      double pad = Double.parseDouble(page.evaluate(rightOf.formatted("pad")));
      double card = Double.parseDouble(page.evaluate(rightOf.formatted("digits")));
      assertThat(pad).as("the pad keeps to the card of a narrow page").isLessThan(card - 16);
      page.screenshot(Path.of("target", "page-320.png"));
    }
  }

  @Test
  void page_showsWhyTheServiceRefuses() throws Exception {
    try (Service service =
            serve(constant(4), new Limits(1000, 16, Duration.ofSeconds(20), 16, 64));
        Chromium page = Chromium.open(address(service), folder.resolve("profile"))) {
      assertThat(page.await("document.body?.dataset.ready", "true")).isEqualTo("true");
      draw(page, STROKES.get(1));
      assertThat(page.await(ERROR + ".includes('1000 bytes')", "true"))
          .as(page.evaluate(ERROR))
          .isEqualTo("true");
      assertThat(page.evaluate(ESCAPE)).isEqualTo("true");
      assertThat(page.evaluate(ERROR)).isEmpty();
    }
  }

  @Test
  void page_ofAnotherModel_asksForNumbers() throws Exception {
    try (Served served = Served.start(folder);
        Chromium page = Chromium.open(address(served.service), folder.resolve("profile"))) {
      assertThat(page.await("document.body?.dataset.ready", "true")).isEqualTo("true");
      assertThat(page.evaluate("document.getElementById('shape').textContent"))
          .isEqualTo("A row has shape [4], its answer [3].");
      String ask =
          "(document.getElementById('row').value = '%s', 0) +"
              + " String(document.getElementById('ask').click())";
      assertThat(page.evaluate(ask.formatted("1 2 3 4"))).isNotNull();
      assertThat(
              page.await(
                  "document.getElementById('output').textContent", "640.000  640.000  640.000"))
          .isEqualTo("640.000  640.000  640.000");
      assertThat(page.evaluate(ask.formatted("1 2"))).isNotNull();
      assertThat(page.await("document.getElementById('error').textContent.includes('2')", "true"))
          .as("the service's sentence about a row that is too short")
          .isEqualTo("true");
    }
  }

  /** A model that answers 47 for one digit and -3 for the others, whatever the row. */
  private LiveModel constant(int digit) throws IOException {
    Path file = folder.resolve("constant.safetensors");
    float[] bias = new float[10];
    Arrays.fill(bias, -3);
    bias[digit] = 47;
    SafeTensors.write(
        file,
        Map.of("0.weight", NDArray.full(Shape.of(10, PIXELS), 0), "0.bias", NDArray.of(bias, 10)),
        Map.of());
    LiveModel.Loader loader =
        from -> {
          Sequential network = new Sequential(new Linear(PIXELS, 10));
          network.loadStateDict(SafeTensors.read(from).loadAll());
          return network;
        };
    return new LiveModel(file, loader, new int[] {PIXELS}, 16, Weights.FLOAT32);
  }

  /** A field of the number beside a digit's bar. */
  private static String bar(int digit, String field) {
    return "document.getElementById('bars').children[" + digit + "].lastChild." + field;
  }

  private static Service serve(LiveModel model, Limits limits) throws Exception {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return new Service(model, address, limits, null, Duration.ofSeconds(5), _ -> {});
  }

  private static URI address(Service service) {
    return URI.create("http://127.0.0.1:" + service.address().getPort() + "/");
  }

  private static Sequential network() {
    return new Sequential(new Linear(PIXELS, 64), new Relu(), new Linear(64, 10), new Sigmoid());
  }

  private static Sequential load(Path file) throws IOException {
    Sequential network = network();
    network.loadStateDict(SafeTensors.read(file).loadAll());
    return network;
  }

  private static Sequential trained() {
    Seed.set(3);
    Sequential network = network();
    Adam adam = new Adam(network.parameters(), 3e-3);
    DataLoader loader =
        new DataLoader(SyntheticDigits.generate(6000, 8).toDataset(10, 0, 1), 64).shuffle(4);
    for (int epoch = 0; epoch < 6; epoch++) {
      for (Batch batch : loader) {
        try (Scope _ = Scope.open()) {
          Tensor loss = Losses.mse(network.forward(batch.x()), batch.y());
          adam.zeroGrad();
          loss.backward();
          adam.step();
        }
      }
    }
    return network;
  }

  private static double[] ring(double x, double y, double width, double height) {
    double[] points = new double[2 * 25];
    for (int i = 0; i < 25; i++) {
      points[2 * i] = x + width * Math.cos(2 * Math.PI * i / 24);
      points[2 * i + 1] = y + height * Math.sin(2 * Math.PI * i / 24);
    }
    return points;
  }

  private static void draw(Chromium page, double[][] strokes) throws Exception {
    String box = "document.getElementById('pad').getBoundingClientRect().";
    double left = Double.parseDouble(page.evaluate(box + "left"));
    double top = Double.parseDouble(page.evaluate(box + "top"));
    double side = Double.parseDouble(page.evaluate(box + "width"));
    for (double[] points : strokes) {
      for (int i = 0; i < points.length; i += 2) {
        double x = left + side * points[i];
        double y = top + side * points[i + 1];
        if (i == 0) {
          page.mouse("mousePressed", x, y);
        } else {
          page.mouse("mouseMoved", x, y);
        }
      }
      page.mouse("mouseReleased", left, top);
    }
  }
}
