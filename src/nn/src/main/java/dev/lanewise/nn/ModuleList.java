package dev.lanewise.nn;

import dev.lanewise.tensor.Tensor;
import java.util.Iterator;
import java.util.List;

/** Modules that another one calls as it likes, named by their position, "0", "1" and so on. */
public final class ModuleList<M extends Module> extends Module implements Iterable<M> {
  private final List<M> modules;

  /** Makes a list of {@code modules}. */
  public ModuleList(List<M> modules) {
    this.modules = List.copyOf(modules);
    for (int i = 0; i < modules.size(); i++) {
      register(Integer.toString(i), modules.get(i));
    }
  }

  /** Returns how many modules there are. */
  public int size() {
    return modules.size();
  }

  /** Returns the module at a position. */
  public M get(int index) {
    return modules.get(index);
  }

  @Override
  public Iterator<M> iterator() {
    return modules.iterator();
  }

  /**
   * Refuses: a list does not say in which order its modules are called.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public Tensor forward(Tensor input) {
    throw new UnsupportedOperationException(
        "a ModuleList only holds modules: call them one by one, or make a Sequential");
  }
}
