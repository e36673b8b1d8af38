package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads back the messages whose payload is bounded by its type; {@link MessageWriter} draws them.
 * Every byte is checked, and what is wrong is a {@link Code#PROTOCOL_VIOLATION}.
 */
final class MessageReader {
  private MessageReader() {}

  /** The message of a frame and its whole payload. */
  static Message decode(Frame frame, byte[] content) {
    ByteBuffer payload = ByteBuffer.wrap(content);
    return switch (frame.type()) {
      case HELLO -> hello(frame, payload);
      case HELLO_ACK -> helloAck(frame, payload);
      case ERROR -> failure(frame, payload);
      case SHARD_OFFER -> shardOffer(frame, payload);
      case SHARD_NEED -> shardNeed(frame, payload);
      case SHARD_DATA ->
          new Message.ShardData(frame.rank(), frame.layer(), content, 0, content.length);
      case PLAN -> new Message.PlanText(content);
      case READY -> {
        requireLength(frame, Identity.BYTES);
        yield new Message.Ready(Identity.get(payload));
      }
      case PING -> new Message.Ping();
      case BYE -> new Message.Bye();
      case INFER, DATA, RESULT ->
          throw Frame.violation(frame.type() + ": not expected before a plan is in force");
    };
  }

  /** A later version may append to the greeting: what lies behind is not ours to read. */
  private static Message.Hello hello(Frame frame, ByteBuffer payload) {
    requireAtLeast(frame, MessageWriter.HELLO_BYTES);
    Message.Role role = Message.Role.of(Byte.toUnsignedInt(payload.get()));
    Version.Range versions = new Version.Range(version(payload), version(payload));
    if (versions.lowest().compareTo(versions.highest()) > 0) {
      throw Frame.violation("HELLO: the version range " + versions + " is empty");
    }
    int features = payload.position(8).getInt();
    return new Message.Hello(
        role, versions, features, frame.epoch(), frame.rank(), Identity.get(payload));
  }

  private static Message.HelloAck helloAck(Frame frame, ByteBuffer payload) {
    requireAtLeast(frame, MessageWriter.HELLO_ACK_BYTES);
    Version version = version(payload);
    int features = payload.position(4).getInt();
    return new Message.HelloAck(
        version, features, frame.epoch(), frame.rank(), Identity.get(payload));
  }

  private static Version version(ByteBuffer payload) {
    return new Version(Byte.toUnsignedInt(payload.get()), Byte.toUnsignedInt(payload.get()));
  }

  private static Message.Failure failure(Frame frame, ByteBuffer payload) {
    requireAtLeast(frame, Short.BYTES);
    Code code = Code.of(Short.toUnsignedInt(payload.getShort()));
    String detail = StandardCharsets.UTF_8.decode(payload).toString();
    return new Message.Failure(
        frame.request(), code, frame.rank(), frame.layer(), printable(detail));
  }

  /** The text goes into logs and to terminals: nothing in it may steer them. */
  private static String printable(String text) {
    String kept =
        text.substring(0, Math.min(text.length(), MessageWriter.DETAIL_BYTES))
            .replaceAll("\\p{Cntrl}", "?");
    return kept.isBlank() ? "no detail given" : kept;
  }

  private static Message.ShardOffer shardOffer(Frame frame, ByteBuffer payload) {
    requireMultiple(frame, MessageWriter.SHARD_BYTES);
    List<Message.ShardOffer.Shard> shards = new ArrayList<>();
    int previous = -1;
    while (payload.hasRemaining()) {
      int group = Short.toUnsignedInt(payload.getShort());
      requireAscending(frame, previous, group);
      previous = group;
      payload.getShort();
      int bytes = payload.getInt();
      if (bytes < 1) {
        throw Frame.violation(
            "SHARD_OFFER: a shard has 1 to 2147483647 bytes, found "
                + Integer.toUnsignedString(bytes));
      }
      shards.add(new Message.ShardOffer.Shard(group, bytes, Sha256.get(payload)));
    }
    return new Message.ShardOffer(List.copyOf(shards));
  }

  private static Message.ShardNeed shardNeed(Frame frame, ByteBuffer payload) {
    requireMultiple(frame, Short.BYTES);
    List<Integer> groups = new ArrayList<>();
    int previous = -1;
    while (payload.hasRemaining()) {
      int group = Short.toUnsignedInt(payload.getShort());
      requireAscending(frame, previous, group);
      previous = group;
      groups.add(group);
    }
    return new Message.ShardNeed(List.copyOf(groups));
  }

  private static void requireAscending(Frame frame, int previous, int group) {
    if (group <= previous) {
      throw Frame.violation(
          frame.type() + ": groups ascend, found " + group + " after " + previous);
    }
  }

  private static void requireLength(Frame frame, int length) {
    if (frame.length() != length) {
      throw Frame.violation(
          frame.type() + ": " + length + " bytes of payload, found " + frame.length());
    }
  }

  private static void requireAtLeast(Frame frame, int length) {
    if (frame.length() < length) {
      throw Frame.violation(
          frame.type() + ": at least " + length + " bytes of payload, found " + frame.length());
    }
  }

  private static void requireMultiple(Frame frame, int unit) {
    if (frame.length() % unit != 0) {
      throw Frame.violation(
          frame.type() + ": a multiple of " + unit + " bytes of payload, found " + frame.length());
    }
  }
}
