package io.dfsnet.cli.download;

import java.time.Duration;

/**
 * How long a download may take.
 *
 * @param idle how long a server may send nothing
 * @param total for one file
 * @param pause before a broken connection is tried again; doubles each time
 */
public record Limits(Duration idle, Duration total, Duration pause) {
  /** How often a broken connection is opened again. */
  static final int ATTEMPTS = 5;

  static final int REDIRECTS = 5;
}
