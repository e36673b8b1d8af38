package io.dfsnet.dividefuse;

import io.dfsnet.nn.Node;

/**
 * A network that cannot be divided, sharded or placed as asked; the message names the node, what
 * was found, the rule that it breaks and, where there is one, the mend.
 */
public final class DivisionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public DivisionException(String message) {
    super(message);
  }

  /** A refusal that begins with the operation and the name of the node. */
  static DivisionException at(Node node, String rule) {
    return new DivisionException(
        node.op().getClass().getSimpleName() + " '" + node.name() + "': " + rule);
  }
}
