package dev.lanewise.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.lanewise.array.Shape;
import dev.lanewise.infer.Predictor;
import dev.lanewise.io.Elements;
import dev.lanewise.io.FormatException;
import dev.lanewise.memory.MemoryLimitException;
import dev.lanewise.nn.Module;
import dev.lanewise.tensor.Trace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A model in an ONNX file: read into a module that predicts and trains, or written from one.
 *
 * <pre>{@code
 * Predictor predictor = OnnxModel.read(Path.of("classifier.onnx")).predictor();
 * OnnxModel.write(Path.of("mine.onnx"), network, 784);
 * }</pre>
 *
 * <p>Models of one input and one output are read, both of float numbers, whose first axis is the
 * rows of a batch. Whatever type of float numbers a file is written in, all is computed in float32.
 * Operator sets 11 to 21 are read; written files are of operator set 17.
 */
public final class OnnxModel {
  /**
   * The deepest that messages may lie in each other, which a model without graphs inside never is.
   */
  private static final int DEEPEST = 64;

  private static final int SOME_ROWS = 2;

  private final String file;
  private final ModelInput input;
  private final GraphModule module;
  private final int opset;
  private final String producer;

  private OnnxModel(String file, ModelInput input, GraphModule module, int opset, String producer) {
    this.file = file;
    this.input = input;
    this.module = module;
    this.opset = opset;
    this.producer = producer;
  }

  /**
   * Reads and checks a file, and what it keeps in other files of its folder.
   *
   * @throws FormatException if the file is not one of protocol buffers, naming the byte
   * @throws OnnxException for a model that breaks a rule of ONNX, naming the node or tensor and the
   *     rule, or that cannot be run, naming every node that stands in the way
   */
  public static OnnxModel read(Path file) throws IOException {
    ModelProto model = parse(file);
    String name = file.toString();
    if (!model.hasGraph()) {
      throw new OnnxException(name, "it is not an ONNX model: it has no graph");
    }
    int opset = opset(name, model);
    if (model.getTrainingInfoCount() > 0) {
      throw new OnnxException(name, "it has training information, which is not read");
    }
    GraphModule module = GraphReader.read(name, model.getGraph(), opset, new TensorReader(file));
    OnnxModel read = new OnnxModel(name, module.input(), module, opset, model.getProducerName());
    read.checkShapes();
    return read;
  }

  private static ModelProto parse(Path file) throws IOException {
    try (FileChannel channel = Elements.open(file);
        InputStream bytes = Channels.newInputStream(channel)) {
      long length = channel.size();
      if (length > Integer.MAX_VALUE) {
        throw new FormatException(
            file.toString(),
            Integer.MAX_VALUE,
            "an ONNX file has at most 2^31 - 1 bytes, and this one "
                + length
                + "; larger weights are kept in a file beside it");
      }
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      in.setRecursionLimit(DEEPEST);
      in.setSizeLimit(Integer.MAX_VALUE);
      try {
        ModelProto model = ModelProto.parseFrom(in);
        in.checkLastTagWas(0);
        return model;
      } catch (InvalidProtocolBufferException e) {
        throw new FormatException(
            file.toString(),
            in.getTotalBytesRead(),
            "it is not an ONNX model: " + e.getMessage(),
            e);
      }
    }
  }

  private static int opset(String file, ModelProto model) throws OnnxException {
    long opset = 0;
    for (OperatorSetIdProto imported : model.getOpsetImportList()) {
      if (imported.getDomain().isEmpty() || imported.getDomain().equals("ai.onnx")) {
        opset = imported.getVersion();
      }
    }
    if (opset == 0) {
      throw new OnnxException(file, "it names no version of the operator set (opset) of ai.onnx");
    }
    if (opset < Operators.OLDEST || opset > Operators.NEWEST) {
      throw new OnnxException(
          file,
          ("it is of opset " + opset + "; those from " + Operators.OLDEST + " to ")
              + (Operators.NEWEST + " are read"));
    }
    return (int) opset;
  }

  /** Runs the model on shapes alone, where the file says those of the input. */
  private void checkShapes() throws OnnxException {
    Shape row = input.row();
    if (row == null) {
      return;
    }
    int[] dims = new int[row.rank() + 1];
    dims[0] = input.rows() == 0 ? SOME_ROWS : input.rows();
    System.arraycopy(row.toArray(), 0, dims, 1, row.rank());
    try {
      Trace.of(module::forward, Shape.of(dims));
    } catch (IllegalArgumentException | IllegalStateException | MemoryLimitException e) {
      throw new OnnxException(file, "it cannot be run: " + e.getMessage(), e);
    }
  }

  /**
   * Returns the module that runs the model: always the same one. Its parameters are the weights in
   * the file, named as there, so that it can be trained further; those of linear layers are shaped
   * [out, in] however the file keeps them.
   */
  public Module module() {
    return module;
  }

  /**
   * Returns a predictor of the model.
   *
   * @throws IllegalArgumentException if the file leaves the shape of a row open, or if the model is
   *     not alike for any number of rows
   */
  public Predictor predictor() {
    Shape row = input.row();
    if (row == null) {
      throw new IllegalArgumentException(
          file
              + " leaves the shape of its input open: "
              + input
              + "; say it with Predictor.of(model.module(), ...)");
    }
    return Predictor.of(module, row.toArray());
  }

  /** Returns the shape of a row of the input, or null where the file leaves it open. */
  public @Nullable Shape rowShape() {
    return input.row();
  }

  /** Returns the name of the input. */
  public String inputName() {
    return input.name();
  }

  /** Returns the version of the operator set that the file is written in. */
  public int opset() {
    return opset;
  }

  /** Returns the name of the program that wrote the file, as it says; empty if it does not. */
  public String producer() {
    return producer;
  }

  /**
   * Creates or replaces {@code file} with what {@code module} computes in evaluation mode from rows
   * of {@code rowShape}, for any number of rows. Weights are named as in the module's state dict.
   *
   * @throws IllegalArgumentException if the module cannot be traced, as {@link
   *     dev.lanewise.infer.Graph#of} says, or naming an operation that ONNX does not have, or if
   *     the weights are too many for one file
   * @throws IOException naming the file, where it could not be written; it is then unchanged
   */
  public static void write(Path file, Module module, int... rowShape) throws IOException {
    GraphWriter.write(file, module, rowShape);
  }
}
