package dev.lanewise.serve;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Rows as little-endian float32 numbers. */
final class FloatRows {
  private FloatRows() {}

  static void read(InputStream body, Rows rows) throws IOException {
    ByteBuffer row = ByteBuffer.allocate(rows.width() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (true) {
      int bytes = body.readNBytes(row.array(), 0, row.capacity());
      if (bytes == 0) {
        return;
      }
      if (bytes < row.capacity()) {
        throw new Refusal(
            422,
            (((long) rows.count() * row.capacity() + bytes) + " bytes are not whole rows of ")
                + (rows.width() + " float32 numbers, " + row.capacity() + " bytes each"));
      }
      rows.begin();
      for (int i = 0; i < rows.width(); i++) {
        rows.set(i, row.getFloat(i * Float.BYTES));
      }
      rows.end(rows.width());
    }
  }

  static byte[] bytes(float[] values, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, 0, count);
    return bytes.array();
  }
}
