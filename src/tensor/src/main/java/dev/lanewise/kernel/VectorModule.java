package dev.lanewise.kernel;

/** The check that the Vector API is there, made before any class that needs it is loaded. */
public final class VectorModule {
  private static final String NAME = "jdk.incubator.vector";

  private VectorModule() {}

  /**
   * Does nothing where the Vector API is there.
   *
   * @throws IllegalStateException where it is not, saying what to add to the command line
   */
  public static void require() {
    if (ModuleLayer.boot().findModule(NAME).isEmpty()) {
      throw new IllegalStateException(
          "Lanewise needs the Vector API: start java with --add-modules " + NAME);
    }
  }
}
