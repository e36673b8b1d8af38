package io.dfsnet.nn.data;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Data that break a rule; the message names the file or the set, the rule and the mend. */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Whether the reason is a file or folder that does not exist. */
  public boolean missing() {
    return getCause() instanceof NoSuchFileException;
  }

  /** A file that the file system does not give. */
  static DataException unreadable(Path file, IOException cause) {
    return new DataException(file + ": cannot be read: " + cause.getMessage(), cause);
  }
}
