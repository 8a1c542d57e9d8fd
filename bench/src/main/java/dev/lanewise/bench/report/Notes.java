package dev.lanewise.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** What a person wrote for a report: Markdown by section. */
record Notes(Map<String, String> sections) {
  static final String QUESTION = "Question";
  static final String VERDICT = "Verdict";
  static final String TRIED = "What was tried";

  private static final List<String> KNOWN = List.of(QUESTION, VERDICT, TRIED);
  private static final Notes NONE = new Notes(Map.of());

  static Notes none() {
    return NONE;
  }

  static Notes read(Path file) {
    try {
      return of(file.toString(), Files.readAllLines(file));
    } catch (NoSuchFileException e) {
      throw new Failure("there is no file " + file, e);
    } catch (IOException e) {
      throw new Failure("cannot read " + file + " as text: " + e.getMessage(), e);
    }
  }

  private static Notes of(String file, List<String> lines) {
    Map<String, StringJoiner> sections = new LinkedHashMap<>();
    StringJoiner section = null;
    boolean code = false;
    for (String line : lines) {
      code ^= line.startsWith("```");
      if (line.startsWith("## ") && !code) {
        String name = line.substring(3).strip();
        section = new StringJoiner("\n");
        if (!KNOWN.contains(name) || sections.put(name, section) != null) {
          throw new Failure(
              file + ": '## " + name + "' should be one of " + KNOWN + ", each at most once");
        }
      } else if (section != null) {
        section.add(line);
      } else if (!line.isBlank()) {
        throw new Failure(file + " should begin with a heading such as '## " + QUESTION + "'");
      }
    }
    Map<String, String> texts = new LinkedHashMap<>();
    sections.forEach((name, text) -> texts.put(name, text.toString().strip()));
    return new Notes(texts);
  }

  /** The section with its heading and a blank line after it, or nothing. */
  String section(String name) {
    String text = sections.getOrDefault(name, "");
    return text.isEmpty() ? "" : "## " + name + "\n\n" + text + "\n\n";
  }
}
