package dev.lanewise.bench.peers;

import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.softmax_forward;
import org.bytedeco.dnnl.stream;

/**
 * The functions as oneDNN computes them. Its threads are OpenMP's, for which it has no call of its
 * own: {@code omp_set_num_threads} is called in the OpenMP that came with it, and holds for the
 * calling thread.
 */
final class OneDnn {
  private OneDnn() {}

  /** Returns the work of one function over all of {@code src}, on one thread. */
  static Runnable of(String function, NativeFloats src, NativeFloats dst) {
    engine cpu = new engine(engine.kind.cpu, 0);
    stream order = new stream(cpu);
    CLibrary.ompSetNumThreads(1);
    memory.desc row =
        new memory.desc(new long[] {1, src.size()}, memory.data_type.f32, memory.format_tag.ab);
    IntMemoryMap operands = new IntMemoryMap();
    operands.put(dnnl.DNNL_ARG_SRC, new memory(row, cpu, src.pointer()));
    operands.put(dnnl.DNNL_ARG_DST, new memory(row, cpu, dst.pointer()));
    primitive work =
        switch (function) {
          case "exp" -> elementwise(cpu, dnnl.dnnl_eltwise_exp, row);
          case "sigmoid" -> elementwise(cpu, dnnl.dnnl_eltwise_logistic, row);
          case "tanh" -> elementwise(cpu, dnnl.dnnl_eltwise_tanh, row);
          case "gelu" -> elementwise(cpu, dnnl.dnnl_eltwise_gelu_erf, row);
          case "softmax" ->
              new softmax_forward(
                  new softmax_forward.primitive_desc(
                      cpu, dnnl.dnnl_forward_inference, dnnl.dnnl_softmax_accurate, row, row, 1));
          default -> throw Functions.missing("oneDNN", function);
        };
    return () -> {
      work.execute(order, operands);
      order._wait();
    };
  }

  private static primitive elementwise(engine cpu, int algorithm, memory.desc row) {
    return new eltwise_forward(
        new eltwise_forward.primitive_desc(cpu, dnnl.dnnl_forward_inference, algorithm, row, row));
  }
}
