package dev.lanewise.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Damage of the kinds that files suffer, for tests that feed readers with it. */
public final class Mutations {
  private static final String[] TEXT_LIES = {
    "0",
    "-1",
    "00",
    "1e9",
    "2147483647",
    "2147483648",
    "4294967296",
    "1152921504606846976",
    "9223372036854775807",
    "9223372036854775808",
    "99999999999999999999"
  };

  private static final long[] LIES = {
    0, 1, -1, 7, 8, 255, 65_536, 100_000_001, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE
  };

  private Mutations() {}

  /** How many files each try of a property damages: one, and many more under {@code -Dlong}. */
  public static int rounds() {
    return System.getProperty("long") == null ? 1 : 50;
  }

  /** Writes {@code file} anew: to overwrite one in place can wait for the disk. */
  public static void replace(Path file, byte[] bytes) throws IOException {
    Files.deleteIfExists(file);
    Files.write(file, bytes);
  }

  /** A copy of {@code bytes} with one to three damages. */
  public static byte[] mutate(byte[] bytes, RandomGenerator random) {
    byte[] damaged = bytes;
    for (int i = random.nextInt(1, 4); i > 0 && damaged.length > 0; i--) {
      damaged = damage(damaged, random);
    }
    return damaged;
  }

  private static byte[] damage(byte[] bytes, RandomGenerator random) {
    byte[] copy = bytes.clone();
    int at = random.nextInt(copy.length);
    switch (random.nextInt(10)) {
      case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> copy[at] = (byte) random.nextInt(256);
      case 2 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 3 -> {
        return Arrays.copyOf(bytes, bytes.length + random.nextInt(1, 20));
      }
      case 4 -> overwrite(copy, random.nextInt(Math.min(copy.length, 16)), random);
      case 5 -> overwrite(copy, at, random);
      case 6 -> {
        int to = random.nextInt(at, bytes.length);
        return ByteBuffer.allocate(bytes.length - to + at)
            .put(bytes, 0, at)
            .put(bytes, to, bytes.length - to)
            .array();
      }
      case 7 -> {
        return splice(bytes, at, random);
      }
      case 8 -> {
        return replaceNumber(bytes, at, random);
      }
      default -> replaceDigit(copy, at, random);
    }
    return copy;
  }

  /** A length that lies, 4 or 8 bytes wide, in either byte order. */
  private static void overwrite(byte[] bytes, int at, RandomGenerator random) {
    ByteBuffer lie =
        ByteBuffer.allocate(8)
            .order(random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    long value = LIES[random.nextInt(LIES.length)];
    int width = random.nextBoolean() ? 8 : 4;
    if (width == 8) {
      lie.putLong(value);
    } else {
      lie.putInt((int) value);
    }
    System.arraycopy(lie.array(), 0, bytes, at, Math.min(width, bytes.length - at));
  }

  /** Changes the first decimal digit from {@code at} on, as a wrong size in text would. */
  private static void replaceDigit(byte[] bytes, int at, RandomGenerator random) {
    for (int i = at; i < bytes.length; i++) {
      if (isDigit(bytes[i])) {
        bytes[i] = (byte) ('0' + random.nextInt(10));
        return;
      }
    }
  }

  /** Puts a piece of the bytes in at another place, or over what stands there. */
  private static byte[] splice(byte[] bytes, int at, RandomGenerator random) {
    int from = random.nextInt(bytes.length);
    int length = random.nextInt(Math.min(bytes.length - from, 64)) + 1;
    int over = random.nextBoolean() ? 0 : Math.min(length, bytes.length - at);
    return ByteBuffer.allocate(bytes.length + length - over)
        .put(bytes, 0, at)
        .put(bytes, from, length)
        .put(bytes, at + over, bytes.length - at - over)
        .array();
  }

  /** Changes the first number in decimal digits from {@code at} on, whatever its length. */
  private static byte[] replaceNumber(byte[] bytes, int at, RandomGenerator random) {
    int from = at;
    while (from < bytes.length && !isDigit(bytes[from])) {
      from++;
    }
    int to = from;
    while (to < bytes.length && isDigit(bytes[to])) {
      to++;
    }
    byte[] lie = TEXT_LIES[random.nextInt(TEXT_LIES.length)].getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(bytes.length + lie.length - (to - from))
        .put(bytes, 0, from)
        .put(lie)
        .put(bytes, to, bytes.length - to)
        .array();
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
