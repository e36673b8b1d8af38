package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.util.List;

/**
 * Everything that one side says to the other. {@link MessageWriter} turns each into one frame;
 * {@link MessageReader} reads back those whose payload does not go straight into a buffer of the
 * plan.
 */
sealed interface Message {

  /** Who opens a connection. The numbers are those of the wire. */
  enum Role {
    COORDINATOR(1),
    PEER(2);

    private final int number;

    Role(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }

    static Role of(int number) {
      for (Role role : values()) {
        if (role.number == number) {
          return role;
        }
      }
      throw Frame.violation("HELLO: no side has the role " + number);
    }
  }

  /** Tensors as fp32, bit for bit. The one feature so far, which both sides need. */
  int FEATURE_FP32 = 1;

  /** The features of this implementation, one bit each. */
  int FEATURES = FEATURE_FP32;

  /**
   * The first message on every connection.
   *
   * @param epoch the plan that the sender connects for
   * @param rank the sender's rank; in a coordinator's greeting the rank that the node is to have
   */
  record Hello(
      Role role, Version.Range versions, int features, int epoch, int rank, Identity identity)
      implements Message {}

  /**
   * The answer to it: what both sides use from now on.
   *
   * @param epoch the plan that it was greeted for
   * @param rank the answering node's rank
   * @param identity what the answering node works on, adopted from a coordinator
   */
  record HelloAck(Version version, int features, int epoch, int rank, Identity identity)
      implements Message {}

  /**
   * The last message about a request or a connection: what went wrong.
   *
   * @param rank the node that is the cause, or {@link Frame#NONE}
   * @param layer the exchange, or {@link Frame#NONE}
   */
  record Failure(long request, Code code, int rank, int layer, String detail) implements Message {
    static Failure of(long request, DistributedException cause) {
      return new Failure(
          request,
          cause.code(),
          cause.rank() == DistributedException.NO_RANK ? Frame.NONE : cause.rank(),
          cause.layer() == DistributedException.NO_LAYER ? Frame.NONE : cause.layer(),
          cause.detail());
    }

    DistributedException toException() {
      return new DistributedException(
          code,
          rank == Frame.NONE ? DistributedException.NO_RANK : rank,
          layer == Frame.NONE ? DistributedException.NO_LAYER : layer,
          detail,
          null);
    }
  }

  /** The shards that a node is to hold, groups ascending. */
  record ShardOffer(List<Shard> shards) implements Message {
    record Shard(int group, int bytes, Sha256 hash) {}
  }

  /** Those of them that the node has not got. */
  record ShardNeed(List<Integer> groups) implements Message {}

  /**
   * One piece of a shard. The pieces come in order, all but the last {@link FrameType#CHUNK} bytes
   * long: the offer fixes the length of each.
   */
  record ShardData(int group, int piece, byte[] content, int offset, int length)
      implements Message {}

  /** The plan as JSON, see {@link Plan}. */
  record PlanText(byte[] json) implements Message {}

  /** The node holds its shards and is connected with all its peers. */
  record Ready(Identity identity) implements Message {}

  /** An image to work on. */
  record Infer(long request, Deadline deadline, float[] image) implements Message {}

  /** One group's slice of one exchange. */
  record Data(long request, int layer, int group, float[] slice) implements Message {}

  /** The outputs of a node's groups, ascending. */
  record Result(long request, Effort effort, List<float[]> outputs) implements Message {}

  /** A sign of life on a connection that has nothing to say. */
  record Ping() implements Message {}

  /** The coordinator needs the node no longer. */
  record Bye() implements Message {}
}
