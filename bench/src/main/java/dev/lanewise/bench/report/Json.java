package dev.lanewise.bench.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An object of a JSON file, with where it stands, so that what it lacks can be named. */
record Json(String where, Map<String, Object> fields) {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** Stands for JSON's null, which a value's map cannot hold. */
  private static final Object NULL = new Object();

  /** The value that {@code file} holds: a map, a list, a string, a double or a boolean. */
  static Object read(Path file) {
    try {
      if (Files.size(file) == 0) {
        throw new Failure(file + " is empty, not a JSON file");
      }
      try (JsonParser parser = FACTORY.createParser(Files.readAllBytes(file))) {
        parser.nextToken();
        Object value = value(parser);
        if (parser.nextToken() != null) {
          throw new Failure(
              file
                  + " is not a JSON file: more follows at line "
                  + line(parser)
                  + " after its end");
        }
        return value;
      }
    } catch (NoSuchFileException e) {
      throw new Failure("there is no file " + file, e);
    } catch (JsonProcessingException e) {
      throw new Failure(file + " is not a JSON file: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new Failure("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static int line(JsonParser parser) {
    return parser.currentTokenLocation().getLineNr();
  }

  private static Object value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          fields.put(name, value(parser));
        }
        yield fields;
      }
      case START_ARRAY -> {
        List<Object> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          values.add(value(parser));
        }
        yield values;
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> NULL;
      case null -> throw new com.fasterxml.jackson.core.JsonParseException(parser, "nothing in it");
      default -> parser.getText();
    };
  }

  /** Takes {@code value}, which must be an object. */
  static Json object(String where, Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new Failure(where + " should be an object");
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    map.forEach((name, field) -> fields.put((String) name, field));
    return new Json(where, fields);
  }

  boolean has(String name) {
    return fields.containsKey(name);
  }

  String string(String name) {
    return require(name, String.class, "a string");
  }

  double number(String name) {
    return require(name, Double.class, "a number");
  }

  int integer(String name) {
    return (int) number(name);
  }

  List<?> list(String name) {
    return require(name, List.class, "a list");
  }

  /** The strings of the list {@code name}. */
  List<String> strings(String name) {
    return list(name).stream().map(String::valueOf).toList();
  }

  /** The numbers of a list, which {@code name} describes; JMH writes what is no number as text. */
  List<Double> numbers(String name, Object list) {
    if (!(list instanceof List<?> values)) {
      throw new Failure(where + ": " + name + " should hold lists of numbers");
    }
    List<Double> numbers = new ArrayList<>();
    for (Object value : values) {
      if (!(value instanceof Double number)) {
        throw new Failure(where + ": " + name + " holds " + value + " where a number should be");
      }
      numbers.add(number);
    }
    return numbers;
  }

  Json object(String name) {
    return object(where + ": " + name, require(name, Map.class, "an object"));
  }

  /** The object {@code name}, or an empty one where there is none. */
  Json objectOrEmpty(String name) {
    return has(name) ? object(name) : new Json(where, Map.of());
  }

  private <T> T require(String name, Class<T> type, String kind) {
    return Optional.ofNullable(fields.get(name))
        .filter(type::isInstance)
        .map(type::cast)
        .orElseThrow(() -> new Failure(where + " has no " + name + " that is " + kind));
  }
}
