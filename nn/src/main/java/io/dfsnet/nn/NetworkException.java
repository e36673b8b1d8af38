package io.dfsnet.nn;

/** A network, or weights for it, that break a rule; the message names the node and the rule. */
public final class NetworkException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public NetworkException(String message) {
    super(message);
  }
}
