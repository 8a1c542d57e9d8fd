/** Off-heap memory, kernels, arrays, differentiable operations and tensors. */
module dev.lanewise.tensor {
  requires jdk.incubator.vector;
  requires jdk.management;
  requires static org.jspecify;

  exports dev.lanewise.array;
  exports dev.lanewise.kernel;
  exports dev.lanewise.memory;
  exports dev.lanewise.op;
  exports dev.lanewise.op.loss;
  exports dev.lanewise.op.norm;
  exports dev.lanewise.op.pointwise;
  exports dev.lanewise.op.product;
  exports dev.lanewise.op.reduction;
  exports dev.lanewise.op.shape;
  exports dev.lanewise.tensor;
}
