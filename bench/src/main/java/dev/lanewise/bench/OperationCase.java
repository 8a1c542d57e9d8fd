package dev.lanewise.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * A call of one operation, of a size that networks of small and middling size have: which, whether
 * gradients follow, and what it is given.
 */
@State(Scope.Benchmark)
public class OperationCase {
  private static final Pattern NAMED = Pattern.compile("(\\w+) ([\\dx]+)(?: to (\\d+))?");
  private static final int KERNEL = 3;

  /**
   * The operation and the shape of its input: rows x columns; of {@code conv2d} batch x channels x
   * height x width and the number of its filters, which are 3 x 3 with a padding of 1; of attention
   * batch x heads x length x width.
   */
  @Param({
    "layerNorm 32x128",
    "layerNorm 256x512",
    "layerNorm 1024x1024",
    "softmax 32x128",
    "softmax 256x512",
    "softmax 1024x1024",
    "crossEntropy 32x10",
    "crossEntropy 256x1000",
    "crossEntropy 1024x1000",
    "conv2d 32x1x28x28 to 8",
    "conv2d 32x8x14x14 to 16",
    "conv2d 8x32x28x28 to 32",
    "conv2d 8x64x14x14 to 64",
    "attention 8x4x64x32",
    "attention 4x8x128x64",
    "attention 1x8x512x64",
    "causalAttention 8x4x64x32",
    "causalAttention 4x8x128x64",
    "causalAttention 1x8x512x64"
  })
  public String operation = "";

  /** The value alone, or with it the gradients of all inputs from a cotangent. */
  @Param({"forward", "forward+backward"})
  public String pass = "";

  /** Makes the case, for JMH. */
  public OperationCase() {}

  /** The operations. */
  public enum Kind {
    /** Rows with mean 0 and deviation 1, then a weight and a bias. */
    LAYER_NORM("layerNorm"),
    /** Of each row. */
    SOFTMAX("softmax"),
    /** Of rows of logits against labels, the mean. */
    CROSS_ENTROPY("crossEntropy"),
    /** With a bias. */
    CONV2D("conv2d"),
    /** Scaled dot-product attention of each place to all. */
    ATTENTION("attention"),
    /** The same of each place to itself and those before it. */
    CAUSAL_ATTENTION("causalAttention");

    private final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  private Matcher named() {
    Matcher named = NAMED.matcher(operation);
    if (!named.matches()) {
      throw missing();
    }
    return named;
  }

  private IllegalArgumentException missing() {
    return new IllegalArgumentException("there is no operation '" + operation + "'");
  }

  /** Returns the operation without its size. */
  public Kind kind() {
    String label = named().group(1);
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.label.equals(label))
        .findFirst()
        .orElseThrow(this::missing);
  }

  /** Says whether gradients follow the value. */
  public boolean isBackward() {
    return switch (pass) {
      case "forward" -> false;
      case "forward+backward" -> true;
      default -> throw new IllegalArgumentException("there is no pass '" + pass + "'");
    };
  }

  private int[] shape() {
    return Arrays.stream(named().group(2).split("x", -1)).mapToInt(Integer::parseInt).toArray();
  }

  /** Returns the length of a row, and of a weight for each of its places. */
  public int columns() {
    int[] shape = shape();
    return shape[shape.length - 1];
  }

  /** Returns the inputs that have gradients, in the order in which the operation takes them. */
  public List<Input> inputs() {
    int[] shape = shape();
    List<int[]> shapes =
        switch (kind()) {
          case LAYER_NORM -> List.of(shape, new int[] {shape[1]}, new int[] {shape[1]});
          case SOFTMAX, CROSS_ENTROPY -> List.of(shape);
          case CONV2D -> {
            int filters = Integer.parseInt(named().group(3));
            yield List.of(
                shape, new int[] {filters, shape[1], KERNEL, KERNEL}, new int[] {filters});
          }
          case ATTENTION, CAUSAL_ATTENTION -> List.of(shape, shape, shape);
        };
    List<Input> inputs = new ArrayList<>();
    for (int[] each : shapes) {
      int size = Arrays.stream(each).reduce(1, Math::multiplyExact);
      inputs.add(new Input(Inputs.floats(size, inputs.size() + 1), each));
    }
    return inputs;
  }

  /** Returns the class of each row, for {@code crossEntropy}. */
  public int[] labels() {
    int classes = columns();
    return IntStream.range(0, shape()[0]).map(row -> row * 37 % classes).toArray();
  }

  /** Returns the cotangent of a result with {@code size} elements. */
  public float[] cotangent(long size) {
    return Inputs.floats(Math.toIntExact(size), 9);
  }

  /** The values of an input, in row-major order, and its shape. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  public record Input(float[] values, int[] shape) {}
}
