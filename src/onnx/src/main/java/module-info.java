/** Models read from ONNX files, and written to them. */
module dev.lanewise.onnx {
  requires transitive dev.lanewise.nn;
  requires com.google.protobuf;
  requires org.tribuo.util.onnx;
  requires static org.jspecify;

  exports dev.lanewise.onnx;
}
