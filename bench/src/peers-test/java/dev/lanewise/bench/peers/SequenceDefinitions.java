package dev.lanewise.bench.peers;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.MultiheadAttentionForwardFuncOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.StringTensorDict;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.TransformerEncoderLayerImpl;
import org.bytedeco.pytorch.TransformerEncoderLayerOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.kGELU;
import org.bytedeco.pytorch.kReLU;
import org.jspecify.annotations.Nullable;

/** Layers over sequences of what they are given and of their parameters. */
final class SequenceDefinitions {
  static final Map<String, Definition> ALL = new HashMap<>();

  private static final int SIZE = 4;
  private static final int HEADS = 2;
  private static final int INNER = 5;
  private static final double EPSILON = 1e-5;

  static {
    putRecurrent();
    putAttention();
    putEncoders();
  }

  /** A recurrent network of its input, state and parameters: the output and the last states. */
  @FunctionalInterface
  private interface Network {
    Tensor[] of(Tensor input, Tensor[] state, TensorVector parameters, boolean biases, int layers);
  }

  private SequenceDefinitions() {}

  private static void putRecurrent() {
    ALL.put("Rnn", x -> fromZeros(SequenceDefinitions::tanh, 1, x));
    ALL.put("Gru", x -> fromZeros(SequenceDefinitions::gru, 1, x));
    ALL.put("Lstm", x -> fromZeros(SequenceDefinitions::lstm, 2, x));
    ALL.put("Rnn tanh", x -> run(SequenceDefinitions::tanh, 1, 2, true, x));
    ALL.put("Rnn relu", x -> run(SequenceDefinitions::relu, 1, 2, false, x));
    ALL.put("Gru of 2", x -> run(SequenceDefinitions::gru, 1, 2, true, x));
    ALL.put("Gru of 1 without bias", x -> run(SequenceDefinitions::gru, 1, 1, false, x));
    ALL.put("Lstm of 2", x -> run(SequenceDefinitions::lstm, 2, 2, true, x));
    ALL.put("Lstm of 1 without bias", x -> run(SequenceDefinitions::lstm, 2, 1, false, x));
  }

  private static Tensor[] tanh(
      Tensor input, Tensor[] state, TensorVector parameters, boolean biases, int layers) {
    return parts(torch.rnn_tanh(input, state[0], parameters, biases, layers, 0, true, false, true));
  }

  private static Tensor[] relu(
      Tensor input, Tensor[] state, TensorVector parameters, boolean biases, int layers) {
    return parts(torch.rnn_relu(input, state[0], parameters, biases, layers, 0, true, false, true));
  }

  private static Tensor[] gru(
      Tensor input, Tensor[] state, TensorVector parameters, boolean biases, int layers) {
    return parts(torch.gru(input, state[0], parameters, biases, layers, 0, true, false, true));
  }

  private static Tensor[] lstm(
      Tensor input, Tensor[] state, TensorVector parameters, boolean biases, int layers) {
    T_TensorTensorTensor_T result =
        torch.lstm(
            input, new TensorVector(state), parameters, biases, layers, 0, true, false, true);
    return new Tensor[] {result.get0(), result.get1(), result.get2()};
  }

  private static Tensor[] parts(T_TensorTensor_T result) {
    return new Tensor[] {result.get0(), result.get1()};
  }

  private static Tensor fromZeros(Network network, int states, Tensor... x) {
    Tensor zeros = torch.zeros_like(x[0].select(1, 0).matmul(x[1].t()).matmul(x[2])).unsqueeze(0);
    Tensor[] state = new Tensor[states];
    Arrays.fill(state, zeros);
    return network.of(x[0], state, parameters(1, x), true, 1)[0];
  }

  private static Tensor run(Network network, int states, int layers, boolean biases, Tensor... x) {
    Tensor[] state = Arrays.copyOfRange(x, 1, 1 + states);
    Tensor[] results = network.of(x[0], state, parameters(1 + states, x), biases, layers);
    return torch.cat(
        new TensorVector(Stream.of(results).map(part -> part.reshape(-1)).toArray(Tensor[]::new)));
  }

  private static TensorVector parameters(int from, Tensor... x) {
    return new TensorVector(Arrays.copyOfRange(x, from, x.length));
  }

  private static void putAttention() {
    ALL.put("MultiheadAttention", x -> ofItself(x[0], null, null, 1, x));
    ALL.put(
        "MultiheadAttention without bias",
        x -> attention(x[0], x[0], x[0], null, null, x[1], new Tensor(), x[2], new Tensor()));
    ALL.put("MultiheadAttention causal", x -> ofItself(x[0], causal(x[0]), null, 1, x));
    ALL.put("MultiheadAttention padded", x -> ofItself(x[0], null, padding(x[1]), 2, x));
    ALL.put(
        "MultiheadAttention of three",
        x -> attention(x[0], x[1], x[2], x[3], null, x[4], x[5], x[6], x[7]));
  }

  private static Tensor ofItself(
      Tensor input, @Nullable Tensor mask, @Nullable Tensor padding, int from, Tensor... x) {
    return attention(
        input, input, input, mask, padding, x[from], x[from + 1], x[from + 2], x[from + 3]);
  }

  private static Tensor attention(
      Tensor query,
      Tensor key,
      Tensor value,
      @Nullable Tensor mask,
      @Nullable Tensor padding,
      Tensor weight,
      Tensor bias,
      Tensor outputWeight,
      Tensor outputBias) {
    MultiheadAttentionForwardFuncOptions options =
        new MultiheadAttentionForwardFuncOptions(
            SIZE,
            HEADS,
            weight,
            bias,
            new Tensor(),
            new Tensor(),
            false,
            0,
            outputWeight,
            outputBias);
    options.need_weights().put(false);
    if (mask != null) {
      options.attn_mask().put(mask);
    }
    if (padding != null) {
      options.key_padding_mask().put(padding);
    }
    return swapped(
        torch
            .multi_head_attention_forward(swapped(query), swapped(key), swapped(value), options)
            .get0());
  }

  /** Returns [batch, length, size] as libtorch's [length, batch, size], or the other way round. */
  private static Tensor swapped(Tensor x) {
    return x.transpose(0, 1);
  }

  private static Tensor causal(Tensor input) {
    long length = input.shape()[1];
    Tensor scores = torch.ones(length, length).to(ScalarType.Double);
    return torch.full_like(scores, new Scalar(Double.NEGATIVE_INFINITY)).triu(1);
  }

  private static Tensor padding(Tensor padding) {
    return torch.ne(padding, new Scalar(0.0));
  }

  private static void putEncoders() {
    ALL.put("TransformerEncoderLayer relu", x -> encoder(false, null, null, 1, x));
    ALL.put("TransformerEncoderLayer gelu causal", x -> encoder(true, causal(x[0]), null, 1, x));
    ALL.put("TransformerEncoderLayer gelu padded", x -> encoder(true, null, padding(x[1]), 2, x));
    ALL.put("TransformerEncoderLayer norm first relu", x -> normFirst(false, null, x));
    ALL.put(
        "TransformerEncoderLayer norm first gelu causal", x -> normFirst(true, causal(x[0]), x));
  }

  /** libtorch's own layer, whose parameters take the places of those that are given. */
  private static Tensor encoder(
      boolean gelu, @Nullable Tensor mask, @Nullable Tensor padding, int given, Tensor... x) {
    TransformerEncoderLayerOptions options = new TransformerEncoderLayerOptions(SIZE, HEADS);
    options.dim_feedforward().put(INNER);
    options.dropout().put(0);
    if (gelu) {
      options.activation().put(new kGELU());
    } else {
      options.activation().put(new kReLU());
    }
    TransformerEncoderLayerImpl layer = new TransformerEncoderLayerImpl(options);
    layer.to(ScalarType.Double, false);
    StringTensorDict parameters = layer.named_parameters();
    String[] names = {
      "self_attn.in_proj_weight",
      "self_attn.in_proj_bias",
      "self_attn.out_proj.weight",
      "self_attn.out_proj.bias",
      "linear1.weight",
      "linear1.bias",
      "linear2.weight",
      "linear2.bias",
      "norm1.weight",
      "norm1.bias",
      "norm2.weight",
      "norm2.bias"
    };
    for (int i = 0; i < names.length; i++) {
      Tensor parameter = parameters.get(names[i]);
      parameter.set_data(x[given + i].detach());
      x[given + i] = parameter;
    }
    return swapped(
        layer.forward(
            swapped(x[0]),
            mask == null ? new Tensor() : mask,
            padding == null ? new Tensor() : padding));
  }

  /** PyTorch's definition of {@code norm_first}, which libtorch's layer does not have. */
  private static Tensor normFirst(boolean gelu, @Nullable Tensor mask, Tensor... x) {
    Tensor attended = torch.add(x[0], ofItself(norm(x[0], x[9], x[10]), mask, null, 1, x));
    Tensor inner = linear(norm(attended, x[11], x[12]), x[5], x[6]);
    return torch.add(attended, linear(gelu ? torch.gelu(inner) : torch.relu(inner), x[7], x[8]));
  }

  private static Tensor linear(Tensor input, Tensor weight, Tensor bias) {
    return torch.linear(input, weight, new TensorOptional(bias));
  }

  private static Tensor norm(Tensor input, Tensor weight, Tensor bias) {
    return torch.layer_norm(
        input,
        new long[] {SIZE},
        new TensorOptional(weight),
        new TensorOptional(bias),
        EPSILON,
        false);
  }
}
