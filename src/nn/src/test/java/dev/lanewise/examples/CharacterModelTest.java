package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.array.Indices;
import dev.lanewise.array.NDArray;
import dev.lanewise.data.Batch;
import dev.lanewise.data.DataLoader;
import dev.lanewise.data.Dataset;
import dev.lanewise.memory.Scope;
import dev.lanewise.nn.Embedding;
import dev.lanewise.nn.Gru;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Module;
import dev.lanewise.nn.Recurrent;
import dev.lanewise.nn.Seed;
import dev.lanewise.optim.AdamW;
import dev.lanewise.optim.OneCycleSchedule;
import dev.lanewise.tensor.NoGrad;
import dev.lanewise.tensor.Tensor;
import dev.lanewise.train.Epoch;
import dev.lanewise.train.Trainer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A network reads texts of brackets that match, such as {@code ([]{})[]}, one character at a time,
 * and learns to say which comes next. On fresh text no model can have a cross-entropy below that of
 * the grammar the text was drawn from; the network comes near it, and what it writes itself keeps
 * to the grammar.
 *
 * <pre>
 *   mvn -q test -pl src/nn -am -Dtest=CharacterModelTest -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
final class CharacterModelTest {
  private static final int LENGTH = 64;
  private static final int EPOCHS = 8;

  @Test
  void network_reachesTheEntropyOfTheText_andWritesBracketsThatMatch() throws Exception {
    Seed.set(1);
    Dataset train = texts(6_000, 1);
    Dataset test = texts(1_000, 2);
    CharacterModel model = new CharacterModel(16, 64);
    DataLoader batches = new DataLoader(train, 32).shuffle(1);
    Epoch last =
        new Trainer(model, new AdamW(model.parameters(), 1e-2), CharacterModelTest::loss)
            .scheduleBySteps(new OneCycleSchedule(EPOCHS * batches.batches()))
            .clipNorm(1)
            .validate(new DataLoader(test, 250))
            .fit(batches, EPOCHS)
            .epochs()
            .getLast();
    double loss = last.validation().orElseThrow();
    double floor = Grammar.crossEntropy(test);
    List<String> written = model.write(500, LENGTH, new SplittableRandom(3));
    double right = written.stream().filter(Grammar::allows).count() / 500.0;
    System.out.printf(
        "characters: cross-entropy %.4f, of the grammar %.4f; %.1f%% of the texts written keep to"
            + " it, such as %s%n",
        loss, floor, 100 * right, written.getFirst());
    // Whoever closes a bracket and forgets which one lies under it ends a sixth above the floor.
    assertThat(loss).isBetween(floor, 1.01 * floor);
    // One wrong character spoils a text: of 600 characters at most one is wrong.
    assertThat(right).isGreaterThan(0.9);
  }

  /** The mean over all characters of what it costs to say which comes next. */
  private static Tensor loss(Module model, Batch batch) {
    Tensor logits = model.forward(batch.x()); // [batch, length, characters]
    return Losses.crossEntropy(logits.flatten(0, 1), Indices.of(batch.y().array()).toIntArray());
  }

  /** Texts of the grammar; the target of each character is the next. */
  private static Dataset texts(int count, long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    float[] x = new float[count * LENGTH];
    float[] y = new float[count * LENGTH];
    for (int text = 0; text < count; text++) {
      String written = Grammar.write(LENGTH + 1, random);
      for (int i = 0; i < LENGTH; i++) {
        x[text * LENGTH + i] = Grammar.CHARACTERS.indexOf(written.charAt(i));
        y[text * LENGTH + i] = Grammar.CHARACTERS.indexOf(written.charAt(i + 1));
      }
    }
    return Dataset.of(NDArray.of(x, count, LENGTH), NDArray.of(y, count, LENGTH));
  }

  /** Returns a number with the probability that {@code probabilities} gives it. */
  private static int draw(double[] probabilities, RandomGenerator random) {
    double left = random.nextDouble() * Arrays.stream(probabilities).sum();
    int drawn = 0;
    while (drawn < probabilities.length - 1 && left >= probabilities[drawn]) {
      left -= probabilities[drawn++];
    }
    return drawn;
  }

  /** A network that says, after each character of a text, how likely each is to come next. */
  private static final class CharacterModel extends Module {
    private final Embedding table;
    private final Gru gru;
    private final Linear readout;
    private final int hidden;

    CharacterModel(int size, int hidden) {
      table = register("table", new Embedding(Grammar.CHARACTERS.length(), size));
      gru = register("gru", new Gru(size, hidden));
      readout = register("readout", new Linear(hidden, Grammar.CHARACTERS.length()));
      this.hidden = hidden;
    }

    @Override
    public Tensor forward(Tensor texts) {
      return readout.forward(gru.forward(table.forward(texts)));
    }

    /** Returns texts that the network writes side by side, each character drawn as it says. */
    List<String> write(int count, int length, RandomGenerator random) {
      List<StringBuilder> texts =
          Stream.generate(() -> new StringBuilder("(")).limit(count).toList();
      int[] last = new int[count]; // the first of the characters
      try (NoGrad _ = NoGrad.open();
          Scope _ = Scope.open()) {
        List<Tensor> state = List.of(Tensor.zeros(1, count, hidden));
        for (int i = 1; i < length; i++) {
          Recurrent.Result read = gru.run(table.forward(Indices.of(last, count, 1)), state);
          state = read.state();
          NDArray next = readout.forward(read.output()).softmax(-1).array(); // [count, 1, chars]
          for (int text = 0; text < count; text++) {
            double[] p = new double[next.shape().dim(-1)];
            for (int c = 0; c < p.length; c++) {
              p[c] = next.get(text, 0, c);
            }
            last[text] = draw(p, random);
            texts.get(text).append(Grammar.CHARACTERS.charAt(last[text]));
          }
        }
      }
      return texts.stream().map(StringBuilder::toString).toList();
    }
  }

  /**
   * The text's law: where nothing is open one of three brackets opens; where brackets are open to
   * the greatest depth the last one closes; elsewhere either is as likely.
   */
  private static final class Grammar {
    static final String CHARACTERS = "([{)]}";

    private static final int KINDS = 3;
    private static final int DEPTH = 4;

    private Grammar() {}

    static String write(int length, RandomGenerator random) {
      StringBuilder text = new StringBuilder();
      String open = "";
      while (text.length() < length) {
        char next = CHARACTERS.charAt(draw(next(open), random));
        text.append(next);
        open = after(open, next);
      }
      return text.toString();
    }

    static boolean allows(String text) {
      String open = "";
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (next(open)[CHARACTERS.indexOf(c)] == 0) {
          return false;
        }
        open = after(open, c);
      }
      return true;
    }

    /** Returns the mean over the targets of the negative logarithm of their probability. */
    static double crossEntropy(Dataset texts) {
      float[] x = texts.features().toFloatArray();
      float[] y = texts.targets().toFloatArray();
      double sum = 0;
      String open = "";
      for (int i = 0; i < x.length; i++) {
        open = after(i % LENGTH == 0 ? "" : open, CHARACTERS.charAt((int) x[i]));
        sum -= Math.log(next(open)[(int) y[i]]);
      }
      return sum / x.length;
    }

    /** Returns how likely each character is to come next while {@code open} brackets are open. */
    private static double[] next(String open) {
      double[] probabilities = new double[CHARACTERS.length()];
      double opens = open.isEmpty() ? 1 : open.length() == DEPTH ? 0 : 0.5;
      Arrays.fill(probabilities, 0, KINDS, opens / KINDS);
      if (!open.isEmpty()) {
        int innermost = CHARACTERS.indexOf(open.charAt(open.length() - 1));
        probabilities[KINDS + innermost] = 1 - opens;
      }
      return probabilities;
    }

    private static String after(String open, char next) {
      return CHARACTERS.indexOf(next) < KINDS ? open + next : open.substring(0, open.length() - 1);
    }
  }
}
