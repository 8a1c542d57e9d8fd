package dev.lanewise.bench.peers;

import dev.lanewise.bench.coldstart.ColdStartNetwork;
import dev.lanewise.bench.coldstart.Predictions;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The process of libtorch. */
public final class LibtorchColdStart {
  private LibtorchColdStart() {}

  /** Predicts with libtorch. */
  public static void main(String[] args) {
    torch.set_num_threads(1);
    List<Tensor> weights = new ArrayList<>();
    List<Tensor> biases = new ArrayList<>();
    for (int i = 0; i < ColdStartNetwork.layers(); i++) {
      int out = ColdStartNetwork.out(i);
      weights.add(Tensor.create(ColdStartNetwork.weight(i), out, ColdStartNetwork.in(i)));
      biases.add(Tensor.create(ColdStartNetwork.bias(i), out));
    }
    float[] input = ColdStartNetwork.input();
    Predictions.run(
        System.out,
        () -> {
          try (PointerScope _ = new PointerScope();
              NoGradGuard _ = new NoGradGuard()) {
            Tensor hidden = Tensor.create(input, 1, input.length);
            for (int i = 0; i < weights.size(); i++) {
              Tensor sum = torch.addmm(biases.get(i), hidden, weights.get(i).t());
              hidden = i == 0 ? torch.relu(sum) : torch.sigmoid(sum);
            }
            float[] output = new float[Math.toIntExact(hidden.numel())];
            hidden.contiguous().data_ptr_float().get(output);
            return output;
          }
        });
  }
}
