package dev.lanewise.serve;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service's page in a browser: digits drawn with the mouse are read by a network. */
class PageTest {
  private static final int PIXELS = SyntheticDigits.SIDE * SyntheticDigits.SIDE;
  private static final String DIGIT = "document.getElementById('answer').dataset.digit";

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
    Limits limits = new Limits(100_000, 16, Duration.ofSeconds(20), 16);
    try (Service service = serve(model, limits);
        Chromium page = Chromium.open(address(service), folder.resolve("profile"))) {
      assertThat(page.await("document.body?.dataset.ready", "true")).isEqualTo("true");
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
      assertThat(page.await("document.getElementById('error').textContent !== ''", "true"))
          .as("an error is shown once the service is gone")
          .isEqualTo("true");
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
