package dev.lanewise.parity;

import static dev.lanewise.parity.Values.EIGHTHS;

import dev.lanewise.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Views, selections and joins: nothing rounds. */
final class ShapeCases {
  private static final int ROWS = 7;

  private ShapeCases() {}

  static List<Case> all() {
    List<Case> all = new ArrayList<>();
    all.addAll(views());
    all.addAll(parts());
    all.addAll(selections());
    all.addAll(joins());
    return all;
  }

  private static List<Case> views() {
    return List.of(
        ofRank(3, "reshape -1", x -> x.reshape(x.shape().dim(2), -1)),
        ofRank(3, "transpose", Tensor::transpose),
        ofRank(3, "transpose 0 2", x -> x.transpose(0, 2)),
        ofRank(3, "permute 2 0 1", x -> x.permute(2, 0, 1)),
        ofRank(4, "permute 0 -1 1 2", x -> x.permute(0, -1, 1, 2)),
        ofRank(2, "expand", x -> x.expand(3, x.shape().dim(0), x.shape().dim(1)))
            .on("lengths of 1", d -> List.of(d.input(EIGHTHS, d.length(5), 1))),
        of("expand 2 4 3", x -> x.expand(2, 4, 3), 4, 1),
        ofRank(3, "flatten", Tensor::flatten),
        ofRank(4, "flatten 1 2", x -> x.flatten(1, 2)),
        of("squeeze 1", x -> x.squeeze(1), 4, 1, 3),
        ofRank(2, "unsqueeze 1", x -> x.unsqueeze(1)),
        ofRank(2, "unsqueeze -1", x -> x.unsqueeze(-1)));
  }

  /** Parts of an array, on the rows of a length that their bounds want. */
  private static List<Case> parts() {
    return List.of(
        ofRows("slice 0 1 5", x -> x.slice(0, 1, 5)),
        ofRows("slice 0 1 7 2", x -> x.slice(0, 1, 7, 2)),
        ofRows("slice 0 0 7 3", x -> x.slice(-2, 0, 7, 3)),
        ofRows("slice 0 3 3", x -> x.slice(0, 3, 3)),
        ofRows("select 0 4", x -> x.select(0, 4)),
        ofRows("split 3 0", x -> Tensor.concat(1, parts(x))),
        ofRank(3, "flip 0 2", x -> x.flip(0, 2)),
        ofRank(3, "flip -2", x -> x.flip(-2)),
        ofRank(2, "pad", x -> x.pad(new int[] {1, 0}, new int[] {2, 3}, -0.5f)),
        ofRank(3, "tril", x -> x.tril(0)),
        ofRank(2, "tril 1", x -> x.tril(1)),
        ofRank(2, "tril -2", x -> x.tril(-2)),
        ofRank(3, "triu", x -> x.triu(0)),
        ofRank(2, "triu 2", x -> x.triu(2)),
        ofRank(2, "triu -1", x -> x.triu(-1)));
  }

  private static List<Case> selections() {
    return List.of(
        Case.of(
            "indexSelect 0",
            d -> List.of(d.input(EIGHTHS, ROWS, d.length(4)), d.indices(ROWS, d.length(9))),
            x -> x[0].indexSelect(0, Input.indices(x[1]))),
        Case.of(
            "indexSelect -1",
            d -> List.of(d.input(EIGHTHS, d.length(4), ROWS), d.indices(ROWS, d.length(9))),
            x -> x[0].indexSelect(-1, Input.indices(x[1]))),
        Case.of(
            "gather 0",
            d -> List.of(d.input(EIGHTHS, ROWS, 4), d.indices(ROWS, d.length(9), d.length(4))),
            x -> x[0].gather(0, Input.indices(x[1]))),
        Case.of(
            "gather 1",
            d ->
                List.of(
                    d.input(EIGHTHS, 2, ROWS, 3),
                    d.indices(ROWS, d.length(2), d.length(9), d.length(3))),
            x -> x[0].gather(1, Input.indices(x[1]))),
        Case.of(
            "scatterAdd 0",
            d -> scattered(d, ROWS, 3, d.length(9), d.length(3)),
            x -> x[0].scatterAdd(0, Input.indices(x[1]), x[2])),
        Case.of(
            "scatterAdd -1",
            d -> scattered(d, 3, ROWS, d.length(3), d.length(9)),
            x -> x[0].scatterAdd(-1, Input.indices(x[1]), x[2])),
        Case.of(
            "embedding",
            d -> List.of(d.input(EIGHTHS, ROWS, d.length(5)), d.indices(ROWS, d.length(3), 4)),
            x -> x[0].embedding(Input.indices(x[1]))));
  }

  private static List<Input> scattered(Draw d, int rows, int cols, int addedRows, int addedCols) {
    return List.of(
        d.input(EIGHTHS, rows, cols),
        d.indices(ROWS, addedRows, addedCols),
        d.input(EIGHTHS, addedRows, addedCols));
  }

  private static List<Case> joins() {
    Case concat =
        Case.of(
            "concat 1",
            d -> {
              int rows = d.length(4);
              return List.of(
                  d.input(EIGHTHS, rows, d.length(5)),
                  d.input(EIGHTHS, rows, d.length(5)),
                  d.input(EIGHTHS, rows, d.length(5)));
            },
            x -> Tensor.concat(1, x));
    return List.of(
        concat,
        concat.on("nothing", d -> List.of(d.input(EIGHTHS, 2, 3), d.input(EIGHTHS, 2, 0))),
        Case.of(
            "concat -2",
            d -> List.of(d.input(EIGHTHS, 2, d.length(5), 3), d.input(EIGHTHS, 2, d.length(5), 3)),
            x -> Tensor.concat(-2, x)),
        Case.of("stack 1", ShapeCases::two, x -> Tensor.stack(1, x)),
        Case.of("stack -1", ShapeCases::two, x -> Tensor.stack(-1, x)));
  }

  private static List<Input> two(Draw d) {
    int[] dims = d.dims(2);
    return List.of(d.input(EIGHTHS, dims), d.input(EIGHTHS, dims));
  }

  /** The halves of the first six rows side by side, taken from a split. */
  private static Tensor[] parts(Tensor x) {
    return x.split(3, 0).subList(0, 2).toArray(Tensor[]::new);
  }

  private static Case ofRank(int rank, String definition, UnaryOperator<Tensor> function) {
    return Case.of(
        definition, d -> List.of(d.input(EIGHTHS, d.dims(rank))), x -> function.apply(x[0]));
  }

  private static Case ofRows(String definition, UnaryOperator<Tensor> function) {
    return Case.of(
        definition, d -> List.of(d.input(EIGHTHS, ROWS, d.length(5))), x -> function.apply(x[0]));
  }

  private static Case of(String definition, UnaryOperator<Tensor> function, int... dims) {
    return Case.of(definition, d -> List.of(d.input(EIGHTHS, dims)), x -> function.apply(x[0]));
  }
}
