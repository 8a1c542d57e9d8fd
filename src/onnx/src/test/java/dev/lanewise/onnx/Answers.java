package dev.lanewise.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.lanewise.array.NDArray;
import dev.lanewise.io.SafeTensors;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * The answers of ONNX Runtime to the cases, and models as exporters write them, kept in files. They
 * are written again, where ONNX Runtime is at hand, by
 *
 * <pre>
 * mvn -q test -Ppeers -Dgolden=write -pl bench -am -Dtest=OnnxRuntimeParityTest \
 *     -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
public final class Answers {
  /** The file of the answers to the cases, by their names. */
  public static final String FILE = "answers.safetensors";

  /** What numbers may differ by, as a part of the largest in an answer, or of 1. */
  private static final double TOLERANCE = 1e-5;

  private Answers() {}

  /**
   * Compares two answers.
   *
   * <p>Both are computed in float32, in sums of other orders: some tens of terms, each rounded by
   * 6e-8 of a partial sum that may be several times the result. 1e-5 of the largest is beyond that,
   * and far below what a wrong coefficient does.
   */
  public static void assertClose(NDArray actual, NDArray expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    float[] ours = actual.toFloatArray();
    float[] theirs = expected.toFloatArray();
    double scale = 1;
    for (float number : theirs) {
      scale = Math.max(scale, Math.abs(number));
    }
    for (int i = 0; i < ours.length; i++) {
      assertThat((double) ours[i])
          .as("element %s", i)
          .isCloseTo(theirs[i], offset(TOLERANCE * scale));
    }
  }

  /** Returns the answers by name. */
  static Map<String, NDArray> read() throws IOException {
    return SafeTensors.read(file(FILE)).loadAll();
  }

  /** Returns a file that is kept. */
  static Path file(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(
                  Answers.class.getResource(name), name + " is not kept; see Answers")
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
