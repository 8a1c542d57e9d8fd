package dev.lanewise.bench.peers;

import dev.lanewise.parity.ProductCases;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Matrix products and what is made of them. */
final class ProductDefinitions {
  static final Map<String, Definition> ALL =
      new HashMap<>(
          Map.ofEntries(
              Map.entry("matmul", x -> torch.matmul(x[0], x[1])),
              Map.entry("dot", x -> torch.dot(x[0], x[1])),
              Map.entry("outer", x -> torch.outer(x[0], x[1])),
              Map.entry("linear", ProductDefinitions::linear),
              Map.entry("linear without bias", x -> torch.linear(x[0], x[1])),
              Map.entry("linear relu", x -> torch.relu(linear(x))),
              Map.entry("linear sigmoid", x -> torch.sigmoid(linear(x))),
              Map.entry("linear tanh", x -> torch.tanh(linear(x))),
              Map.entry("linear gelu", x -> torch.gelu(linear(x))),
              Map.entry("attention", x -> attention(x, new TensorOptional())),
              Map.entry("attention masked", x -> attention(x, new TensorOptional(x[3])))));

  static {
    for (String equation : ProductCases.EQUATIONS) {
      ALL.put("einsum " + equation, x -> torch.einsum(equation, new TensorVector(x)));
    }
  }

  private ProductDefinitions() {}

  private static Tensor linear(Tensor... x) {
    return torch.linear(x[0], x[1], x[2]);
  }

  private static Tensor attention(Tensor[] x, TensorOptional mask) {
    return torch.scaled_dot_product_attention(
        x[0], x[1], x[2], mask, 0, false, new DoubleOptional(), false);
  }
}
