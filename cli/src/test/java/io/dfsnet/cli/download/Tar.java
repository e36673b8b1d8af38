package io.dfsnet.cli.download;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/** Writes tar archives, good and bad ones. */
public final class Tar {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  public Tar file(String name, byte[] content) {
    return entry(name, '0', content.length, content);
  }

  public Tar folder(String name) {
    return entry(name, '5', 0, new byte[0]);
  }

  /** A symbolic or hard link. */
  public Tar link(String name, char type, String target) {
    byte[] header = header(name, type, 0);
    put(header, 157, target);
    return block(header, new byte[0]);
  }

  /** An entry whose header need not fit its content. */
  public Tar entry(String name, char type, long size, byte[] content) {
    return block(header(name, type, size), content);
  }

  private Tar block(byte[] header, byte[] content) {
    long sum = 0;
    put(header, 148, "        ");
    for (byte value : header) {
      sum += value & 0xff;
    }
    put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
    out.writeBytes(header);
    out.writeBytes(content);
    out.writeBytes(new byte[(512 - content.length % 512) % 512]);
    return this;
  }

  private static byte[] header(String name, char type, long size) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, "0000644\0");
    put(header, 124, String.format(Locale.ROOT, "%011o\0", size));
    header[156] = (byte) type;
    put(header, 257, "ustar\00000");
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  /** The archive so far, without the zeros at its end. */
  public byte[] unfinished() {
    return out.toByteArray();
  }

  public byte[] gzipped() throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      out.writeTo(gzip);
      gzip.write(new byte[1024]);
    }
    return packed.toByteArray();
  }
}
