package dev.lanewise.kernel;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The methods that do the kernels' work, found in the class files so that none is forgotten: those
 * that use a vector, and those that loop over a memory segment.
 */
final class KernelMethods {
  /** Classes whose loops measure the machine and stand in no one's way. */
  private static final Set<String> NOT_KERNELS = Set.of("Roofline", "SelfCheck");

  /** What only vectors of sixteen lanes are given to. */
  private static final Set<String> OF_SIXTEEN_LANES =
      Set.of("Pack::sixteenColumns", "Pack::firstRounds", "Pack::lastRounds");

  private KernelMethods() {}

  /** Returns every such method that vectors of this width reach, as {@code Class::method}. */
  static Set<String> all() throws IOException {
    Path folder = ChildJvm.root(Simd.class).resolve("dev/lanewise/kernel");
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String type = file.getFileName().toString().replace(".class", "");
        if (!NOT_KERNELS.contains(type)) {
          addKernels(type, ClassFile.of().parse(file), names);
        }
      }
    }
    if (Simd.LANES != 16) {
      names.removeAll(OF_SIXTEEN_LANES);
    }
    return names;
  }

  /** Returns the length in bytecodes of each method of a class that uses a vector. */
  static Map<String, Integer> lengths(Class<?> type) throws IOException {
    String file = "dev/lanewise/kernel/" + type.getSimpleName() + ".class";
    Map<String, Integer> lengths = new TreeMap<>();
    for (MethodModel method : ClassFile.of().parse(ChildJvm.root(type).resolve(file)).methods()) {
      if (method.code().isPresent()
          && method.code().get() instanceof CodeAttribute code
          && usesVectors(code.elementList())) {
        lengths.put(method.methodName().stringValue(), code.codeLength());
      }
    }
    return lengths;
  }

  private static void addKernels(String type, ClassModel model, Set<String> names) {
    for (MethodModel method : model.methods()) {
      String name = method.methodName().stringValue();
      List<CodeElement> code = method.code().map(c -> c.elementList()).orElse(List.of());
      boolean segments = method.methodType().stringValue().contains("MemorySegment;");
      if (!name.startsWith("<") && (usesVectors(code) || (segments && loops(code)))) {
        names.add(type + "::" + name);
      }
    }
  }

  private static boolean usesVectors(List<CodeElement> code) {
    return code.stream()
        .anyMatch(element ->
            element instanceof InvokeInstruction call
                && call.owner().asInternalName().equals("jdk/incubator/vector/FloatVector"));
  }

  /** Whether a branch goes back to what stands before it. */
  private static boolean loops(List<CodeElement> code) {
    Set<Label> passed = new HashSet<>();
    for (CodeElement element : code) {
      if (element instanceof LabelTarget target) {
        passed.add(target.label());
      } else if (element instanceof BranchInstruction branch && passed.contains(branch.target())) {
        return true;
      }
    }
    return false;
  }
}
