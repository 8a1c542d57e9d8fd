package dev.lanewise.infer;

import dev.lanewise.array.Shape;
import dev.lanewise.nn.Module;
import dev.lanewise.op.Op;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What is known for two and for three rows, and follows from that for any number of rows. */
final class Varying {
  private static final int FEW = 2;

  private Varying() {}

  private static int at(int few, int more, int rows) {
    return few + (more - few) * (rows - FEW);
  }

  /** A shape, each of whose lengths grows by the same amount with each row. */
  record Dims(Shape few, Shape more) {
    static Dims of(Shape few, Shape more) {
      return new Dims(few, more);
    }

    /**
     * Returns the shape of {@code what}.
     *
     * @throws IllegalArgumentException if the two have another number of axes
     */
    static Dims of(Module module, String what, Shape few, Shape more) {
      if (few.rank() != more.rank()) {
        throw Graph.unlike(
            module, what + " has shape " + few + " for two rows and " + more + " for three");
      }
      return new Dims(few, more);
    }

    boolean isFixed() {
      return few.equals(more);
    }

    /** Returns the axes whose lengths depend on the number of rows. */
    int[] varying() {
      return IntStream.range(0, few.rank()).filter(i -> few.dim(i) != more.dim(i)).toArray();
    }

    Shape at(int rows) {
      if (isFixed()) {
        return few;
      }
      int[] dims = few.toArray();
      for (int i = 0; i < dims.length; i++) {
        dims[i] = Varying.at(dims[i], more.dim(i), rows);
      }
      return Shape.of(dims);
    }
  }

  /**
   * An operation, the numbers of whose record grow by the same amount with each row.
   *
   * @param more the operation for three rows, or null if it is the same one
   */
  record Operation(Op few, @Nullable Op more) {
    static Operation fixed(Op op) {
      return new Operation(op, null);
    }

    /**
     * Returns the operation that is {@code few} for two and {@code more} for three rows.
     *
     * @throws IllegalArgumentException if they differ in more than numbers of a record
     */
    static Operation of(Module module, Op few, Op more) {
      if (few.equals(more)) {
        return fixed(few);
      }
      Operation operation = new Operation(few, more);
      if (few.getClass() != more.getClass() || !few.getClass().isRecord()) {
        throw Graph.unlike(
            module,
            few.name()
                + " for two rows is not "
                + more.name()
                + " for three (operations are told apart by equals: let them be records)");
      }
      try {
        if (operation.at(3).equals(more)) {
          return operation;
        }
      } catch (IllegalArgumentException e) {
        throw Graph.unlike(
            module, few + " for two rows, " + more + " for three: " + e.getMessage());
      }
      throw Graph.unlike(module, few + " for two rows, " + more + " for three");
    }

    Op at(int rows) {
      if (more == null || rows == FEW) {
        return few;
      }
      RecordComponent[] components = few.getClass().getRecordComponents();
      Class<?>[] types = new Class<?>[components.length];
      Object[] values = new Object[components.length];
      try {
        for (int i = 0; i < components.length; i++) {
          var accessor = components[i].getAccessor();
          accessor.setAccessible(true);
          types[i] = components[i].getType();
          values[i] = value(accessor.invoke(few), accessor.invoke(more), rows);
        }
        Constructor<?> constructor = few.getClass().getDeclaredConstructor(types);
        constructor.setAccessible(true);
        return (Op) constructor.newInstance(values);
      } catch (ReflectiveOperationException e) {
        throw new IllegalArgumentException(few.name() + " cannot be made for " + rows + " rows", e);
      }
    }

    private static @Nullable Object value(@Nullable Object few, @Nullable Object more, int rows) {
      if (few instanceof Integer a && more instanceof Integer b) {
        return Varying.at(a, b, rows);
      }
      if (few instanceof Shape a && more instanceof Shape b && a.rank() == b.rank()) {
        return new Dims(a, b).at(rows);
      }
      if (few instanceof List<?> a && more instanceof List<?> b && a.size() == b.size()) {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
          list.add(value(a.get(i), b.get(i), rows));
        }
        return list;
      }
      if (few instanceof int[] a && more instanceof int[] b && a.length == b.length) {
        int[] numbers = new int[a.length];
        Arrays.setAll(numbers, i -> Varying.at(a[i], b[i], rows));
        return numbers;
      }
      return few;
    }
  }
}
