package dev.lanewise.bench.report;

import java.util.ArrayList;
import java.util.List;

/** A table in Markdown. */
final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  Table(List<String> heads) {
    rows.add(heads);
  }

  void row(List<String> cells) {
    rows.add(cells);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      List<String> row = rows.get(i);
      text.append("| ").append(String.join(" | ", row)).append(" |\n");
      if (i == 0) {
        text.append("|").append("---|".repeat(row.size())).append('\n');
      }
    }
    return text.append('\n').toString();
  }
}
