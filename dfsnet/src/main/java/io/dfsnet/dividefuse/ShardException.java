package io.dfsnet.dividefuse;

/**
 * A run that failed in one of the shards; the message names the group, the cause is the failure.
 */
public final class ShardException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ShardException(int group, Throwable cause) {
    this("group " + group + " failed: " + cause.getMessage(), cause);
  }

  ShardException(String message, Throwable cause) {
    super("local cluster: " + message, cause);
  }
}
