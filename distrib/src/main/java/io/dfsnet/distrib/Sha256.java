package io.dfsnet.distrib;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** A SHA-256 hash, as four big-endian words. */
record Sha256(long a, long b, long c, long d) {
  static final int BYTES = 32;

  /** Of nothing: what a node that holds nothing names. */
  static final Sha256 NONE = new Sha256(0, 0, 0, 0);

  static Sha256 of(byte[] content) {
    return from(digest().digest(content));
  }

  /** One hash for several, in their order. */
  static Sha256 of(List<Sha256> hashes) {
    ByteBuffer all = ByteBuffer.allocate(hashes.size() * BYTES);
    hashes.forEach(hash -> hash.put(all));
    return of(all.array());
  }

  static Sha256 from(byte[] hash) {
    return get(ByteBuffer.wrap(hash));
  }

  static Sha256 get(ByteBuffer source) {
    return new Sha256(source.getLong(), source.getLong(), source.getLong(), source.getLong());
  }

  void put(ByteBuffer target) {
    target.putLong(a).putLong(b).putLong(c).putLong(d);
  }

  /** 64 hexadecimal digits. */
  static Sha256 parse(String hex) {
    if (hex.length() != 2 * BYTES) {
      throw new IllegalArgumentException(
          "a SHA-256 has " + 2 * BYTES + " hexadecimal digits, found " + hex.length());
    }
    return from(HexFormat.of().parseHex(hex));
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  @Override
  public String toString() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    put(bytes);
    return HexFormat.of().formatHex(bytes.array());
  }
}
