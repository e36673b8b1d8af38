package io.dfsnet.nn.json;

/**
 * Text that is not JSON, or JSON that is not what its reader expects. The message names the
 * position or the key, and the rule.
 */
public final class JsonException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public JsonException(String message) {
    super(message);
  }
}
