package dev.lanewise.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file format, as the first bytes of a file tell it. */
enum FileKind {
  /** NumPy's format for one array. */
  NPY,
  /** The format of MNIST, plain or gzipped. */
  IDX,
  /** Named tensors. */
  SAFETENSORS;

  private static final int BEGINNING = 9;

  /** The format of {@code file}; what is none of them is taken for safetensors. */
  static FileKind of(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (!Files.isRegularFile(file)) {
      throw new Failure(file + " is not a plain file");
    }
    byte[] begin;
    try (InputStream in = Files.newInputStream(file)) {
      begin = in.readNBytes(BEGINNING);
    }
    if (startsWith(begin, 0x93, 'N', 'U', 'M', 'P', 'Y')) {
      return NPY;
    }
    boolean header = begin.length == BEGINNING && begin[BEGINNING - 1] == '{';
    if (startsWith(begin, 0x1f, 0x8b) || (startsWith(begin, 0, 0) && !header)) {
      return IDX;
    }
    return SAFETENSORS;
  }

  private static boolean startsWith(byte[] begin, int... wanted) {
    if (begin.length < wanted.length) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if ((begin[i] & 0xff) != wanted[i]) {
        return false;
      }
    }
    return true;
  }
}
