package dev.lanewise.op;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The operations of this library, found in the class files so that none is forgotten. */
final class Operations {
  private static final List<Class<?>> ALL = find();

  private Operations() {}

  /** Returns every class of the library that implements {@link Op}, in the order of their names. */
  static List<Class<?>> all() {
    return ALL;
  }

  private static List<Class<?>> find() {
    try {
      Path root = Path.of(Op.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (Stream<Path> files = Files.walk(root.resolve("dev/lanewise/op"))) {
        return files
            .map(file -> root.relativize(file).toString())
            .filter(name -> name.endsWith(".class") && !name.endsWith("package-info.class"))
            .sorted()
            .<Class<?>>map(Operations::load)
            .filter(type -> Op.class.isAssignableFrom(type) && !type.isInterface())
            .toList();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> load(String file) {
    String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
