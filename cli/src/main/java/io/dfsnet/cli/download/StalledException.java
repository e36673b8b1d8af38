package io.dfsnet.cli.download;

import java.io.IOException;

/** A server that has not sent anything for too long. */
final class StalledException extends IOException {
  private static final long serialVersionUID = 1L;

  StalledException() {
    super("nothing arrives any more");
  }
}
