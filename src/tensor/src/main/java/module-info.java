/** Off-heap memory, kernels, arrays, differentiable operations and tensors. */
module dev.lanewise.tensor {
  requires jdk.incubator.vector;
  requires jdk.management;
  requires static org.jspecify;

  exports dev.lanewise.array;
  exports dev.lanewise.kernel;
  exports dev.lanewise.memory;
  exports dev.lanewise.op;
  exports dev.lanewise.tensor;
}
