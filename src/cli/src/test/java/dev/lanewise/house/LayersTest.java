package dev.lanewise.house;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The packages keep to their layers, and the library to its manners. */
final class LayersTest {
  /**
   * The packages under {@code dev.lanewise}, bottom to top. A package imports only what stands on a
   * lower line; those of one line may also use each other, as long as no cycle comes of it.
   */
  private static final List<List<String>> LAYERS =
      List.of(
          List.of("memory"),
          List.of("kernel"),
          List.of("array"),
          List.of("op"),
          List.of("op.pointwise", "op.reduction", "op.norm", "op.shape", "op.product", "op.loss"),
          List.of("tensor"),
          List.of("nn"),
          List.of("optim", "data", "io", "metrics", "infer"),
          List.of("train", "micrometer", "onnx"),
          List.of("serve"),
          List.of("cli"));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.lanewise");

  private static final JavaClasses LIBRARY =
      CLASSES.that(resideOutsideOfPackage("dev.lanewise.cli.."));

  @Test
  void everyPackage_hasALayer() {
    List<String> layered = LAYERS.stream().flatMap(List::stream).map(LayersTest::named).toList();
    assertThat(packages()).isNotEmpty();
    assertThat(packages().filter(name -> !layered.contains(name))).isEmpty();
  }

  @Test
  void everyPackage_isNullMarked() {
    assertThat(packages())
        .filteredOn(name -> !CLASSES.getPackage(name).isAnnotatedWith(NullMarked.class))
        .isEmpty();
  }

  @Test
  void packages_importOnlyWhatStandsBelow() {
    List<ArchRule> rules = new ArrayList<>();
    for (int i = 0; i < LAYERS.size() - 1; i++) {
      String[] above =
          LAYERS.stream()
              .skip(i + 1)
              .flatMap(List::stream)
              .map(LayersTest::named)
              .toArray(String[]::new);
      for (String layer : LAYERS.get(i)) {
        rules.add(
            noClasses()
                .that()
                .resideInAPackage(named(layer))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(above)
                .allowEmptyShould(true)
                .as(layer + " imports only what stands below it"));
      }
    }
    CompositeArchRule.of(rules).as("packages import only what stands below them").check(CLASSES);
  }

  @Test
  void packages_formNoCycle() {
    slices().matching("dev.lanewise.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyKernel_importsTheVectorApi() {
    assertThat(CLASSES.that(resideInAPackage("dev.lanewise.kernel"))).isNotEmpty();
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.lanewise.kernel")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator..")
        .check(CLASSES);
  }

  @Test
  void library_leavesStandardStreamsAlone() {
    NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(LIBRARY);
  }

  @Test
  void library_logsThroughSystemLogger() {
    noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging").check(LIBRARY);
  }

  @Test
  void library_neverEndsTheProcess() {
    noClasses()
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .check(LIBRARY);
  }

  private static Stream<String> packages() {
    return CLASSES.stream()
        .map(JavaClass::getPackageName)
        .filter(name -> !name.isEmpty())
        .distinct();
  }

  private static String named(String layer) {
    return "dev.lanewise." + layer;
  }
}
