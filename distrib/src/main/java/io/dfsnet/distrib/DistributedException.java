package io.dfsnet.distrib;

import java.util.Locale;

/**
 * Why a distributed call gave no answer: what went wrong, at which node, at which exchange, and the
 * mend. Every request ends in exactly one answer or one of these.
 */
public final class DistributedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The rank where no node is to be named. */
  public static final int NO_RANK = -1;

  /** The layer where no exchange is to be named. */
  public static final int NO_LAYER = -1;

  /** What went wrong. The numbers are those of the wire and never change their meaning. */
  public enum Code {
    /** A frame or message that the protocol does not allow at this point. */
    PROTOCOL_VIOLATION(1),
    /** The two sides share no protocol version or lack a feature. */
    VERSION_MISMATCH(2),
    /** The two sides hold another model, shard, plan or epoch. */
    IDENTITY_MISMATCH(3),
    /** The node serves another coordinator. */
    BUSY(4),
    /** The plan contradicts itself, a shard or a limit. */
    BAD_PLAN(5),
    /** A shard that is damaged, too large or no network. */
    BAD_SHARD(6),
    /** The image has another number of values than the network reads. */
    WRONG_IMAGE_SIZE(7),
    /** Not everything had arrived when the time was up. */
    DEADLINE_EXCEEDED(8),
    /** No connection to the node could be made. */
    NODE_UNREACHABLE(9),
    /** The connection to the node ended. */
    NODE_DIED(10),
    /** The node is there, but could not do its work. */
    NODE_FAILED(11),
    /** The address to listen at is taken or not this machine's. */
    ADDRESS_UNAVAILABLE(12),
    /** Plain text over a network was not allowed. */
    INSECURE(13),
    /** This side was closed. */
    CLOSED(14),
    /** The waiting thread was interrupted; its interrupt flag is set. */
    INTERRUPTED(15);

    private final int number;

    Code(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }

    static Code of(int number) {
      for (Code code : values()) {
        if (code.number == number) {
          return code;
        }
      }
      throw new DistributedException(PROTOCOL_VIOLATION, "no error has the code " + number);
    }
  }

  private final Code code;
  private final int rank;
  private final int layer;
  private final String detail;

  /** What a thread throws that was interrupted while it waited; sets its flag again. */
  static DistributedException interrupted() {
    Thread.currentThread().interrupt();
    return new DistributedException(Code.INTERRUPTED, "the waiting thread was interrupted");
  }

  /** A failure of no particular node. */
  public DistributedException(Code code, String detail) {
    this(code, NO_RANK, NO_LAYER, detail, null);
  }

  /**
   * @param rank the node that is the cause, or {@link #NO_RANK}
   * @param layer the exchange at which it happened, counted from 0, or {@link #NO_LAYER}
   * @param detail what was found, which rule it breaks, and the mend
   * @param cause what lies below, or null
   */
  public DistributedException(Code code, int rank, int layer, String detail, Throwable cause) {
    super(text(code, rank, layer, detail), cause);
    this.code = code;
    this.rank = rank;
    this.layer = layer;
    this.detail = detail;
  }

  public Code code() {
    return code;
  }

  /** The node that is the cause, or {@link #NO_RANK}. */
  public int rank() {
    return rank;
  }

  /** The exchange at which it happened, counted from 0, or {@link #NO_LAYER}. */
  public int layer() {
    return layer;
  }

  /** The message without code, rank and layer. */
  public String detail() {
    return detail;
  }

  /** This failure with {@code newRank} as its cause, unless a node is named already. */
  DistributedException at(int newRank) {
    return rank != NO_RANK || newRank == NO_RANK
        ? this
        : new DistributedException(code, newRank, layer, detail, this);
  }

  /** This failure at {@code newLayer}, unless an exchange is named already. */
  DistributedException during(int newLayer) {
    return layer != NO_LAYER ? this : new DistributedException(code, rank, newLayer, detail, this);
  }

  private static String text(Code code, int rank, int layer, String detail) {
    StringBuilder text = new StringBuilder(code.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    if (rank != NO_RANK) {
      text.append(", rank ").append(rank);
    }
    if (layer != NO_LAYER) {
      text.append(", exchange ").append(layer);
    }
    return text.append(": ").append(detail).toString();
  }
}
