package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TransformTest {
  private static final Transform DRAW =
      (features, random) -> {
        for (int i = 0; i < features.length; i++) {
          features[i] = random.nextFloat();
        }
      };

  @Test
  void generator_dependsOnSeedEpochAndSampleAlone() {
    DataLoader loader = new DataLoader(Samples.numbered(40), 7).transform(DRAW, 1);
    Map<Integer, String> drawn = drawn(loader.epoch(3));
    assertThat(drawn(loader.epoch(3))).isEqualTo(drawn);
    assertThat(drawn(loader.shuffle(8).epoch(3))).isEqualTo(drawn);
    assertThat(drawn(loader.prefetch(2).epoch(3))).isEqualTo(drawn);
    assertThat(drawn(new DataLoader(Samples.numbered(40), 11).transform(DRAW, 1).epoch(3)))
        .isEqualTo(drawn);
    Sampler some = Sampler.of(3, _ -> new int[] {7, 7, 9});
    assertThat(drawn(loader.sampler(some).epoch(3)))
        .containsOnly(Map.entry(7, drawn.get(7)), Map.entry(9, drawn.get(9)));
    List<String> all = new ArrayList<>(drawn.values());
    all.addAll(drawn(loader.epoch(4)).values());
    all.addAll(drawn(loader.transform(DRAW, 2).epoch(3)).values());
    assertThat(all).hasSize(3 * 40).doesNotHaveDuplicates();
  }

  private static Map<Integer, String> drawn(DataLoader loader) {
    Map<Integer, String> drawn = new HashMap<>();
    for (Batch batch : loader) {
      float[] x = batch.x().toFloatArray();
      for (int i = 0; i < batch.size(); i++) {
        drawn.put(batch.labels()[i], Arrays.toString(Arrays.copyOfRange(x, 6 * i, 6 * i + 6)));
      }
    }
    return drawn;
  }

  @Test
  void andThen_goesOnWithTheSameGenerator() {
    Transform both = DRAW.andThen((features, random) -> features[0] += 10 + random.nextFloat());
    DataLoader loader = new DataLoader(Samples.numbered(1), 1);
    float[] once = loader.transform(DRAW, 1).iterator().next().x().toFloatArray();
    float[] twice = loader.transform(both, 1).iterator().next().x().toFloatArray();
    assertThat(twice[0]).isBetween(once[0] + 10, once[0] + 11).isNotEqualTo(once[0] * 2 + 10);
    assertThat(Arrays.copyOfRange(twice, 1, 6)).isEqualTo(Arrays.copyOfRange(once, 1, 6));
  }

  @Test
  void transform_leavesTheDataSetTargetsAndLabelsAlone() {
    Dataset data = Samples.numbered(5);
    float[] before = data.features().toFloatArray();
    for (Batch batch : new DataLoader(data, 2).transform(DRAW).transform((x, _) -> x[0] = -1)) {
      for (int i = 0; i < batch.size(); i++) {
        int label = batch.labels()[i];
        assertThat(batch.y().array().get(i, 0)).isEqualTo(2 * label);
        assertThat(batch.x().array().get(i, 0, 0)).isEqualTo(-1);
        assertThat(batch.x().array().get(i, 0, 1)).isEqualTo(6 * label + 1);
      }
    }
    assertThat(data.features().toFloatArray()).isEqualTo(before);
  }
}
