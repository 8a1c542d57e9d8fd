package dev.lanewise.cli;

import dev.lanewise.data.Idx;
import dev.lanewise.io.Npy;
import dev.lanewise.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command that shows what a file holds. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    header = "Shows what a file holds.",
    description = {
      "Lists the tensors of a safetensors file with their types, shapes, bytes"
          + " and offsets, and its metadata; or the type and shape of an npy or IDX file. The file"
          + " is checked by every rule of its format."
    },
    parameterListHeading = "%nParameters:%n",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExample:%n",
    footer = "  lanewise inspect runs/mnist/model.safetensors")
final class InspectCommand implements Callable<Integer> {
  private final Screen screen;

  @Parameters(
      paramLabel = "FILE",
      description = "A safetensors, npy or IDX file; IDX also gzipped.")
  private Path file = Path.of("");

  InspectCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws IOException {
    String text =
        switch (FileKind.of(file)) {
          case SAFETENSORS -> safeTensors();
          case NPY -> npy();
          case IDX -> "IDX  " + Idx.read(file) + System.lineSeparator();
        };
    screen.out().print(text);
    return 0;
  }

  private String npy() throws IOException {
    Npy.Header header = Npy.header(file);
    return String.format(
        Locale.ROOT,
        "npy  %s %s, %s order%n",
        header.dtype(),
        header.shape(),
        header.fortran() ? "Fortran" : "C");
  }

  private String safeTensors() throws IOException {
    SafeTensors saved = SafeTensors.read(file);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("tensor", "dtype", "shape", "bytes", "from", "to"));
    long elements = 0;
    long bytes = 0;
    for (SafeTensors.Entry entry : saved.entries().values()) {
      elements += entry.shape().stream().reduce(1L, (a, b) -> a * b);
      bytes += entry.end() - entry.begin();
      rows.add(
          List.of(
              printable(entry.name()),
              entry.dtype().name(),
              entry.shape().toString(),
              commas(entry.end() - entry.begin()),
              commas(entry.begin()),
              commas(entry.end())));
    }
    StringBuilder text = new StringBuilder(Text.table(3, rows));
    text.append(
        String.format(
            Locale.ROOT,
            "%n%,d tensors, %,d elements, %s of data, %s in all%n",
            saved.entries().size(),
            elements,
            Text.bytes(bytes),
            Text.bytes(Files.size(file))));
    if (!saved.metadata().isEmpty()) {
      List<List<String>> metadata = new ArrayList<>();
      for (Map.Entry<String, String> pair : saved.metadata().entrySet()) {
        metadata.add(List.of(printable(pair.getKey()), printable(pair.getValue())));
      }
      text.append(System.lineSeparator()).append(Text.table(2, metadata));
    }
    return text.toString();
  }

  private static String commas(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** A text of the file without the control characters that would steer a terminal. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
