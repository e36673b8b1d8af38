package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.distrib.Message.ShardOffer.Shard;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How shards come to a node: the coordinator offers hashes and lengths, the node says what its
 * cache lacks, and gets that in pieces. The offer fixes the length of every piece.
 */
final class ShardTransfer {
  /** Pieces that wait to be written: enough to keep the socket busy. */
  private static final int PIECES_UNDER_WAY = 16;

  private ShardTransfer() {}

  /** Sends one shard. */
  static void send(Link link, int group, byte[] file, Deadline deadline) {
    int pieces = Math.ceilDiv(file.length, FrameType.CHUNK);
    for (int piece = 0; piece < pieces; piece++) {
      if (piece % PIECES_UNDER_WAY == 0) {
        link.flush(deadline);
      }
      int offset = piece * FrameType.CHUNK;
      int length = Math.min(FrameType.CHUNK, file.length - offset);
      link.send(new Message.ShardData(group, piece, file, offset, length));
    }
  }

  /**
   * Gets the shards of an offer, from the cache where it has them.
   *
   * @return the files by group
   */
  static Map<Integer, byte[]> receive(
      Message.ShardOffer offer,
      ShardCache cache,
      Limits limits,
      Link link,
      Inbox inbox,
      Deadline deadline) {
    requireSize(offer, limits);
    Map<Integer, byte[]> files = new HashMap<>();
    for (Shard shard : offer.shards()) {
      cache.load(shard.hash()).ifPresent(file -> files.put(shard.group(), file));
    }
    List<Shard> missing =
        offer.shards().stream().filter(shard -> !files.containsKey(shard.group())).toList();
    link.send(new Message.ShardNeed(missing.stream().map(Shard::group).toList()));
    for (Shard shard : missing) {
      byte[] file = receive(shard, inbox, deadline);
      cache.store(shard.hash(), file);
      files.put(shard.group(), file);
    }
    return files;
  }

  private static byte[] receive(Shard shard, Inbox inbox, Deadline deadline) {
    // Grows with what has really come: an announcement alone takes no memory.
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (int piece = 0; file.size() < shard.bytes(); piece++) {
      Message.ShardData data = inbox.take(Message.ShardData.class, deadline);
      int length = Math.min(FrameType.CHUNK, shard.bytes() - file.size());
      if (data.group() != shard.group() || data.piece() != piece || data.length() != length) {
        throw Frame.violation(
            "SHARD_DATA: piece "
                + piece
                + " of group "
                + shard.group()
                + " with "
                + length
                + " bytes has to come here, found piece "
                + data.piece()
                + " of group "
                + data.group()
                + " with "
                + data.length());
      }
      file.write(data.content(), data.offset(), data.length());
    }
    byte[] content = file.toByteArray();
    Sha256 hash = Sha256.of(content);
    if (!hash.equals(shard.hash())) {
      throw new DistributedException(
          Code.BAD_SHARD,
          "the shard of group "
              + shard.group()
              + " has the hash "
              + hash
              + " but was announced with "
              + shard.hash());
    }
    return content;
  }

  private static void requireSize(Message.ShardOffer offer, Limits limits) {
    long bytes = offer.shards().stream().mapToLong(Shard::bytes).sum();
    if (bytes > limits.shardBytes()) {
      throw new DistributedException(
          Code.BAD_SHARD,
          "the shards of groups "
              + offer.shards().stream().map(Shard::group).toList()
              + " have "
              + bytes
              + " bytes, this node takes "
              + limits.shardBytes()
              + "; place fewer groups on it or raise its limit");
    }
  }
}
