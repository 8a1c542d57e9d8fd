package dev.lanewise.onnx;
import dev.lanewise.nn.Module;
import java.nio.file.Path;
final class GraphWriter { static void write(Path file, Module module, int... rowShape) {} }
