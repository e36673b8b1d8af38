package io.dfsnet.cli.download;

/** A file that could not be fetched or unpacked; names it, the rule and the mend. */
public final class DownloadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DownloadException(String message) {
    super(message);
  }

  public DownloadException(String message, Throwable cause) {
    super(message, cause);
  }
}
