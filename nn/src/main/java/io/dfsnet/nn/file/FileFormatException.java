package io.dfsnet.nn.file;

/**
 * A file whose content breaks its format; the message names the file, the rule and, where there is
 * one, the mend. Files that cannot be opened, read or written at all give an {@link
 * java.io.UncheckedIOException} that names them.
 */
public final class FileFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param source the file, or what else the bytes came from
   * @param rule what was found and which rule it breaks
   */
  public FileFormatException(String source, String rule) {
    super(source + ": " + rule);
  }

  public FileFormatException(String source, String rule, Throwable cause) {
    super(source + ": " + rule, cause);
  }
}
