package dev.lanewise.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.array.Indices;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Module;
import dev.lanewise.optim.Optimizer;
import dev.lanewise.parity.Catalogue.Family;
import dev.lanewise.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The operations against PyTorch's definitions, as libtorch answered in double precision. Its
 * answers are kept in files, which are written again, where libtorch is at hand, by
 *
 * <pre>
 * mvn -q test -Ppeers -Dgolden=write -pl bench -am -Dtest=OperationParityTest \
 *     -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
final class GoldenOperationsTest {
  private static final Set<Class<?>> RESULTS = Set.of(Tensor.class, Indices.class, List.class);

  /** What makes, marks, leaves or holds, and computes nothing that PyTorch would define. */
  private static final Set<String> NO_OPERATIONS =
      Set.of(
          "of",
          "scalar",
          "zeros",
          "ones",
          "full",
          "detach",
          "requiresGrad",
          "retainGrad",
          "apply",
          "ModuleList");

  @TestFactory
  Stream<DynamicNode> everyCase_agreesWithPyTorch() {
    return Catalogue.families().stream().map(GoldenOperationsTest::family);
  }

  @Test
  void everyOperation_hasACase() {
    assertThat(methods(Tensor.class, RESULTS)).hasSizeGreaterThan(50).isSubsetOf(tried(_ -> true));
  }

  @Test
  void everyLoss_hasACase() {
    assertThat(methods(Losses.class, Set.of(Tensor.class)))
        .hasSizeGreaterThan(10)
        .isSubsetOf(tried("losses"::equals));
  }

  @Test
  void everyLayer_hasACase() {
    assertThat(kinds(Module.class))
        .hasSizeGreaterThan(20)
        .isSubsetOf(tried(Set.of("layers", "sequences")::contains));
  }

  @Test
  void everyOptimizer_hasACase() {
    assertThat(kinds(Optimizer.class))
        .hasSizeGreaterThan(5)
        .isSubsetOf(tried("optimizers"::equals));
  }

  @Test
  void everyCase_hasANameOfItsOwn() {
    assertThat(cases().map(Case::name)).doesNotHaveDuplicates();
  }

  private static DynamicNode family(Family family) {
    Answers answers = answers(family);
    DynamicTest nothingElse =
        dynamicTest(
            "no other answer is kept",
            () -> assertThat(answers.trials()).containsExactlyInAnyOrderElementsOf(trials(family)));
    return dynamicContainer(
        family.name(),
        Stream.concat(
            Stream.of(nothingElse),
            family.cases().stream()
                .map(one -> dynamicTest(one.name(), () -> one.check(answers.to(one))))));
  }

  private static List<String> trials(Family family) {
    return family.cases().stream()
        .flatMap(one ->
            IntStream.range(0, Catalogue.KEPT_TRIALS).mapToObj(trial -> Answers.trial(one, trial)))
        .toList();
  }

  private static Answers answers(Family family) {
    String name = family + ".safetensors";
    try {
      URL file = Objects.requireNonNull(GoldenOperationsTest.class.getResource(name), name);
      return Answers.read(Path.of(file.toURI()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Stream<Case> cases() {
    return Catalogue.families().stream().flatMap(family -> family.cases().stream());
  }

  /** Returns the first words of the definitions in some families. */
  private static Set<String> tried(Predicate<String> families) {
    return Catalogue.families().stream()
        .filter(family -> families.test(family.name()))
        .flatMap(family -> family.cases().stream())
        .map(one -> one.definition().replaceFirst(" .*", ""))
        .collect(Collectors.toSet());
  }

  /** Returns the names of a class's public methods that give one of some kinds of results. */
  private static Set<String> methods(Class<?> of, Set<Class<?>> results) {
    return Arrays.stream(of.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> results.contains(method.getReturnType()))
        .map(Method::getName)
        .filter(name -> !NO_OPERATIONS.contains(name))
        .collect(Collectors.toSet());
  }

  /** Returns the names of the public classes that extend {@code type}, in its package. */
  private static Set<String> kinds(Class<?> type) {
    URL file = Objects.requireNonNull(type.getResource(type.getSimpleName() + ".class"));
    try (Stream<Path> files = Files.list(Path.of(file.toURI()).resolveSibling("."))) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".class") && !name.contains("-"))
          .map(name -> named(type.getPackageName() + "." + name.replace(".class", "")))
          .filter(type::isAssignableFrom)
          .filter(kind -> Modifier.isPublic(kind.getModifiers()))
          .filter(kind -> !Modifier.isAbstract(kind.getModifiers()))
          .map(Class::getSimpleName)
          .filter(name -> !NO_OPERATIONS.contains(name))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> named(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
