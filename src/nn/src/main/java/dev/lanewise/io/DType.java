package dev.lanewise.io;

import java.nio.ByteBuffer;

/**
 * The type of one element of a stored tensor, named as safetensors names it.
 *
 * <p>The types for which {@link #isReadable()} holds are widened, or for the 32-bit and 64-bit ones
 * rounded, to float32 when they are loaded; the others can be listed but not loaded.
 */
public enum DType {
  /** A byte that is false when zero and true otherwise; loaded as 0 and 1. */
  BOOL(8),
  /** A 4-bit float, two to a byte. */
  F4(4),
  /** A 6-bit float with 2 bits of exponent. */
  F6_E2M3(6),
  /** A 6-bit float with 3 bits of exponent. */
  F6_E3M2(6),
  /** An unsigned byte. */
  U8(8),
  /** A signed byte. */
  I8(8),
  /** An 8-bit float with 5 bits of exponent. */
  F8_E5M2(8),
  /** An 8-bit float with 4 bits of exponent. */
  F8_E4M3(8),
  /** An 8-bit power of two. */
  F8_E8M0(8),
  /** An 8-bit float with 4 bits of exponent, no infinity and no negative zero. */
  F8_E4M3FNUZ(8),
  /** An 8-bit float with 5 bits of exponent, no infinity and no negative zero. */
  F8_E5M2FNUZ(8),
  /** A signed 16-bit integer. */
  I16(16),
  /** An unsigned 16-bit integer. */
  U16(16),
  /** An IEEE half-precision float. */
  F16(16),
  /** The upper half of an IEEE single-precision float. */
  BF16(16),
  /** A signed 32-bit integer. */
  I32(32),
  /** An unsigned 32-bit integer. */
  U32(32),
  /** An IEEE single-precision float. */
  F32(32),
  /** A complex number of two single-precision floats. */
  C64(64),
  /** An IEEE double-precision float. */
  F64(64),
  /** A signed 64-bit integer. */
  I64(64),
  /** An unsigned 64-bit integer. */
  U64(64);

  private final int bits;

  DType(int bits) {
    this.bits = bits;
  }

  /** The bits that one element takes. */
  public int bits() {
    return bits;
  }

  /** Whether elements of this type can be loaded as float32. */
  public boolean isReadable() {
    return switch (this) {
      case BOOL, U8, I8, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64 -> true;
      case F4, F6_E2M3, F6_E3M2, C64 -> false;
      case F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ -> false;
    };
  }

  /** The element at byte {@code at} of {@code bytes}, in that buffer's byte order, as float32. */
  float read(ByteBuffer bytes, int at) {
    return switch (this) {
      case BOOL -> bytes.get(at) == 0 ? 0 : 1;
      case U8 -> Byte.toUnsignedInt(bytes.get(at));
      case I8 -> bytes.get(at);
      case I16 -> bytes.getShort(at);
      case U16 -> Short.toUnsignedInt(bytes.getShort(at));
      case F16 -> Float.float16ToFloat(bytes.getShort(at));
      case BF16 -> Float.intBitsToFloat(bytes.getShort(at) << 16);
      case I32 -> bytes.getInt(at);
      case U32 -> Integer.toUnsignedLong(bytes.getInt(at));
      case F32 -> bytes.getFloat(at);
      case F64 -> (float) bytes.getDouble(at);
      case I64 -> bytes.getLong(at);
      case U64 -> unsignedToFloat(bytes.getLong(at));
      case F4, F6_E2M3, F6_E3M2, C64, F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ ->
          throw new IllegalStateException(this + " has no float32 reading");
    };
  }

  /** Halves a value past the signed range first, keeping the lost bit so that rounding is exact. */
  private static float unsignedToFloat(long value) {
    return value >= 0 ? value : 2f * ((value >>> 1) | (value & 1));
  }
}
