package io.dfsnet.cli;

/**
 * An argument that names something unusable: the call is wrong, and nothing has been done. Exit
 * status 2. Made of what is wrong, the rule, and the mend, like every message of the project.
 */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }

  UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
