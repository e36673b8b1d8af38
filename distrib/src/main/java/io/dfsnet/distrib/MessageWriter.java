package io.dfsnet.distrib;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes messages as frames. The layouts of the payloads, offsets in bytes, integers big-endian,
 * tensors fp32 little-endian as in safetensors files:
 *
 * <pre>
 *  HELLO        0 role u8 | 1 lowest major, minor, highest major, minor u8 | 5 zero | 8 features u32
 *               | 12 model, shard, plan SHA-256 | 108
 *  HELLO_ACK    0 major, minor u8 | 2 zero | 4 features u32 | 8 model, shard, plan SHA-256 | 104
 *  ERROR        0 code u16 | 2 detail UTF-8, at most {@value #DETAIL_BYTES} bytes
 *  SHARD_OFFER  per shard: 0 group u16 | 2 zero | 4 bytes u32 | 8 SHA-256 | 40
 *  SHARD_NEED   per shard: group u16
 *  SHARD_DATA   the piece
 *  PLAN         JSON, UTF-8
 *  READY        0 model, shard, plan SHA-256 | 96
 *  INFER        0 milliseconds left u32 | 4 image
 *  DATA         slice
 *  RESULT       0 effort, 6 x u64 | 48 outputs of the node's groups, ascending
 *  PING, BYE    nothing
 * </pre>
 */
final class MessageWriter {
  static final int HELLO_BYTES = 12 + Identity.BYTES;
  static final int HELLO_ACK_BYTES = 8 + Identity.BYTES;
  static final int DETAIL_BYTES = 1024;
  static final int SHARD_BYTES = 8 + Sha256.BYTES;
  static final int DEADLINE_BYTES = 4;

  private final FrameWriter frames;
  private final Traffic traffic;
  private Terms terms = new Terms(Version.SUPPORTED.highest(), 0, Frame.NONE);

  MessageWriter(FrameWriter frames, Traffic traffic) {
    this.frames = frames;
    this.traffic = traffic;
  }

  /** Sets what every following frame carries. */
  void agree(Terms newTerms) {
    terms = newTerms;
  }

  /** Writes one message; it leaves with the next {@link #flush} at the latest. */
  void write(Message message) throws IOException {
    switch (message) {
      case Message.Hello hello -> {
        terms = new Terms(hello.versions().highest(), hello.epoch(), hello.rank());
        control(FrameType.HELLO, encode(hello));
      }
      case Message.HelloAck ack -> control(FrameType.HELLO_ACK, encode(ack));
      case Message.Failure failure ->
          write(
              FrameType.ERROR, failure.request(), failure.layer(), failure.rank(), encode(failure));
      case Message.ShardOffer offer -> control(FrameType.SHARD_OFFER, encode(offer));
      case Message.ShardNeed need -> control(FrameType.SHARD_NEED, encode(need));
      case Message.ShardData data -> {
        begin(FrameType.SHARD_DATA, 0, data.piece(), data.group(), data.length());
        frames.bytes(data.content(), data.offset(), data.length());
        frames.end();
      }
      case Message.PlanText plan -> control(FrameType.PLAN, plan.json());
      case Message.Ready ready -> {
        ByteBuffer payload = ByteBuffer.allocate(Identity.BYTES);
        ready.identity().put(payload);
        control(FrameType.READY, payload.array());
      }
      case Message.Infer infer -> {
        ByteBuffer prefix = ByteBuffer.allocate(DEADLINE_BYTES);
        prefix.putInt(infer.deadline().millisLeft());
        write(FrameType.INFER, infer.request(), prefix.array(), List.of(infer.image()));
      }
      case Message.Data data -> {
        int bytes = Float.BYTES * data.slice().length;
        Frame frame = begin(FrameType.DATA, data.request(), data.layer(), data.group(), bytes);
        frames.floats(data.slice(), 0, data.slice().length);
        frames.end();
        traffic.count(frame, bytes);
      }
      case Message.Result result -> {
        ByteBuffer prefix = ByteBuffer.allocate(Effort.BYTES);
        result.effort().put(prefix);
        write(FrameType.RESULT, result.request(), prefix.array(), result.outputs());
      }
      case Message.Ping _ -> control(FrameType.PING, new byte[0]);
      case Message.Bye _ -> control(FrameType.BYE, new byte[0]);
    }
  }

  void flush() throws IOException {
    frames.flush();
  }

  private static byte[] encode(Message.Hello hello) {
    ByteBuffer payload = ByteBuffer.allocate(HELLO_BYTES);
    payload.put((byte) hello.role().number());
    put(payload, hello.versions().lowest());
    put(payload, hello.versions().highest());
    payload.position(8).putInt(hello.features());
    hello.identity().put(payload);
    return payload.array();
  }

  private static byte[] encode(Message.HelloAck ack) {
    ByteBuffer payload = ByteBuffer.allocate(HELLO_ACK_BYTES);
    put(payload, ack.version());
    payload.position(4).putInt(ack.features());
    ack.identity().put(payload);
    return payload.array();
  }

  private static void put(ByteBuffer payload, Version version) {
    payload.put((byte) version.major()).put((byte) version.minor());
  }

  private static byte[] encode(Message.Failure failure) {
    byte[] detail = failure.detail().getBytes(StandardCharsets.UTF_8);
    int kept = Math.min(detail.length, DETAIL_BYTES);
    return ByteBuffer.allocate(Short.BYTES + kept)
        .putShort((short) failure.code().number())
        .put(detail, 0, kept)
        .array();
  }

  private static byte[] encode(Message.ShardOffer offer) {
    ByteBuffer payload = ByteBuffer.allocate(SHARD_BYTES * offer.shards().size());
    for (Message.ShardOffer.Shard shard : offer.shards()) {
      payload.putShort((short) shard.group()).putShort((short) 0).putInt(shard.bytes());
      shard.hash().put(payload);
    }
    return payload.array();
  }

  private static byte[] encode(Message.ShardNeed need) {
    ByteBuffer payload = ByteBuffer.allocate(Short.BYTES * need.groups().size());
    need.groups().forEach(group -> payload.putShort((short) (int) group));
    return payload.array();
  }

  private void control(FrameType type, byte[] payload) throws IOException {
    write(type, 0, Frame.NONE, terms.rank(), payload);
  }

  private void write(FrameType type, long request, int layer, int rankField, byte[] payload)
      throws IOException {
    Frame frame = begin(type, request, layer, rankField, payload.length);
    frames.bytes(payload, 0, payload.length);
    frames.end();
    traffic.count(frame, 0);
  }

  private void write(FrameType type, long request, byte[] prefix, List<float[]> tensors)
      throws IOException {
    int bytes = 0;
    for (float[] tensor : tensors) {
      bytes += Float.BYTES * tensor.length;
    }
    Frame frame = begin(type, request, Frame.NONE, terms.rank(), prefix.length + bytes);
    frames.bytes(prefix, 0, prefix.length);
    for (float[] tensor : tensors) {
      frames.floats(tensor, 0, tensor.length);
    }
    frames.end();
    traffic.count(frame, bytes);
  }

  private Frame begin(FrameType type, long request, int layer, int rankField, int length)
      throws IOException {
    Frame frame =
        new Frame(terms.version(), type, terms.epoch(), request, layer, rankField, length);
    frames.begin(frame);
    return frame;
  }
}
