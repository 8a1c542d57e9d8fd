package dev.lanewise.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.array.NDArray;
import dev.lanewise.array.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SafeTensorsTest {
  @TempDir Path folder;

  @Test
  void read_goldenBytes() throws IOException {
    String json =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}} ";
    assertThat(json).hasSize(0x8b);
    byte[] head = {(byte) 0x8b, 0, 0, 0, 0, 0, 0, 0};
    byte[] data = {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0xc0, 0, 0, (byte) 0xc0, 0x7f};
    Path file = folder.resolve("golden.safetensors");
    Files.write(file, concat(head, json.getBytes(StandardCharsets.UTF_8), data));

    SafeTensors tensors = SafeTensors.read(file);

    assertThat(tensors.metadata()).containsExactly(Map.entry("format", "pt"));
    assertThat(tensors.entries().keySet()).containsExactly("a", "b");
    assertThat(tensors.entries().get("b"))
        .isEqualTo(new SafeTensors.Entry("b", DType.F32, List.of(2L), 4, 12));
    assertThat(tensors.load("a").shape()).isEqualTo(Shape.of());
    assertThat(tensors.load("a").toFloatArray()).containsExactly(1f);
    assertThat(tensors.load("b").toFloatArray()).containsExactly(-2f, Float.NaN);
  }

  @Test
  void write_goldenBytes() throws IOException {
    Path file = folder.resolve("written.safetensors");
    Map<String, NDArray> tensors = new TreeMap<>();
    tensors.put("w", NDArray.of(new float[] {1, -2}, 1, 2));
    SafeTensors.write(file, tensors, Map.of());
    String json = "{\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}";
    String padded = json + " ".repeat(56 - json.length());
    assertThat(Files.readAllBytes(file))
        .isEqualTo(
            concat(
                new byte[] {56, 0, 0, 0, 0, 0, 0, 0},
                padded.getBytes(StandardCharsets.UTF_8),
                new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0xc0}));
  }

  @Test
  void write_roundTrip() throws IOException {
    float[] odd = {0f, -0f, Float.NaN, Float.MIN_VALUE, Float.NEGATIVE_INFINITY, 3.25f};
    Map<String, NDArray> tensors =
        Map.of(
            "fc1.weight", NDArray.of(odd, 2, 3),
            "fc1.bias", NDArray.of(new float[] {1, 2, 3}, 3),
            "empty", NDArray.zeros(Shape.of(4, 0, 2)),
            "scalar", NDArray.zeros(Shape.of()),
            "strided", NDArray.of(odd, 2, 3).transpose(),
            "names may be \"odd\"\n\u00e9\ud83d\ude00", NDArray.of(new float[] {7}, 1, 1));
    Map<String, String> metadata = Map.of("step", "12", "", "\u0000 quoted \"\\");
    Path file = folder.resolve("model.safetensors");
    SafeTensors.write(file, tensors, metadata);

    SafeTensors read = SafeTensors.read(file);

    assertThat(read.metadata()).isEqualTo(metadata);
    assertThat(read.entries().keySet()).containsExactlyElementsOf(new TreeMap<>(tensors).keySet());
    Map<String, NDArray> loaded = read.loadAll();
    tensors.forEach((name, array) -> {
      assertThat(loaded.get(name).shape()).isEqualTo(array.shape());
      assertThat(loaded.get(name).toFloatArray()).isEqualTo(array.toFloatArray());
    });
    assertThat(
            ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8)
        .isZero();
    byte[] first = Files.readAllBytes(file);
    SafeTensors.write(file, tensors, metadata);
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void write_longerThanOneChunk() throws IOException {
    float[] values = new float[700_001];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    Path file = folder.resolve("long.safetensors");
    SafeTensors.write(file, Map.of("a", NDArray.of(values), "b", NDArray.of(values)), Map.of());
    assertThat(SafeTensors.read(file).load("a").toFloatArray()).isEqualTo(values);
    assertThat(SafeTensors.read(file).load("b").toFloatArray()).isEqualTo(values);
  }

  @Test
  void load_widensOtherTypes() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
    StringBuilder json = new StringBuilder("{");
    data.put((byte) 2);
    add(json, "BOOL", 0, data);
    data.put((byte) 200);
    add(json, "U8", 1, data);
    data.put((byte) 200);
    add(json, "I8", 2, data);
    data.putShort((short) -2);
    add(json, "I16", 3, data);
    data.putShort((short) -2);
    add(json, "U16", 5, data);
    data.putShort((short) 0xc100);
    add(json, "F16", 7, data);
    data.putShort((short) 0xc020);
    add(json, "BF16", 9, data);
    data.putInt(-5);
    add(json, "I32", 11, data);
    data.putInt(-1);
    add(json, "U32", 15, data);
    data.putDouble(-2.5);
    add(json, "F64", 19, data);
    data.putLong(-3);
    add(json, "I64", 27, data);
    data.putLong(0x8000_0080_0000_0001L);
    add(json, "U64", 35, data);
    json.setCharAt(json.length() - 1, '}');
    SafeTensors tensors = SafeTensors.read(file(json.toString(), data.position(), data.array()));
    Map<String, Float> expected =
        Map.ofEntries(
            Map.entry("BOOL", 1f),
            Map.entry("U8", 200f),
            Map.entry("I8", -56f),
            Map.entry("I16", -2f),
            Map.entry("U16", 65534f),
            Map.entry("F16", -2.5f),
            Map.entry("BF16", -2.5f),
            Map.entry("I32", -5f),
            Map.entry("U32", 0x1p32f),
            Map.entry("F64", -2.5f),
            Map.entry("I64", -3f),
            Map.entry("U64", 0x1.000002p63f));
    for (Map.Entry<String, NDArray> loaded : tensors.loadAll().entrySet()) {
      assertThat(loaded.getValue().item())
          .as(loaded.getKey())
          .isEqualTo(expected.get(loaded.getKey()));
    }
  }

  @Test
  void load_typeThatCannotBeRead() throws IOException {
    SafeTensors tensors =
        SafeTensors.read(file("{'q':{'dtype':'F4','shape':[2,3],'data_offsets':[0,3]}}", 3));
    assertThat(tensors.entries().get("q").dtype()).isEqualTo(DType.F4);
    assertThatThrownBy(() -> tensors.load("q"))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("\"q\" has the dtype F4, which cannot be read as float32");
  }

  @Test
  void load_dimensionTooLarge() throws IOException {
    SafeTensors tensors =
        SafeTensors.read(
            file("{'q':{'dtype':'F32','shape':[0,2147483648],'data_offsets':[0,0]}}", 0));
    assertThatThrownBy(() -> tensors.load("q"))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("dimension of 2147483648, over 2^31 - 1");
  }

  @Test
  void load_unknownName() throws IOException {
    SafeTensors tensors = SafeTensors.read(file("{}", 0));
    assertThatThrownBy(() -> tensors.load("w"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("holds no tensor \"w\"");
  }

  @Test
  void load_fileChangedSince() throws IOException {
    Path file = file("{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}", 8);
    SafeTensors tensors = SafeTensors.read(file);
    FileTime modified = Files.getLastModifiedTime(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 1);
    }
    Files.setLastModifiedTime(file, modified);
    assertThatThrownBy(() -> tensors.load("a"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("was changed since its header was read");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | 0 | 8 | the header does not begin with '{'",
        " `` {} | 0 | 8 | does not begin with '{'",
        "{ | 0 | 9 | the header is not valid JSON: Unexpected end",
        "{'a' 1} | 0 | 14| the header is not valid JSON",
        "{}x | 0 | 10| only spaces may follow",
        "{'a':1} | 0 | 13| the tensor \"a\" must be described by an object",
        "{'a':[[[[[]]]]]} | 0 | 13| the tensor \"a\" must be described by an object",
        "{'a':{}} | 0 | 9 | the tensor \"a\" lacks the key \"dtype\"",
        "{'a':{'dtype':'F32'}} | 0 | 9 | lacks the key \"shape\"",
        "{'a':{'dtype':'F32','shape':[]}} | 0 | 9 | lacks the key \"data_offsets\"",
        "{'a':{'dtype':'F32','dtype':'F32'}} | 0 | 28| has the key \"dtype\" twice",
        "{'a':{'shape':[],'shape':[]}} | 0 | 25| has the key \"shape\" twice",
        "{'a':{'kind':1}} | 0 | 14| has the unknown key \"kind\"",
        "{'a':{'dtype':32}} | 0 | 22| \"dtype\" must be a string",
        "{'a':{'dtype':'f32'}} | 0 | 22| has the unknown dtype \"f32\"",
        "{'a':{'shape':4}} | 0 | 22| \"shape\" must be an array of whole numbers",
        "{'a':{'shape':[1.5]}} | 0 | 23| must be an array of whole numbers",
        "{'a':{'shape':[-1]}} | 0 | 23| none of them negative",
        "{'a':{'shape':[-0]}} | 0 | 23| none of them negative",
        "{'a':{'shape':['1']}} | 0 | 23| must be an array of whole numbers",
        "{'a':{'shape':[9223372036854775808]}} | 0 | 23| which is past 2^63 - 1",
        "{'a':{'shape':[01]}} | 0 | 24| the header is not valid JSON",
        "{'__metadata__':[]} | 0 | 24| \"__metadata__\" must be an object of strings",
        "{'__metadata__':{'a':1}} | 0 | 29| the metadata value of \"a\" must be a string",
        "{'__metadata__':{'a':'','a':''}} | 0 | 32| the metadata key \"a\" stands twice",
        "{'__metadata__':{},'__metadata__':{}} | 0 | 27| the key \"__metadata__\" stands twice",
      })
  void read_malformedHeader(String json, int dataLength, long offset, String rule)
      throws IOException {
    assertRefused(file(json, dataLength), offset, rule);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "U8  | 3                     | 0     | 3 | must hold two numbers, not 1",
        "U8  | 3                     | 0,1,2 | 3 | must hold two numbers, not 3",
        "U8  | 3                     | 3,0   | 3 | begins at 3, after its end at 0",
        "U8  | 3                     | 0,3   | 2 | ends at 3, but the file holds only 2 bytes of"
            + " data",
        "U8  | 4                     | 0,3   | 3 | takes 4 bytes, but its offsets span 3",
        "F32 | 1,2                   | 0,2   | 2 | of shape [1, 2] and dtype F32 takes 8 bytes",
        "U8  | 4294967296,4294967296 | 0,3   | 3 | whose size overflows",
        "I64 | 1152921504606846976   | 0,0 | 0 | whose size overflows",
        "F4  | 3                     | 0,1   | 1 | does not fill whole bytes",
        "U8  | 3                     | 1,4   | 4 | no tensor covers the data from 0 to 1",
        "U8  | 3                     | 0,3   | 4 | the last tensor ends at 3, but the file holds 4",
      })
  void read_malformedEntry(String dtype, String shape, String offsets, int dataLength, String rule)
      throws IOException {
    assertRefused(file("{" + entry("t", dtype, shape, offsets) + "}", dataLength), null, rule);
  }

  @Test
  void read_holesAndOverlaps() throws IOException {
    String first = entry("a", "U8", "4", "0,4");
    assertRefused(
        file("{" + entry("b", "U8", "2", "5,7") + "," + first + "}", 7),
        null,
        "no tensor covers the data from 4 to 5, where the tensor \"b\" begins");
    assertRefused(
        file("{" + entry("b", "U8", "2", "3,5") + "," + first + "}", 5),
        null,
        "the tensor \"b\" begins at 3, inside the one before it, which ends at 4");
    assertRefused(
        file("{" + first + "," + entry("a", "U8", "1", "4,5") + "}", 5),
        null,
        "the tensor \"a\" stands twice");
    assertRefused(file("{}", 1), null, "the last tensor ends at 0, but the file holds 1 bytes");
  }

  @Test
  void read_tensorsOfNoSizeBetweenOthers() throws IOException {
    String json =
        "{"
            + String.join(
                ",",
                entry("b", "U8", "2", "4,6"),
                entry("none", "U8", "0,5", "4,4"),
                entry("a", "U8", "4", "0,4"),
                entry("last", "U8", "0", "6,6"))
            + "}";
    SafeTensors tensors = SafeTensors.read(file(json, 6));
    assertThat(tensors.entries().keySet()).containsExactly("a", "none", "b", "last");
    assertThat(tensors.load("none").shape()).isEqualTo(Shape.of(0, 5));
  }

  @Test
  void read_lengths() throws IOException {
    assertRefused(bytes(new byte[7]), 7L, "begins with 8 bytes, and this one ends before them");
    assertRefused(bytes(new byte[8]), 8L, "the header does not begin with '{'");
    assertRefused(
        bytes(new byte[] {1, (byte) 0xe1, (byte) 0xf5, 5, 0, 0, 0, 0, '{'}),
        0L,
        "the header's length is 100000001, over the limit of 100000000 bytes");
    assertRefused(
        bytes(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{'}),
        0L,
        "the header's length is 18446744073709551615, over the limit");
    assertRefused(
        bytes(new byte[] {3, 0, 0, 0, 0, 0, 0, 0, '{', '}'}),
        0L,
        "the header's length is 3, but only 2 bytes follow");
  }

  @Test
  void read_textThatIsNotUtf8() throws IOException {
    byte[] overlong = {4, 0, 0, 0, 0, 0, 0, 0, '{', (byte) 0xc0, (byte) 0x80, '}'};
    assertRefused(bytes(overlong), 9L, "the header is not UTF-8");
    byte[] cut = {2, 0, 0, 0, 0, 0, 0, 0, '{', (byte) 0xc3};
    assertRefused(bytes(cut), 9L, "the header is not UTF-8");
    byte[] utf16 = {4, 0, 0, 0, 0, 0, 0, 0, '{', 0, '}', 0};
    assertRefused(bytes(utf16), 9L, "a NUL byte");
  }

  @Test
  void read_noSuchFile() {
    Path file = folder.resolve("absent");
    assertThatThrownBy(() -> SafeTensors.read(file))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(file + ": there is no such file");
    assertThatThrownBy(() -> SafeTensors.read(folder))
        .isInstanceOf(IOException.class)
        .hasMessage(folder + " is not a plain file");
  }

  @Test
  void write_refusesNamesThatCannotBeStored() {
    Path file = folder.resolve("refused");
    NDArray one = NDArray.of(new float[] {1});
    assertThatThrownBy(() -> SafeTensors.write(file, Map.of("__metadata__", one), Map.of()))
        .hasMessage("no tensor may be named \"__metadata__\"");
    assertThatThrownBy(() -> SafeTensors.write(file, Map.of("\ud83d", one), Map.of()))
        .hasMessageContaining("the name of a tensor holds half a surrogate pair");
    assertThatThrownBy(() -> SafeTensors.write(file, Map.of("a", one), Map.of("k", "\ude00")))
        .hasMessageContaining("the metadata value of \"k\" holds half a surrogate pair");
    assertThat(file).doesNotExist();
  }

  private static void add(StringBuilder json, String dtype, int begin, ByteBuffer data) {
    json.append(entry(dtype, dtype, "1", begin + "," + data.position()).replace('\'', '"'))
        .append(',');
  }

  private static String entry(String name, String dtype, String shape, String offsets) {
    return "'%s':{'dtype':'%s','shape':[%s],'data_offsets':[%s]}"
        .formatted(name, dtype, shape, offsets);
  }

  private void assertRefused(Path file, Long offset, String rule) {
    assertThatThrownBy(() -> SafeTensors.read(file))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith(file + ", at byte ")
        .hasMessageContaining(rule)
        .satisfies(e -> {
          if (offset != null) {
            assertThat(((FormatException) e).offset()).isEqualTo(offset);
          }
        });
  }

  /** A file of the header {@code json}, in which ' stands for ", and of zeros for data. */
  private Path file(String json, int dataLength) throws IOException {
    return file(json.replace('\'', '"'), dataLength, new byte[dataLength]);
  }

  private Path file(String json, int dataLength, byte[] data) throws IOException {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    return bytes(
        ByteBuffer.allocate(8 + text.length + dataLength)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(text.length)
            .put(text)
            .put(data, 0, dataLength)
            .array());
  }

  private Path bytes(byte[] content) throws IOException {
    return Files.write(folder.resolve("file.safetensors"), content);
  }

  private static byte[] concat(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(1 << 12);
    for (byte[] part : parts) {
      all.put(part);
    }
    byte[] bytes = new byte[all.position()];
    all.get(0, bytes);
    return bytes;
  }
}
