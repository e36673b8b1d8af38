package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of every kind that wants to do harm gets one line, status 1, and nothing else. */
class HostileFilesTest {
  /** Python's pickle of {@code os.system("touch /tmp/dfsnet-was-here")}. */
  private static final String SYSTEM =
      "8002"
          + "63706f7369780a73797374656d0a"
          + "581a000000"
          + "746f756368202f746d702f6466736e65742d7761732d68657265"
          + "85"
          + "52"
          + "2e";

  /** The magic number, the version, and empty system information. */
  private static final String STREAM =
      "80028a0a6cfc9c46f9206aa850192e" + "80024de9032e" + "80027d2e";

  @TempDir Path folder;

  @Test
  void picklesThatCallTheSystemAreRefusedByItsName() throws IOException {
    refused(bytes(STREAM + SYSTEM), "asks for \"posix.system\"");
    refused(zip("a/data.pkl", bytes(SYSTEM), ZipEntry.STORED), "asks for \"posix.system\"");
  }

  @Test
  void bombsAreRefused() throws IOException {
    refused(zip("a/data.pkl", new byte[1 << 24], ZipEntry.DEFLATED), "is compressed");
    byte[] deep = new byte[1 << 20];
    Arrays.fill(deep, (byte) '(');
    refused(join(bytes(STREAM), deep), "its stack grows above");
  }

  @Test
  void headersThatLieAreRefused() throws IOException {
    refused(safetensors(1L << 60, "{}", 0), "begins with a header length of 1152921504606846976");
    String tensor = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
    String overlapping = "{\"a\":" + tensor + ",\"b\":" + tensor + "}";
    refused(safetensors(overlapping.length(), overlapping, 8), "without overlap or gap");
    refused(safetensors(10_000, "[".repeat(10_000), 0), "is no model file");
    String deep = "{\"a\":" + "[".repeat(10_000);
    refused(safetensors(deep.length(), deep, 0), "deep");
  }

  @Test
  void filesThatAreNoModelsAreRefused() throws IOException {
    refused(new byte[0], "is no model file");
    refused("once upon a time".getBytes(StandardCharsets.UTF_8), "is no model file");
    refused(bytes("80027d2e"), "is a pickle, but none of PyTorch");
    refused(bytes("80"), "truncated");
    refused("PK but no zip".getBytes(StandardCharsets.UTF_8), "model.bin: ");
    refused(bytes("0808120730"), "model.bin: ");
  }

  private void refused(byte[] bytes, String rule) throws IOException {
    Path file = folder.resolve("model.bin");
    Files.write(file, bytes);
    for (String command : new String[] {"summary", "convert"}) {
      Object[] words = {command, "--model", "resnet8", "--weights", file};
      Object[] all = Arrays.copyOf(words, command.equals("convert") ? 7 : 5);
      if (all.length > words.length) {
        all[5] = "--out";
        all[6] = folder.resolve("out.onnx");
      }
      dfs(all).fails(1, "model.bin: ", rule);
    }
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static byte[] join(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  private static byte[] safetensors(long length, String header, int data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Long.BYTES + json.length + data)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(json)
        .array();
  }

  private static byte[] zip(String name, byte[] content, int method) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      var entry = new ZipEntry(name);
      if (method == ZipEntry.STORED) {
        var checksum = new java.util.zip.CRC32();
        checksum.update(content);
        entry.setCrc(checksum.getValue());
        entry.setSize(content.length);
      }
      entry.setMethod(method);
      zip.putNextEntry(entry);
      zip.write(content);
      zip.closeEntry();
    }
    return bytes.toByteArray();
  }
}
