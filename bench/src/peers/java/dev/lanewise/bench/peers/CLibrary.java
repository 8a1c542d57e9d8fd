package dev.lanewise.bench.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The functions of C that settle what a library's own interface cannot. */
@SuppressWarnings("restricted") // these call native code, as everything in this package does
final class CLibrary {
  private CLibrary() {}

  /** Sets a variable of this process's environment, for libraries that are loaded after it. */
  static void setenv(String name, String value) {
    MethodHandle setenv =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("setenv"),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(value);
      int failed = (int) setenv.invokeExact(arena.allocateFrom(name), text, 1);
      if (failed != 0) {
        throw new IllegalStateException("the environment takes no " + name);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Fixes the threads of GNU's OpenMP, as already loaded, for the calling thread's regions. */
  static void ompSetNumThreads(int threads) {
    MethodHandle set =
        Linker.nativeLinker()
            .downcallHandle(
                SymbolLookup.libraryLookup("libgomp.so.1", Arena.global())
                    .findOrThrow("omp_set_num_threads"),
                FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
    try {
      set.invokeExact(threads);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
