package io.dfsnet.bench.peers;

/** The comparison cannot be made as asked; the message names the thing, the rule and the mend. */
final class PeersException extends RuntimeException {
  private static final long serialVersionUID = 1;

  PeersException(String message) {
    super(message);
  }

  PeersException(String message, Throwable cause) {
    super(message, cause);
  }
}
