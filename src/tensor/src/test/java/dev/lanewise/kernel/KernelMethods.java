package dev.lanewise.kernel;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/**
 * The methods that do the kernels' work, found in the class files so that none is forgotten: those
 * that use a vector, and those that loop over a memory segment.
 */
final class KernelMethods {
  /**
   * Classes whose loops measure the machine and stand in no one's way; one is given segments of the
   * heap on purpose.
   */
  private static final Set<String> NOT_KERNELS = Set.of("Roofline", "SelfCheck");

  /** What only vectors of sixteen lanes are given to. */
  private static final Set<String> OF_SIXTEEN_LANES =
      Set.of("Pack::sixteenColumns", "Pack::firstRounds", "Pack::lastRounds");

  private KernelMethods() {}

  /** Returns every such method that vectors of this width reach, as {@code Class::method}. */
  static Set<String> all() throws IOException {
    Set<String> names = methods(KernelMethods::isKernel);
    if (Simd.LANES != 16) {
      names.removeAll(OF_SIXTEEN_LANES);
    }
    return names;
  }

  /**
   * Returns those that access elements, rather than leave that to others, and do not cast each
   * segment they are given, or read from a field, to the native ones' class.
   */
  static Set<String> uncast() throws IOException {
    return methods((type, method) ->
        isKernel(type, method)
            && (usesVectors(code(method)) || !callsKernels(method))
            && accesses(method)
            && casts(method) < segments(method) + fields(method));
  }

  private static Set<String> methods(BiPredicate<String, MethodModel> wanted) throws IOException {
    Path folder = ChildJvm.root(Simd.class).resolve("dev/lanewise/kernel");
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String type = file.getFileName().toString().replace(".class", "");
        for (MethodModel method : ClassFile.of().parse(file).methods()) {
          if (wanted.test(type, method)) {
            names.add(type + "::" + method.methodName().stringValue());
          }
        }
      }
    }
    return names;
  }

  private static boolean isKernel(String type, MethodModel method) {
    List<CodeElement> code = code(method);
    return !NOT_KERNELS.contains(type)
        && !method.methodName().stringValue().startsWith("<")
        && (usesVectors(code) || (segments(method) > 0 && loops(code)));
  }

  private static List<CodeElement> code(MethodModel method) {
    return method.code().map(code -> code.elementList()).orElse(List.of());
  }

  /** The segments among a method's parameters. */
  private static long segments(MethodModel method) {
    return method.methodTypeSymbol().parameterList().stream()
        .filter(type -> type.displayName().equals("MemorySegment"))
        .count();
  }

  /** The segments among the fields that a method reads. */
  private static long fields(MethodModel method) {
    return code(method).stream()
        .filter(FieldInstruction.class::isInstance)
        .map(FieldInstruction.class::cast)
        .filter(field ->
            field.opcode() == Opcode.GETFIELD
                && field.typeSymbol().displayName().equals("MemorySegment"))
        .map(field -> field.name().stringValue())
        .distinct()
        .count();
  }

  private static boolean accesses(MethodModel method) {
    return calls(method)
        .anyMatch(call ->
            call.name().stringValue().endsWith("MemorySegment")
                || (call.owner().asInternalName().equals("java/lang/foreign/MemorySegment")
                    && call.name().stringValue().matches("[gs]et.*")));
  }

  private static boolean callsKernels(MethodModel method) {
    return calls(method)
        .anyMatch(call ->
            call.owner().asInternalName().startsWith("dev/lanewise/kernel/")
                && !call.owner().asInternalName().endsWith("/Simd")
                && call.type().stringValue().contains("MemorySegment;"));
  }

  private static long casts(MethodModel method) {
    return calls(method)
        .filter(call ->
            call.owner().asInternalName().equals("java/lang/Class")
                && call.name().equalsString("cast"))
        .count();
  }

  private static Stream<InvokeInstruction> calls(MethodModel method) {
    return code(method).stream()
        .filter(InvokeInstruction.class::isInstance)
        .map(InvokeInstruction.class::cast);
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
