/** Layers, losses, optimizers, data, metrics and files on top of tensors. */
@SuppressWarnings("requires-automatic") // HdrHistogram has no descriptor
module dev.lanewise.nn {
  requires transitive dev.lanewise.tensor;
  requires HdrHistogram;
  requires com.fasterxml.jackson.core;
  requires jdk.jfr;
  requires jdk.management;
  requires static org.jspecify;

  exports dev.lanewise.data;
  exports dev.lanewise.infer;
  exports dev.lanewise.io;
  exports dev.lanewise.metrics;
  exports dev.lanewise.nn;
  exports dev.lanewise.optim;
  exports dev.lanewise.train;
}
