package dev.lanewise.kernel;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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
      Set.of("Pack::sixteenColumns", "Pack::squares");

  private KernelMethods() {}

  /** Returns every such method that vectors of this width reach, as {@code Class::method}. */
  static Set<String> all() throws IOException {
    Set<String> names = names(KernelMethods::isKernel);
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
    return names(kernel -> {
      MethodModel method = kernel.method();
      return isKernel(kernel)
          && (usesVectors(code(method)) || !callsKernels(method))
          && accesses(method)
          && casts(method) < segments(method) + fields(method);
    });
  }

  /**
   * Returns where in its code, in bytes, a kernel's last loop ends that carries a vector from one
   * turn to the next, for each kernel that has such a loop.
   */
  static Map<String, Integer> carryingLoops() throws IOException {
    Map<String, Integer> ends = new TreeMap<>();
    for (Declared kernel : declared()) {
      if (isKernel(kernel)) {
        loops(kernel.method()).stream()
            .filter(loop -> carries(loop.body()))
            .forEach(loop -> ends.merge(kernel.name(), loop.end(), Math::max));
      }
    }
    return ends;
  }

  /** Whether a variable of a loop that refers to an object is read there before it is set. */
  private static boolean carries(List<Instruction> loop) {
    Set<Integer> read = new HashSet<>();
    Set<Integer> set = new HashSet<>();
    for (Instruction instruction : loop) {
      if (instruction instanceof LoadInstruction load
          && load.typeKind() == TypeKind.REFERENCE
          && !set.contains(load.slot())) {
        read.add(load.slot());
      } else if (instruction instanceof StoreInstruction store
          && store.typeKind() == TypeKind.REFERENCE) {
        set.add(store.slot());
      }
    }
    return !Collections.disjoint(read, set);
  }

  private static Set<String> names(Predicate<Declared> wanted) throws IOException {
    return declared().stream()
        .filter(wanted)
        .map(Declared::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** A method of this package, and the class it stands in. */
  private record Declared(String type, MethodModel method) {
    String name() {
      return type + "::" + method.methodName().stringValue();
    }
  }

  private static List<Declared> declared() throws IOException {
    Path folder = ChildJvm.root(Simd.class).resolve("dev/lanewise/kernel");
    List<Declared> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String type = file.getFileName().toString().replace(".class", "");
        ClassFile.of().parse(file).methods().forEach(method -> all.add(new Declared(type, method)));
      }
    }
    return all;
  }

  private static boolean isKernel(Declared declared) {
    MethodModel method = declared.method();
    List<CodeElement> code = code(method);
    return !NOT_KERNELS.contains(declared.type())
        && !method.methodName().stringValue().startsWith("<")
        && (usesVectors(code) || (segments(method) > 0 && !loops(method).isEmpty()));
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

  /** Casts to the class of native segments: a method reads it for each. */
  private static long casts(MethodModel method) {
    return code(method).stream()
        .filter(element ->
            element instanceof FieldInstruction field
                && field.opcode() == Opcode.GETSTATIC
                && field.name().equalsString("NATIVE"))
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

  /**
   * What stands from where a branch goes back to, to that branch, and where in the code that is.
   */
  private record Loop(List<Instruction> body, int end) {}

  private static List<Loop> loops(MethodModel method) {
    List<Loop> loops = new ArrayList<>();
    if (!(method.code().orElse(null) instanceof CodeAttribute code)) {
      return loops;
    }
    List<Instruction> instructions = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    int place = 0;
    for (CodeElement element : code) {
      if (element instanceof Instruction instruction) {
        instructions.add(instruction);
        places.add(place);
        if (instruction instanceof BranchInstruction branch) {
          int start = Collections.binarySearch(places, code.labelToBci(branch.target()));
          if (start >= 0) {
            List<Instruction> body = instructions.subList(start, instructions.size());
            loops.add(new Loop(List.copyOf(body), place));
          }
        }
        place += instruction.sizeInBytes();
      }
    }
    return loops;
  }
}
