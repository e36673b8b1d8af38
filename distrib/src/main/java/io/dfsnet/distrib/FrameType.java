package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;

/** What a frame carries. The numbers are those of the wire. */
enum FrameType {
  // The numbers and layouts of these three are the same in every version: they settle the version.
  HELLO(1, FrameType.GREETING),
  HELLO_ACK(2, FrameType.GREETING),
  ERROR(3, FrameType.GREETING),

  SHARD_OFFER(4, FrameType.CONTROL),
  SHARD_NEED(5, FrameType.CONTROL),
  SHARD_DATA(6, FrameType.CHUNK),
  PLAN(7, FrameType.CONTROL),
  READY(8, FrameType.CONTROL),

  INFER(9, FrameType.TENSOR),
  DATA(10, FrameType.TENSOR),
  RESULT(11, FrameType.TENSOR),

  PING(12, 0),
  BYE(13, 0);

  /** The longest payload before the two sides know each other. */
  static final int GREETING = 4 << 10;

  /** The longest payload of a control message. */
  static final int CONTROL = 64 << 10;

  /** The payload of every piece of a shard but its last. */
  static final int CHUNK = 256 << 10;

  /** The plan fixes the length; {@link Limits#tensorBytes} bounds what a plan may ask for. */
  static final int TENSOR = Integer.MAX_VALUE;

  private static final FrameType[] BY_NUMBER = new FrameType[BYE.number + 1];

  static {
    for (FrameType type : values()) {
      BY_NUMBER[type.number] = type;
    }
  }

  private final int number;
  private final int limit;

  FrameType(int number, int limit) {
    this.number = number;
    this.limit = limit;
  }

  int number() {
    return number;
  }

  /** The longest payload in bytes. */
  int limit() {
    return limit;
  }

  static FrameType of(int number) {
    FrameType type = number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    if (type == null) {
      throw new DistributedException(
          Code.PROTOCOL_VIOLATION, "no frame has the type " + number + " in this version");
    }
    return type;
  }
}
