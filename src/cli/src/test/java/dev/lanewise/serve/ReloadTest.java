package dev.lanewise.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.kernel.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReloadTest {
  @TempDir private Path folder;

  @Test
  void newFile_isTaken() throws Exception {
    try (Served served = Served.start(folder)) {
      assertAnswers(served, 1);
      Served.write(served.file, 2);
      Retry.until(() -> served.model.version() == 2);
      assertAnswers(served, 2);
      assertThat(served.metric("lanewise_model_version")).isEqualTo("2");
      assertThat(served.metric("lanewise_model_reload_failures_total")).isEqualTo("0");
      assertThat(served.told).containsExactly("took version 2 of " + served.file);
    }
  }

  @Test
  void brokenFile_leavesTheOldModel() throws Exception {
    try (Served served = Served.start(folder)) {
      Files.writeString(served.file, "no model at all");
      assertGoesOn(served, 1, "the header's length is");

      Served.write(served.file, 2, Served.WIDTH + 1);
      assertGoesOn(served, 2, "[64, 5]");

      Files.delete(served.file);
      assertGoesOn(served, 3, "there is no " + served.file);

      Served.write(served.file, 3);
      Retry.until(() -> served.model.version() == 2);
      assertAnswers(served, 3);
    }
  }

  @Test
  void error_leavesTheOldModel() throws Exception {
    Path file = folder.resolve("model.safetensors");
    Served.write(file, 1);
    AtomicBoolean fails = new AtomicBoolean();
    LiveModel.Loader loader =
        path -> {
          if (fails.get()) {
            throw new StackOverflowError("too deep");
          }
          return Served.load(path);
        };
    int[] row = {Served.WIDTH};
    LiveModel model = new LiveModel(file, loader, row, 1, Weights.FLOAT32);
    List<String> told = new ArrayList<>();

    fails.set(true);
    Served.write(file, 2);
    model.refresh(told::add);
    assertThat(told)
        .containsExactly("version 1 goes on, for the new file cannot be taken: too deep");
    assertThat(model.failures()).isEqualTo(1);
    assertThat(model.predictor().predict(1, 2, 3, 4)[0]).isEqualTo(Served.answer(1, 10));

    fails.set(false);
    Served.write(file, 3);
    model.refresh(told::add);
    assertThat(model.version()).isEqualTo(2);
    assertThat(model.predictor().predict(1, 2, 3, 4)[0]).isEqualTo(Served.answer(3, 10));
  }

  private static void assertGoesOn(Served served, int failures, String reason) throws Exception {
    Retry.until(() -> served.model.failures() == failures);
    Retry.until(() -> served.told.size() == failures);
    assertThat(served.told.getLast())
        .startsWith("version 1 goes on, for the new file cannot be taken: ")
        .contains(reason)
        .doesNotContain("\n");
    assertThat(served.metric("lanewise_model_reload_failures_total")).isEqualTo("" + failures);
    assertThat(served.metric("lanewise_model_version")).isEqualTo("1");
    assertAnswers(served, 1);
  }

  private static void assertAnswers(Served served, int factor) throws Exception {
    assertThat(served.post("{\"rows\": [[1, 2, 3, 4]]}").body())
        .startsWith("{\"outputs\":[[" + Served.answer(factor, 10) + ",");
  }
}
