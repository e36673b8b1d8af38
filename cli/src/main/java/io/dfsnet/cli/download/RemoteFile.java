package io.dfsnet.cli.download;

import java.net.URI;

/**
 * A file that somebody published, and what it must contain.
 *
 * @param name what it is called there and here
 * @param home the folder that it is in, ends with a slash
 * @param bytes its length
 * @param sha256 of its content, in small hexadecimal digits
 */
public record RemoteFile(String name, URI home, long bytes, String sha256) {
  public RemoteFile {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*") || !home.getPath().endsWith("/")) {
      throw new IllegalArgumentException(home + ": no folder of '" + name + "'");
    }
    if (bytes < 1 || !sha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(name + ": needs a length and a SHA-256");
    }
  }

  /** Where it is, at its home or below the base address of a mirror. */
  public URI address(URI base) {
    return base.resolve(name);
  }
}
