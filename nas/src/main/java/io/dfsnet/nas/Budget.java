package io.dfsnet.nas;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much fusing a candidate may do. */
public sealed interface Budget {

  /** At most so many fused positions. */
  record Count(int positions) implements Budget {
    public Count {
      if (positions < 1) {
        throw new SearchException("budget: count must be at least 1, found " + positions);
      }
    }

    @Override
    public String toString() {
      return "count=" + positions;
    }
  }

  /**
   * At most so many bytes that each node receives for the fusions of one image: fp32, parallel
   * topology, every group on a node of its own.
   */
  record Bytes(long bytes) implements Budget {
    public Bytes {
      if (bytes < 1) {
        throw new SearchException("budget: bytes must be at least 1, found " + bytes);
      }
    }

    @Override
    public String toString() {
      if (bytes % (1 << 20) == 0) {
        return "bytes=" + (bytes >> 20) + "MiB";
      }
      return bytes % (1 << 10) == 0 ? "bytes=" + (bytes >> 10) + "KiB" : "bytes=" + bytes;
    }
  }

  /**
   * Reads {@code count=2}, {@code bytes=65536}, {@code bytes=64KiB} or {@code bytes=1MiB}; {@code
   * toString} writes the same.
   *
   * @throws SearchException if it is none of them
   */
  static Budget parse(String text) {
    Matcher count = Pattern.compile("count=(\\d{1,9})").matcher(text);
    if (count.matches()) {
      return new Count(Integer.parseInt(count.group(1)));
    }
    Matcher bytes =
        Pattern.compile("bytes=(\\d{1,12})(kib|mib)?").matcher(text.toLowerCase(Locale.ROOT));
    if (bytes.matches()) {
      long unit =
          switch (bytes.group(2)) {
            case "kib" -> 1 << 10;
            case "mib" -> 1 << 20;
            case null, default -> 1;
          };
      return new Bytes(Long.parseLong(bytes.group(1)) * unit);
    }
    throw new SearchException(
        "budget '" + text + "': is not like count=2, bytes=65536, bytes=64KiB or bytes=1MiB");
  }

  /** How much of the budget there is: positions or bytes. */
  default long total() {
    return switch (this) {
      case Count count -> count.positions();
      case Bytes bytes -> bytes.bytes();
    };
  }

  /** How much of it one position takes whose fusion costs so many bytes. */
  default long price(long bytes) {
    return switch (this) {
      case Count _ -> 1;
      case Bytes _ -> bytes;
    };
  }
}
