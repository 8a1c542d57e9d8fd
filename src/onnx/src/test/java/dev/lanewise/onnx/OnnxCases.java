package dev.lanewise.onnx;

import static dev.lanewise.onnx.ModelBuilder.OPEN;
import static dev.lanewise.onnx.ModelBuilder.attribute;
import static dev.lanewise.onnx.OnnxCase.numbers;
import static dev.lanewise.onnx.OnnxCase.positive;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.lanewise.array.Shape;
import java.util.ArrayList;
import java.util.List;

/** Small models that use every operator that is read, in its forms and versions. */
public final class OnnxCases {
  private final List<OnnxCase> all = new ArrayList<>();

  private OnnxCases() {}

  /** Returns the cases. */
  public static List<OnnxCase> all() {
    OnnxCases cases = new OnnxCases();
    cases.functions();
    cases.activations();
    cases.arithmetic();
    cases.products();
    cases.norms();
    cases.images();
    cases.reductions();
    cases.shapes();
    cases.computedShapes();
    cases.selections();
    return List.copyOf(cases.all);
  }

  private void add(String name, ModelBuilder model, int... input) {
    all.add(new OnnxCase(name, model.build(), Shape.of(input)));
  }

  private static ModelBuilder rows(int opset, int... row) {
    int[] dims = new int[row.length + 1];
    dims[0] = OPEN;
    System.arraycopy(row, 0, dims, 1, row.length);
    return new ModelBuilder(opset).input(dims);
  }

  /** An operator of one input and some attributes, of [3, 4]. */
  private void unary(int opset, String operator, AttributeProto... attributes) {
    StringBuilder name = new StringBuilder(operator).append(" ").append(opset);
    for (AttributeProto attribute : attributes) {
      name.append(' ').append(attribute.getName());
    }
    add(name.toString(), rows(opset, 4).node(operator, "x", "y", attributes), 3, 4);
  }

  private void functions() {
    for (String name :
        new String[] {
          "Abs",
          "Ceil",
          "Cos",
          "Erf",
          "Exp",
          "Floor",
          "Identity",
          "Neg",
          "Reciprocal",
          "Round",
          "Sign",
          "Sin"
        }) {
      unary(13, name);
    }
    for (String name : new String[] {"Log", "Sqrt"}) {
      add(name, rows(13, 4).node("Abs", "x", "a").node(name, "a", "y"), 3, 4);
    }
    unary(13, "Cast", attribute("to", 1));
    add(
        "Cast whole to float",
        rows(13, 4)
            .node("Shape", "x", "s")
            .node("Cast", "s", "f", attribute("to", 1))
            .node("ReduceSum", "f", "t", attribute("keepdims", 0))
            .node("Div", "x t", "y"),
        3,
        4);
  }

  private void activations() {
    for (String name :
        new String[] {
          "Relu",
          "Sigmoid",
          "Tanh",
          "Softplus",
          "Softsign",
          "LeakyRelu",
          "Elu",
          "Selu",
          "HardSigmoid"
        }) {
      unary(11, name);
    }
    unary(14, "HardSwish");
    unary(18, "Mish");
    unary(12, "Celu");
    unary(12, "Celu", attribute("alpha", 0.7f));
    unary(20, "Gelu");
    unary(20, "Gelu", attribute("approximate", "tanh"));
    unary(16, "LeakyRelu", attribute("alpha", 0.2f));
    unary(16, "Elu", attribute("alpha", 1.5f));
    unary(16, "Selu", attribute("alpha", 1.5f), attribute("gamma", 1.2f));
    unary(16, "HardSigmoid", attribute("alpha", 0.3f), attribute("beta", 0.4f));
    unary(11, "Dropout", attribute("ratio", 0.4f));
    add(
        "Dropout with a ratio as input",
        rows(13, 4).number("r", 0.4f).node("Dropout", "x r", "y"),
        3,
        4);
    add(
        "Clip of both sides",
        rows(11, 4).number("low", -1).number("high", 0.5f).node("Clip", "x low high", "y"),
        3,
        4);
    add("Clip from above", rows(13, 4).number("high", 0.5f).node("Clip", "x - high", "y"), 3, 4);
    add("Clip of nothing", rows(13, 4).node("Clip", "x", "y"), 3, 4);
    add("PRelu", rows(16, 4).floats("slope", numbers(1, 4), 4).node("PRelu", "x slope", "y"), 3, 4);
    add(
        "Gelu by Erf",
        rows(14, 4)
            .number("root", (float) Math.sqrt(2))
            .number("one", 1)
            .number("half", 0.5f)
            .node("Div", "x root", "a")
            .node("Erf", "a", "b")
            .node("Add", "b one", "c")
            .node("Mul", "x c", "d")
            .node("Mul", "d half", "y"),
        3,
        4);
    add("Silu by Sigmoid", rows(14, 4).node("Sigmoid", "x", "a").node("Mul", "x a", "y"), 3, 4);
  }

  private void arithmetic() {
    for (String name : new String[] {"Add", "Sub", "Mul", "Div", "Pow"}) {
      float[] whole = {2, 3, -1, 0};
      add(
          name + " by row",
          rows(13, 4).floats("c", whole, 4).node("Mul", "c c", "d").node(name, "x d", "y"),
          3,
          4);
      add(name + " by number", rows(13, 4).number("c", 2).node(name, "x c", "y"), 3, 4);
      add(
          name + " of a number",
          rows(13, 4).node("Abs", "x", "a").number("c", 2).node(name, "c a", "y"),
          3,
          4);
      add(
          name + " by a column",
          rows(13, 2, 4)
              .floats("c", new float[] {1.5f, 2}, 2, 1)
              .node("Abs", "x", "a")
              .node(name, "a c", "y"),
          3,
          2,
          4);
    }
    add("Pow by a whole number", rows(13, 4).ints("c", 3).node("Pow", "x c", "y"), 3, 4);
    add(
        "Pow of half",
        rows(13, 4).node("Abs", "x", "a").number("c", 0.5f).node("Pow", "a c", "y"),
        3,
        4);
    for (String name : new String[] {"Max", "Min", "Sum", "Mean"}) {
      add(
          name,
          rows(13, 4)
              .floats("a", numbers(3, 4), 4)
              .floats("b", numbers(4, 1), 1)
              .node(name, "x a b", "y"),
          3,
          4);
      add(name + " of one", rows(13, 4).node(name, "x", "y"), 3, 4);
    }
  }

  private void products() {
    float[] w = numbers(5, 20);
    add(
        "Gemm",
        rows(11, 4)
            .floats("w", w, 5, 4)
            .floats("b", numbers(6, 5), 5)
            .node("Gemm", "x w b", "y", attribute("transB", 1)),
        3,
        4);
    add("Gemm without a bias", rows(13, 4).floats("w", w, 4, 5).node("Gemm", "x w", "y"), 3, 4);
    add(
        "Gemm with a row",
        rows(13, 4)
            .floats("w", w, 4, 5)
            .floats("b", numbers(6, 5), 1, 5)
            .node("Gemm", "x w b", "y"),
        3,
        4);
    add(
        "Gemm with a number",
        rows(13, 4).floats("w", w, 4, 5).number("b", 0.5f).node("Gemm", "x w b", "y"),
        3,
        4);
    add(
        "Gemm with factors",
        rows(13, 4)
            .floats("w", w, 5, 4)
            .floats("b", numbers(6, 5), 5)
            .node(
                "Gemm",
                "x w b",
                "y",
                attribute("transB", 1),
                attribute("alpha", 0.5f),
                attribute("beta", 2f)),
        3,
        4);
    add(
        "Gemm of a transposed input",
        rows(13, 4)
            .floats("w", w, 4, 5)
            .node("Transpose", "x", "t")
            .node("Gemm", "t w", "y", attribute("transA", 1)),
        3,
        4);
    add(
        "Transpose and Gemm",
        rows(11, 4)
            .floats("w", w, 5, 4)
            .floats("b", numbers(6, 5), 5)
            .node("Transpose", "w", "t", attribute("perm", new int[] {1, 0}))
            .node("Gemm", "x t b", "z")
            .node("Relu", "z", "y"),
        3,
        4);
    add(
        "MatMul and Add",
        rows(13, 4)
            .floats("w", w, 4, 5)
            .floats("b", numbers(6, 5), 5)
            .node("MatMul", "x w", "z")
            .node("Add", "b z", "y"),
        3,
        4);
    add(
        "MatMul and Add over tokens",
        rows(13, 2, 4)
            .floats("w", w, 4, 5)
            .floats("b", numbers(6, 5), 5)
            .node("MatMul", "x w", "z")
            .node("Add", "z b", "s")
            .node("Sigmoid", "s", "y"),
        3,
        2,
        4);
    add(
        "MatMul by a vector",
        rows(13, 4).floats("w", numbers(5, 4), 4).node("MatMul", "x w", "y"),
        3,
        4);
    add(
        "MatMul of the input",
        rows(13, 2, 4)
            .node("Transpose", "x", "t", attribute("perm", new int[] {0, 2, 1}))
            .node("MatMul", "x t", "y"),
        3,
        2,
        4);
    add(
        "MatMul from the left",
        new ModelBuilder(13)
            .input(3, 4)
            .floats("w", numbers(5, 6), 2, 3)
            .node("MatMul", "w x", "y"),
        3,
        4);
    add(
        "one weight in two ways",
        rows(13, 4)
            .floats("w", numbers(7, 16), 4, 4)
            .node("MatMul", "x w", "h")
            .node("Gemm", "h w", "g", attribute("transB", 1))
            .node("MatMul", "g w", "y"),
        3,
        4);
    add(
        "Einsum",
        rows(12, 2, 4)
            .floats("w", numbers(5, 12), 4, 3)
            .node("Einsum", "x w", "y", attribute("equation", "nij,jk->nki")),
        3,
        2,
        4);
  }

  private void norms() {
    for (int opset : new int[] {11, 13}) {
      for (String name : new String[] {"Softmax", "LogSoftmax"}) {
        unary(opset, name);
        add(name + " " + opset + " of three axes", rows(opset, 2, 4).node(name, "x", "y"), 3, 2, 4);
        add(
            name + " " + opset + " axis 1",
            rows(opset, 2, 4).node(name, "x", "y", attribute("axis", 1)),
            3,
            2,
            4);
      }
    }
    for (int opset : new int[] {11, 14, 15}) {
      add(
          "BatchNormalization " + opset,
          rows(opset, 4)
              .floats("s", positive(1, 4), 4)
              .floats("b", numbers(2, 4), 4)
              .floats("m", numbers(3, 4), 4)
              .floats("v", positive(4, 4), 4)
              .node("BatchNormalization", "x s b m v", "y", attribute("epsilon", 1e-3f)),
          3,
          4);
    }
    add(
        "BatchNormalization of images",
        rows(15, 2, 3, 3)
            .floats("s", positive(1, 2), 2)
            .floats("b", numbers(2, 2), 2)
            .floats("m", numbers(3, 2), 2)
            .floats("v", positive(4, 2), 2)
            .node("BatchNormalization", "x s b m v", "y"),
        2,
        2,
        3,
        3);
    add(
        "LayerNormalization",
        rows(17, 4)
            .floats("s", positive(1, 4), 4)
            .floats("b", numbers(2, 4), 4)
            .node("LayerNormalization", "x s b", "y"),
        3,
        4);
    add(
        "LayerNormalization of two axes",
        rows(17, 2, 4)
            .floats("s", positive(1, 8), 2, 4)
            .node("LayerNormalization", "x s", "y", attribute("axis", 1)),
        3,
        2,
        4);
    add(
        "LayerNormalization with a narrow bias",
        rows(17, 2, 4)
            .floats("s", positive(1, 8), 2, 4)
            .floats("b", numbers(2, 4), 1, 4)
            .node(
                "LayerNormalization",
                "x s b",
                "y",
                attribute("axis", -2),
                attribute("epsilon", 0.1f)),
        3,
        2,
        4);
    add(
        "layer norm by its parts",
        rows(13, 4)
            .number("two", 2)
            .number("eps", 1e-5f)
            .node("ReduceMean", "x", "m", attribute("axes", new int[] {-1}))
            .node("Sub", "x m", "c")
            .node("Pow", "c two", "q")
            .node("ReduceMean", "q", "v", attribute("axes", new int[] {-1}))
            .node("Add", "v eps", "e")
            .node("Sqrt", "e", "r")
            .node("Div", "c r", "y"),
        3,
        4);
  }

  private void images() {
    ModelBuilder conv =
        rows(11, 2, 6, 5).floats("w", numbers(8, 54), 3, 2, 3, 3).floats("b", numbers(9, 3), 3);
    add("Conv", conv.node("Conv", "x w b", "y"), 2, 2, 6, 5);
    add(
        "Conv with attributes",
        rows(11, 4, 6, 5)
            .floats("w", numbers(8, 48), 4, 2, 3, 2)
            .node(
                "Conv",
                "x w",
                "y",
                attribute("group", 2),
                attribute("kernel_shape", new int[] {3, 2}),
                attribute("strides", new int[] {2, 1}),
                attribute("pads", new int[] {1, 0, 2, 1}),
                attribute("dilations", new int[] {1, 2})),
        2,
        4,
        6,
        5);
    for (String auto : new String[] {"SAME_UPPER", "SAME_LOWER", "VALID"}) {
      add(
          "Conv " + auto,
          rows(11, 2, 6, 5)
              .floats("w", numbers(8, 36), 3, 2, 2, 3)
              .node(
                  "Conv",
                  "x w",
                  "y",
                  attribute("auto_pad", auto),
                  attribute("strides", new int[] {2, 2})),
          2,
          2,
          6,
          5);
    }
    add(
        "Conv of sequences",
        rows(11, 2, 7)
            .floats("w", numbers(8, 18), 3, 2, 3)
            .floats("b", numbers(9, 3), 3)
            .node("Conv", "x w b", "y", attribute("pads", new int[] {2, 1})),
        2,
        2,
        7);
    for (String name : new String[] {"MaxPool", "AveragePool"}) {
      AttributeProto kernel = attribute("kernel_shape", new int[] {3, 2});
      AttributeProto strides = attribute("strides", new int[] {2, 2});
      add(name, rows(12, 2, 6, 5).node(name, "x", "y", kernel), 2, 2, 6, 5);
      add(
          name + " with a border",
          rows(12, 2, 6, 5)
              .node(name, "x", "y", kernel, strides, attribute("pads", new int[] {1, 1, 1, 1})),
          2,
          2,
          6,
          5);
      add(
          name + " with an uneven border",
          rows(12, 2, 6, 5)
              .node(name, "x", "y", kernel, strides, attribute("pads", new int[] {0, 1, 2, 0})),
          2,
          2,
          6,
          5);
      add(
          name + " SAME_UPPER",
          rows(12, 2, 6, 5)
              .node(name, "x", "y", kernel, strides, attribute("auto_pad", "SAME_UPPER")),
          2,
          2,
          6,
          5);
      add(
          name + " of sequences",
          rows(12, 2, 7).node(name, "x", "y", attribute("kernel_shape", new int[] {3})),
          2,
          2,
          7);
      add("Global" + name, rows(12, 2, 6, 5).node("Global" + name, "x", "y"), 2, 2, 6, 5);
    }
    add(
        "MaxPool to the ceiling",
        rows(12, 2, 6, 5)
            .node(
                "MaxPool",
                "x",
                "y",
                attribute("kernel_shape", new int[] {3, 3}),
                attribute("strides", new int[] {2, 3}),
                attribute("ceil_mode", 1)),
        2,
        2,
        6,
        5);
    add(
        "AveragePool that counts its border",
        rows(12, 2, 6, 5)
            .node(
                "AveragePool",
                "x",
                "y",
                attribute("kernel_shape", new int[] {3, 2}),
                attribute("pads", new int[] {1, 1, 0, 1}),
                attribute("count_include_pad", 1)),
        2,
        2,
        6,
        5);
  }

  private void reductions() {
    for (String name :
        new String[] {
          "ReduceSum",
          "ReduceMean",
          "ReduceMax",
          "ReduceMin",
          "ReduceProd",
          "ReduceL1",
          "ReduceL2",
          "ReduceSumSquare",
          "ReduceLogSum",
          "ReduceLogSumExp"
        }) {
      AttributeProto axes = attribute("axes", new int[] {-1});
      AttributeProto dropped = attribute("keepdims", 0);
      add(
          name + " 11",
          rows(11, 2, 4).node("Abs", "x", "a").node(name, "a", "y", axes, dropped),
          3,
          2,
          4);
      add(
          name + " 18",
          rows(18, 2, 4).node("Abs", "x", "a").ints("axes", 1, 2).node(name, "a axes", "y"),
          3,
          2,
          4);
      add(
          name + " of nothing",
          rows(18, 2, 4)
              .node("Abs", "x", "a")
              .node(name, "a", "b", attribute("keepdims", 0))
              .node("Mul", "x b", "y"),
          3,
          2,
          4);
    }
    add(
        "CumSum",
        rows(14, 2, 4)
            .initializer(ModelBuilder.intTensor(new long[] {1}).setName("axis"))
            .node("CumSum", "x axis", "y"),
        3,
        2,
        4);
  }

  private void shapes() {
    unary(13, "Transpose");
    unary(13, "Flatten");
    add(
        "Flatten after axis 2",
        rows(13, 2, 3, 4).node("Flatten", "x", "y", attribute("axis", 2)),
        2,
        2,
        3,
        4);
    add(
        "Flatten from the end",
        rows(13, 2, 3, 4).node("Flatten", "x", "y", attribute("axis", -3)),
        2,
        2,
        3,
        4);
    add("Reshape", rows(13, 2, 4).ints("s", -1, 8).node("Reshape", "x s", "y"), 3, 2, 4);
    add("Reshape with 0", rows(14, 2, 4).ints("s", 0, 4, -1).node("Reshape", "x s", "y"), 3, 2, 4);
    add(
        "Squeeze and Unsqueeze 11",
        rows(11, 1, 4)
            .node("Squeeze", "x", "a", attribute("axes", new int[] {1}))
            .node("Unsqueeze", "a", "y", attribute("axes", new int[] {-1, 1})),
        3,
        1,
        4);
    add(
        "Squeeze and Unsqueeze 13",
        rows(13, 1, 4)
            .ints("one", 1)
            .ints("ends", -1, 1)
            .node("Squeeze", "x one", "a")
            .node("Unsqueeze", "a ends", "y"),
        3,
        1,
        4);
    add("Squeeze of all", rows(13, 1, 4).node("Squeeze", "x", "y"), 3, 1, 4);
    add(
        "Concat",
        rows(13, 4).node("Relu", "x", "a").node("Concat", "x a x", "y", attribute("axis", -1)),
        3,
        4);
    add("Pad", rows(13, 4).ints("p", 0, 1, 0, 2).number("c", 0.5f).node("Pad", "x p c", "y"), 3, 4);
    add(
        "Pad of an axis",
        rows(18, 2, 4).ints("p", 1, 2).ints("a", -2).node("Pad", "x p - a", "y"),
        3,
        2,
        4);
    add("Expand", rows(13, 1, 4).ints("s", 1, 3, 1).node("Expand", "x s", "y"), 3, 1, 4);
    for (int upper = 0; upper < 2; upper++) {
      add(
          "Trilu " + upper,
          rows(14, 4, 4)
              .initializer(ModelBuilder.intTensor(new long[] {1}).setName("k"))
              .node("Trilu", "x k", "y", attribute("upper", upper)),
          2,
          4,
          4);
    }
    add("Trilu", rows(14, 4, 4).node("Trilu", "x", "y"), 2, 4, 4);
  }

  private void computedShapes() {
    add(
        "flatten by Shape, Gather and Concat",
        rows(12, 2, 4)
            .node(
                "Constant", "", "zero", attribute("value", ModelBuilder.intTensor(new long[] {0})))
            .node("Constant", "", "rest", attribute("value_ints", new int[] {-1}))
            .node("Shape", "x", "s")
            .node("Gather", "s zero", "n", attribute("axis", 0))
            .node("Unsqueeze", "n", "u", attribute("axes", new int[] {0}))
            .node("Concat", "u rest", "t", attribute("axis", 0))
            .node("Reshape", "x t", "y"),
        3,
        2,
        4);
    add(
        "shapes by Slice and arithmetic",
        rows(15, 2, 4)
            .ints("from", 1)
            .ints("to", 9)
            .ints("two", 2)
            .node("Shape", "x", "n", attribute("end", 1))
            .node("Shape", "x", "s")
            .node("Slice", "s from to", "r")
            .node("Mul", "r two", "a")
            .node("Add", "a two", "b")
            .node("Sub", "b two", "c")
            .node("Div", "c two", "d")
            .node("Cast", "d", "e", attribute("to", 7))
            .node("Concat", "n e", "t", attribute("axis", 0))
            .node("Reshape", "x t", "y"),
        3,
        2,
        4);
    add(
        "ConstantOfShape",
        rows(13, 4)
            .node("Shape", "x", "s")
            .node(
                "ConstantOfShape",
                "s",
                "c",
                attribute("value", ModelBuilder.floatTensor(new float[] {2.5f}, 1)))
            .node("Add", "x c", "y"),
        3,
        4);
    add(
        "Size",
        rows(13, 4)
            .node("Size", "x", "s")
            .node("Cast", "s", "f", attribute("to", 1))
            .node("Div", "x f", "y"),
        3,
        4);
    add(
        "constants of numbers",
        rows(13, 4)
            .node("Constant", "", "a", attribute("value_float", 0.5f))
            .node("Constant", "", "b", attribute("value_floats", new float[] {1, 2, 3, 4}))
            .node("Constant", "", "c", attribute("value_int", -1))
            .node(
                "Constant", "", "d", attribute("value", ModelBuilder.floatTensor(numbers(5, 4), 4)))
            .node("Mul", "x a", "e")
            .node("Add", "e b", "f")
            .node("Unsqueeze", "f one", "g")
            .ints("one", 1)
            .ints("n", 0)
            .node("Squeeze", "g one", "h")
            .node("Add", "h d", "y"),
        3,
        4);
  }

  private void selections() {
    AttributeProto axis = attribute("axis", 1);
    add(
        "Slice",
        rows(13, 6).ints("f", 1).ints("t", -1).ints("a", 1).node("Slice", "x f t a", "y"),
        3,
        6);
    add(
        "Slice by steps",
        rows(13, 6, 4)
            .ints("f", 0, -1)
            .ints("t", 1L << 40, -100)
            .ints("a", 1, -1)
            .ints("s", 2, -2)
            .node("Slice", "x f t a s", "y"),
        3,
        6,
        4);
    add(
        "Slice of all axes",
        rows(13, 6).ints("f", 1, 2).ints("t", 3, 5).node("Slice", "x f t", "y"),
        3,
        6);
    add(
        "Split 11",
        rows(11, 6)
            .node("Split", "x", "a b", axis, attribute("split", new int[] {2, 4}))
            .node("Concat", "b a", "y", axis),
        3,
        6);
    add(
        "Split 13",
        rows(13, 6)
            .ints("s", 1, 5)
            .node("Split", "x s", "a b", axis)
            .node("Concat", "b a", "y", axis),
        3,
        6);
    add(
        "Split 18",
        rows(18, 7)
            .node("Split", "x", "a b", axis, attribute("num_outputs", 2))
            .node("Concat", "b a", "y", axis),
        3,
        7);
    add("Gather", rows(13, 6).ints("i", 3, -1, 0, 3).node("Gather", "x i", "y", axis), 3, 6);
    add(
        "Gather of one",
        rows(13, 6, 2)
            .initializer(ModelBuilder.intTensor(new long[] {-2}).setName("i"))
            .node("Gather", "x i", "y", axis),
        3,
        6,
        2);
    add(
        "Gather of a matrix",
        rows(13, 6, 2)
            .initializer(ModelBuilder.intTensor(new long[] {0, 5, 2, 2}, 2, 2).setName("i"))
            .node("Gather", "x i", "y", axis),
        3,
        6,
        2);
    add(
        "GatherElements",
        new ModelBuilder(13)
            .input(3, 4)
            .initializer(ModelBuilder.intTensor(new long[] {0, 3, 1, 1, -1, 0}, 3, 2).setName("i"))
            .node("GatherElements", "x i", "y", axis),
        3,
        4);
  }
}
