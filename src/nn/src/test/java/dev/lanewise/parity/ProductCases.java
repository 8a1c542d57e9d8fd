package dev.lanewise.parity;

import static dev.lanewise.parity.Tolerance.FUNCTION;
import static dev.lanewise.parity.Tolerance.SUM;
import static dev.lanewise.parity.Values.EIGHTHS;

import dev.lanewise.array.NDArray;
import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Matrix products and what is made of them. On eighths they are exact. */
public final class ProductCases {
  /** The sums of products in Einstein's notation that are tried. */
  public static final List<String> EQUATIONS =
      List.of(
          "ij->ji",
          "ij->i",
          "ijk->",
          "i,i->",
          "i,j->ij",
          "ij,ij->ij",
          "ij,j",
          "ij,jk->ik",
          "ji,kj->ik",
          "bij,bjk->bik",
          "bij,jk->bki",
          "bhqd,bhkd->bhqk",
          "ij,kl->il",
          "bi,bj,bk->ijk",
          "abc,cd,be->ade");

  /** The keys, and as many queries, of an attention. */
  private static final int SEEN = 3;

  private ProductCases() {}

  static List<Case> all() {
    List<Case> all = new ArrayList<>();
    all.addAll(matrices());
    all.addAll(vectors());
    all.addAll(linear());
    EQUATIONS.forEach(equation -> all.add(einsum(equation)));
    all.addAll(attention());
    return all;
  }

  private static List<Case> matrices() {
    Case matmul =
        Case.of(
            "matmul",
            d -> {
              int k = d.length(6);
              return List.of(d.input(EIGHTHS, d.length(6), k), d.input(EIGHTHS, k, d.length(6)));
            },
            x -> x[0].matmul(x[1]));
    return List.of(
        matmul,
        matmul.on("long", d -> List.of(d.input(EIGHTHS, 2, 19), d.input(EIGHTHS, 19, 2))),
        matmul.on("wide", d -> List.of(d.input(EIGHTHS, 2, 2), d.input(EIGHTHS, 2, 19))),
        matmul.on("nothing", d -> List.of(d.input(EIGHTHS, 2, 0), d.input(EIGHTHS, 0, 3))),
        matmul.on(
            "stacks",
            d -> {
              int k = d.length(4);
              return List.of(
                  d.input(EIGHTHS, 3, d.length(3), k), d.input(EIGHTHS, 3, k, d.length(3)));
            }),
        matmul.on(
            "one for a stack",
            d -> List.of(d.input(EIGHTHS, 3, d.length(3), 4), d.input(EIGHTHS, 4, d.length(5)))),
        matmul.on(
            "stacks broadcast",
            d ->
                List.of(
                    d.input(EIGHTHS, 2, 1, d.length(3), 2), d.input(EIGHTHS, 3, 2, d.length(3)))));
  }

  private static List<Case> vectors() {
    return List.of(
        Case.of(
            "dot",
            d -> {
              int[] dims = d.dims(1);
              return List.of(d.input(EIGHTHS, dims), d.input(EIGHTHS, dims));
            },
            x -> x[0].dot(x[1])),
        Case.of(
            "outer",
            d -> List.of(d.input(EIGHTHS, d.length(6)), d.input(EIGHTHS, d.length(6))),
            x -> x[0].outer(x[1])));
  }

  private static List<Case> linear() {
    Case plain = linear("linear", UnaryOperator.identity());
    return List.of(
        plain,
        plain.on("a vector", d -> layer(d, 5)),
        plain.on("a stack", d -> layer(d, 2, 3, 4)),
        Case.of(
            "linear without bias",
            d -> layer(d, d.length(4), d.length(5)).subList(0, 2),
            x -> x[0].linear(x[1], null)),
        linear("linear relu", Tensor::relu),
        linear("linear sigmoid", Tensor::sigmoid).within(FUNCTION, SUM),
        linear("linear tanh", Tensor::tanh).within(FUNCTION, SUM),
        linear("linear gelu", Tensor::gelu).within(FUNCTION, SUM));
  }

  /** A layer and the activation that joins its kernel. */
  private static Case linear(String definition, UnaryOperator<Tensor> activation) {
    return Case.of(
        definition,
        d -> layer(d, d.length(4), d.length(5)),
        x -> activation.apply(x[0].linear(x[1], x[2])));
  }

  private static List<Input> layer(Draw d, int... dims) {
    int out = d.length(5);
    return List.of(
        d.input(EIGHTHS, dims),
        d.input(EIGHTHS, out, dims[dims.length - 1]),
        d.input(EIGHTHS, out));
  }

  private static Case einsum(String equation) {
    String[] terms = equation.replaceFirst("->.*", "").split(",", -1);
    return Case.of(
        "einsum " + equation,
        d -> {
          Map<Character, Integer> lengths = new HashMap<>();
          List<Input> inputs = new ArrayList<>();
          for (String term : terms) {
            int[] dims =
                term.chars()
                    .map(letter -> lengths.computeIfAbsent((char) letter, _ -> d.length(4)))
                    .toArray();
            inputs.add(d.input(EIGHTHS, dims));
          }
          return inputs;
        },
        x -> Tensor.einsum(equation, x));
  }

  private static List<Case> attention() {
    Case plain =
        Case.of("attention", d -> heads(d, 2), x -> Tensor.attention(x[0], x[1], x[2], null))
            .within(SUM, SUM);
    Case masked =
        Case.of(
                "attention masked",
                d -> masked(d, Values.between(-2, 2)),
                x -> Tensor.attention(x[0], x[1], x[2], x[3]))
            .within(SUM, SUM);
    float no = Float.NEGATIVE_INFINITY;
    return List.of(
        plain,
        plain.on("one head", d -> heads(d)),
        plain.on("two stacks", d -> heads(d, 2, 1)),
        masked,
        masked.on("causal", d -> masked(d, 0, no, no, 0, 0, no, 0, 0, 0)),
        masked.on("a query that sees nothing", d -> masked(d, 0, 0, 0, no, no, no, 0, no, 0)));
  }

  /** Queries, as many keys as {@link #SEEN}, and values. */
  private static List<Input> heads(Draw d, int... stack) {
    Values numbers = Values.between(-2, 2);
    int size = d.length(5);
    return List.of(
        d.input(numbers, append(stack, SEEN, size)),
        d.input(numbers, append(stack, SEEN, size)),
        d.input(numbers, append(stack, SEEN, d.length(4))));
  }

  private static List<Input> masked(Draw d, Values mask) {
    return append(heads(d, 2), d.input(mask, SEEN, SEEN));
  }

  private static List<Input> masked(Draw d, float... mask) {
    return append(heads(d, 2), new Input(NDArray.of(mask, SEEN, SEEN), false));
  }

  private static List<Input> append(List<Input> inputs, Input last) {
    return Stream.concat(inputs.stream(), Stream.of(last)).toList();
  }

  private static int[] append(int[] stack, int rows, int cols) {
    return IntStream.concat(IntStream.of(stack), IntStream.of(rows, cols)).toArray();
  }
}
