package dev.lanewise.serve;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The body of a request, which is refused as soon as it is longer than it may be. */
final class Body extends FilterInputStream {
  private final long limit;
  private long count;

  Body(InputStream in, long limit) {
    super(in);
    this.limit = limit;
  }

  /** The refusal of a body longer than {@code limit} bytes. */
  static Refusal tooLong(long limit) {
    return new Refusal(413, "the body is longer than " + limit + " bytes");
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int read;
    try {
      read = super.read(bytes, offset, length);
    } catch (IOException e) {
      throw new Refusal(400, "the body broke off after " + count + " bytes: " + e.getMessage());
    }
    count += Math.max(read, 0);
    if (count > limit) {
      throw tooLong(limit);
    }
    return read;
  }

  @Override
  public long skip(long n) throws IOException {
    throw new UnsupportedOperationException("a body is read, not skipped");
  }
}
