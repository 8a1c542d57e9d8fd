package dev.lanewise.bench.peers;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.mkl.global.mkl_rt;

/** The functions as MKL's vector library computes those of them that it has. */
final class Vml {
  private Vml() {}

  /**
   * Returns the work of one function over all of {@code src}, on one thread.
   *
   * @param mode {@code VML_HA} for high accuracy, {@code VML_LA} for low, stated at each call
   */
  static Runnable of(String function, int mode, NativeFloats src, NativeFloats dst) {
    mkl_rt.MKL_Set_Num_Threads(1);
    FloatPointer from = src.pointer();
    FloatPointer to = dst.pointer();
    int n = src.size();
    return switch (function) {
      case "exp" -> () -> mkl_rt.vmsExp(n, from, to, mode);
      case "tanh" -> () -> mkl_rt.vmsTanh(n, from, to, mode);
      default -> throw Functions.missing("MKL", function);
    };
  }
}
