package dev.lanewise.data;

import java.util.List;

/**
 * What a CSV file holds, as {@link Csv} reads it.
 *
 * @param dataset a sample for each record
 * @param features the names of the columns that its features are from, in their order
 * @param targets the names of the columns that its targets are from; none if they are labels
 * @param classes the name of each class, by its label; none without labels
 */
public record CsvData(
    Dataset dataset, List<String> features, List<String> targets, List<String> classes) {
  /** Copies the lists. */
  public CsvData {
    features = List.copyOf(features);
    targets = List.copyOf(targets);
    classes = List.copyOf(classes);
  }
}
