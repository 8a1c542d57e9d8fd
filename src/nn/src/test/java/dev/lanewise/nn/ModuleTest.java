package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import dev.lanewise.memory.Scope;
import dev.lanewise.tensor.Hook;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, nesting, modes and state of modules. */
final class ModuleTest {
  @Test
  void namedParameters_joinWithDots_inOrderOfRegistration() {
    Module net = new Net();
    assertThat(net.namedParameters().keySet())
        .containsExactly(
            "scale", "first.weight", "first.bias", "rest.0.weight", "rest.0.bias", "rest.2.weight");
    assertThat(net.parameters()).hasSize(6);
    assertThat(net.children().keySet()).containsExactly("first", "rest");
    assertThat(net.parameters()).allMatch(Tensor::requiresGrad);
  }

  @Test
  void children_cannotBeChangedFromOutside() {
    assertThatThrownBy(() -> new Net().children().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a.b", "."})
  void register_badName_isRefused(String name) {
    assertThatThrownBy(() -> new Bare().add(name, new Relu()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'" + name + "' cannot name a part: it is empty or has a dot");
  }

  @Test
  void register_nameTaken_isRefused() {
    Bare bare = new Bare();
    bare.add("part", new Relu());
    assertThatThrownBy(() -> bare.add("part", new Tanh()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a part named 'part' is registered already");
    assertThatThrownBy(() -> bare.add("part", parameter(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sharedParameter_hasTwoNames_andIsCountedOnce() {
    Linear shared = new Linear(3, 3);
    Sequential net = new Sequential(shared, new Relu(), shared);
    assertThat(net.namedParameters().keySet())
        .containsExactly("0.weight", "0.bias", "2.weight", "2.bias");
    assertThat(net.parameters()).containsExactly(shared.weight(), shared.bias());

    net.forward(Tensor.ones(1, 3)).sum().backward();
    float[] both = shared.bias().grad().toFloatArray();
    net.zeroGrad();
    assertThat(shared.bias().grad()).isNull();
    Tensor hidden = shared.forward(Tensor.ones(1, 3)).relu().detach();
    shared.forward(hidden).sum().backward();
    assertThat(shared.bias().grad().toFloatArray()).containsOnly(1);
    assertThat(both).as("gathered from both uses").isNotEqualTo(new float[] {1, 1, 1});
  }

  @Test
  void trainAndEval_reachEveryModule() {
    Net net = new Net();
    assertThat(net.isTraining()).isTrue();
    net.eval();
    assertThat(net.isTraining()).isFalse();
    assertThat(net.rest.isTraining()).isFalse();
    assertThat(net.rest.children().values()).noneMatch(Module::isTraining);
    net.train();
    assertThat(net.rest.children().values()).allMatch(Module::isTraining);
  }

  @Test
  void stateDict_roundTrips() {
    Net from = new Net();
    Net to = new Net();
    assertThat(to.first.weight().toFloatArray()).isNotEqualTo(from.first.weight().toFloatArray());
    Map<String, NDArray> state = from.stateDict();
    to.loadStateDict(state);
    from.namedParameters()
        .forEach((name, parameter) ->
            assertThat(to.namedParameters().get(name).toFloatArray())
                .as(name)
                .isEqualTo(parameter.toFloatArray()));
    assertThat(to.first.weight().array().storage())
        .isNotSameAs(from.first.weight().array().storage());
  }

  @Test
  void stateDict_hasPyTorchsShapes() {
    Map<String, NDArray> state = new Sequential(new Linear(3, 5)).stateDict();
    assertThat(state.get("0.weight").shape()).isEqualTo(Shape.of(5, 3));
    assertThat(state.get("0.bias").shape()).isEqualTo(Shape.of(5));
  }

  @Test
  void loadStateDict_thatDoesNotFit_listsEveryFault_andChangesNothing() {
    Net net = new Net();
    Map<String, List<Float>> before = values(net);
    Map<String, NDArray> state = new LinkedHashMap<>();
    net.stateDict().forEach((name, value) -> state.put(name, NDArray.full(value.shape(), 9)));
    state.remove("first.bias");
    state.put("first.weight", NDArray.zeros(Shape.of(3, 4)));
    state.put("other", NDArray.scalar(1));
    state.put("another", NDArray.scalar(1));

    assertThatThrownBy(() -> net.loadStateDict(state))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the state does not fit Net: first.weight has shape [3, 4], not [4, 3]; first.bias is"
                + " missing; another is unexpected; other is unexpected");
    assertThat(values(net)).isEqualTo(before);
  }

  @Test
  void loadStateDict_withAnArrayThatWasFreed_changesNothing() {
    Net net = new Net();
    Map<String, List<Float>> before = values(net);
    Map<String, NDArray> state = new LinkedHashMap<>();
    net.stateDict().forEach((name, value) -> state.put(name, NDArray.full(value.shape(), 9)));
    try (Scope _ = Scope.open()) {
      state.put("rest.2.weight", NDArray.zeros(Shape.of(1, 2)));
    }
    assertThatThrownBy(() -> net.loadStateDict(state))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the state does not fit Net: rest.2.weight was freed with its scope");
    assertThat(values(net)).isEqualTo(before);
  }

  @Test
  void loadStateDict_afterRecording_isRefusedByBackward() {
    Linear layer = new Linear(2, 2);
    Tensor loss = layer.forward(Tensor.ones(1, 2)).tanh().sum();
    layer.loadStateDict(new Linear(2, 2).stateDict());
    assertThatThrownBy(loss::backward)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("written in place");
  }

  @Test
  void buffers_areInTheStateDict_andAreNoParameters() {
    Counting counting = new Counting();
    Sequential net = new Sequential(new Linear(2, 2), counting);
    assertThat(net.namedBuffers().keySet()).containsExactly("1.count");
    assertThat(net.stateDict().keySet())
        .containsExactly("0.weight", "0.bias", "1.scale", "1.count");
    assertThat(net.parameters()).hasSize(3);
    net.forward(Tensor.ones(1, 2));
    net.forward(Tensor.ones(1, 2));

    Sequential other = new Sequential(new Linear(2, 2), new Counting());
    other.loadStateDict(net.stateDict());
    assertThat(other.namedBuffers().get("1.count").item()).isEqualTo(2);
    net.forward(Tensor.ones(1, 2));
    assertThat(other.namedBuffers().get("1.count").item()).isEqualTo(2);
  }

  @Test
  void registerBuffer_badName_orOfAScope_isRefused() {
    Bare bare = new Bare();
    bare.add("part", new Relu());
    NDArray value = NDArray.persistent(Shape.of(1));
    assertThatThrownBy(() -> bare.registerBuffer("part", value))
        .hasMessage("a part named 'part' is registered already");
    bare.registerBuffer("kept", value);
    assertThatThrownBy(() -> bare.add("kept", new Relu()))
        .hasMessage("a part named 'kept' is registered already");
    try (Scope _ = Scope.open()) {
      assertThatThrownBy(() -> bare.registerBuffer("mean", NDArray.zeros(Shape.of(3))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "a buffer of shape [3] would be freed with its scope; make its array with"
                  + " NDArray.persistent");
    }
  }

  @Test
  void loadStateDict_lenient_passesOverNames_andReturnsThem() {
    Net net = new Net();
    Map<String, NDArray> state = new LinkedHashMap<>();
    net.stateDict().forEach((name, value) -> state.put(name, NDArray.full(value.shape(), 9)));
    state.remove("first.bias");
    state.remove("scale");
    state.put("other", NDArray.scalar(1));
    state.put("another", NDArray.scalar(1));
    float[] bias = net.first.bias().toFloatArray();

    UnmatchedNames names = net.loadStateDict(state, false);
    assertThat(names.missing()).containsExactly("scale", "first.bias");
    assertThat(names.unexpected()).containsExactly("another", "other");
    assertThat(net.first.weight().toFloatArray()).containsOnly(9);
    assertThat(net.first.bias().toFloatArray()).isEqualTo(bias);
    assertThat(net.loadStateDict(net.stateDict(), true))
        .isEqualTo(new UnmatchedNames(List.of(), List.of()));
  }

  @Test
  void loadStateDict_lenient_refusesShapes_andChangesNothing() {
    Net net = new Net();
    Map<String, List<Float>> before = values(net);
    Map<String, NDArray> state = new LinkedHashMap<>();
    net.stateDict().forEach((name, value) -> state.put(name, NDArray.full(value.shape(), 9)));
    state.remove("scale");
    state.put("first.bias", NDArray.zeros(Shape.of(3)));
    assertThatThrownBy(() -> net.loadStateDict(state, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the state does not fit Net: first.bias has shape [3], not [4]");
    assertThat(values(net)).isEqualTo(before);
  }

  @Test
  void call_runsTheHooks_inTheirOrder_untilTheyAreClosed() {
    Bare bare = new Bare();
    Tensor x = Tensor.scalar(1);
    Hook doubled = bare.beforeForward(input -> input.mul(2));
    Hook added = bare.afterForward((input, output) -> output.add(input).add(1));
    bare.afterForward((input, output) -> output.mul(10));
    assertThat(bare.call(x).item()).isEqualTo(50);
    assertThat(new Sequential(bare).forward(x).item()).isEqualTo(50);
    assertThat(bare.forward(x).item()).as("without the hooks").isEqualTo(1);
    added.close();
    assertThat(bare.call(x).item()).isEqualTo(20);
    doubled.close();
    doubled.close();
    assertThat(bare.call(x).item()).isEqualTo(10);
  }

  @Test
  void freeze_keepsParameters_andUnfreezeLetsThemLearn() {
    Linear frozen = new Linear(2, 2);
    Linear open = new Linear(2, 2);
    Sequential net = new Sequential(frozen, open);
    net.forward(Tensor.ones(1, 2)).sum().backward();
    frozen.freeze();
    assertThat(frozen.parameters()).noneMatch(Tensor::requiresGrad);
    assertThat(frozen.weight().grad()).as("what an optimizer would step by").isNull();
    net.zeroGrad();
    net.forward(Tensor.ones(1, 2)).sum().backward();
    assertThat(frozen.weight().grad()).isNull();
    assertThat(open.weight().grad()).isNotNull();
    frozen.unfreeze();
    net.forward(Tensor.ones(1, 2)).sum().backward();
    assertThat(frozen.weight().grad()).isNotNull();
  }

  @Test
  void apply_visitsEachModule_thoseInsideFirst() {
    Net net = new Net();
    List<Module> seen = new ArrayList<>();
    net.apply(seen::add);
    assertThat(seen).hasSize(6).endsWith(net.rest, net);
    assertThat(net.namedModules().keySet())
        .containsExactly("", "first", "rest", "rest.0", "rest.1", "rest.2");
    assertThat(net.namedModules().get("rest")).isSameAs(net.rest);
  }

  @Test
  void summary_isATable() {
    assertThat(new Net().summary().lines().map(line -> line.strip().replaceAll(" +", " ")))
        .containsExactly(
            "name kind shape parameters",
            "(all) Net 28",
            "scale [1] 1",
            "first Linear 16",
            "first.weight [4, 3] 12",
            "first.bias [4] 4",
            "rest Sequential 11",
            "rest.0 Linear 9",
            "rest.0.weight [1, 8] 8",
            "rest.0.bias [1] 1",
            "rest.1 Relu 0",
            "rest.2 Linear 2",
            "rest.2.weight [1, 2] 2");
  }

  @Test
  void summary_showsThousands() {
    assertThat(new Linear(1000, 1200).summary()).contains("1,201,200").contains("[1200, 1000]");
  }

  @Test
  void parameter_ofAScope_isRefused() {
    try (Scope _ = Scope.open()) {
      assertThatThrownBy(() -> new Parameter(NDArray.zeros(Shape.of(2, 3))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("a parameter of shape [2, 3] would be freed with its scope");
      assertThat(new Linear(2, 2).weight().array().storage().owner()).isNull();
    }
  }

  @Test
  void parameter_withGaps_isRefused() {
    assertThatThrownBy(() -> new Parameter(NDArray.persistent(Shape.of(2, 3)).slice(1, 0, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a parameter of shape [2, 2] cannot be a view with gaps or repetitions");
    assertThatThrownBy(
            () -> new Parameter(NDArray.persistent(Shape.of(1)).broadcastTo(Shape.of(4))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Map<String, List<Float>> values(Module module) {
    Map<String, List<Float>> values = new LinkedHashMap<>();
    module
        .namedParameters()
        .forEach((name, parameter) -> {
          List<Float> list = new ArrayList<>();
          for (float value : parameter.toFloatArray()) {
            list.add(value);
          }
          values.put(name, list);
        });
    return values;
  }

  private static Parameter parameter(int size) {
    return new Parameter(NDArray.persistent(Shape.of(size)));
  }

  private static final class Bare extends Module {
    void add(String name, Module module) {
      register(name, module);
    }

    void add(String name, Parameter parameter) {
      register(name, parameter);
    }

    @Override
    public Tensor forward(Tensor input) {
      return input;
    }
  }

  private static final class Counting extends Module {
    final NDArray count = registerBuffer("count", NDArray.persistent(Shape.SCALAR));
    final Parameter scale = register("scale", parameter(1));

    @Override
    public Tensor forward(Tensor input) {
      count.set(count.item() + 1);
      return input.mul(scale);
    }
  }

  private static final class Net extends Module {
    final Linear first = register("first", new Linear(3, 4));
    final Sequential rest =
        register("rest", new Sequential(new Linear(8, 1), new Relu(), new Linear(2, 1, false)));
    final Parameter scale = register("scale", parameter(1));

    @Override
    public Tensor forward(Tensor input) {
      return rest.forward(first.forward(input)).mul(scale);
    }
  }
}
