package io.dfsnet.distrib;

import java.time.Duration;

/**
 * How much a peer may make this side spend before it is refused. The figures of the protocol itself
 * (4 KiB for a greeting, 64 KiB for a control message, 256 KiB for a piece of a shard) stand in
 * {@link FrameType}; these are the owner's choice.
 *
 * @param handshakes how many connections may be in their handshake at once; more wait unaccepted
 * @param handshake how long a handshake may take, from accepting or dialling to its last byte
 * @param setup how long shards, plan and mesh may take together
 * @param silence after how long without a byte, or with bytes that do not get away, a connection
 *     counts as dead
 * @param tensorBytes the largest image, slice or result
 * @param shardBytes the largest shard file
 * @param activationBytes what the maps of one node's shards, and apart from them its exchange
 *     buffers, may take
 * @param cacheBytes what the shard cache may take on disk; the shards used longest ago go first
 */
public record Limits(
    int handshakes,
    Duration handshake,
    Duration setup,
    Duration silence,
    int tensorBytes,
    int shardBytes,
    long activationBytes,
    long cacheBytes) {

  /**
   * After how long without a frame each side of a connection sends a sign of life. Part of the
   * protocol, so that each can rely on the other.
   */
  public static final Duration HEARTBEAT = Duration.ofSeconds(1);

  public static final Limits DEFAULTS =
      new Limits(
          8,
          Duration.ofSeconds(5),
          Duration.ofSeconds(120),
          Duration.ofSeconds(10),
          16 << 20,
          256 << 20,
          1L << 30,
          1L << 30);

  public Limits {
    requirePositive("handshakes", handshakes);
    requirePositive("handshake", handshake.toMillis());
    requirePositive("setup", setup.toMillis());
    requirePositive("tensorBytes", tensorBytes);
    requirePositive("shardBytes", shardBytes);
    requirePositive("activationBytes", activationBytes);
    requirePositive("cacheBytes", cacheBytes);
    if (silence.compareTo(HEARTBEAT.multipliedBy(2)) < 0) {
      throw new IllegalArgumentException(
          "limits: silence must be at least two heartbeats of "
              + HEARTBEAT.toMillis()
              + " ms, found "
              + silence.toMillis()
              + " ms");
    }
  }

  public Limits withHandshake(Duration newHandshake) {
    return new Limits(
        handshakes,
        newHandshake,
        setup,
        silence,
        tensorBytes,
        shardBytes,
        activationBytes,
        cacheBytes);
  }

  public Limits withSetup(Duration newSetup) {
    return new Limits(
        handshakes,
        handshake,
        newSetup,
        silence,
        tensorBytes,
        shardBytes,
        activationBytes,
        cacheBytes);
  }

  public Limits withSilence(Duration newSilence) {
    return new Limits(
        handshakes,
        handshake,
        setup,
        newSilence,
        tensorBytes,
        shardBytes,
        activationBytes,
        cacheBytes);
  }

  public Limits withBytes(
      int newTensorBytes, int newShardBytes, long newActivationBytes, long newCacheBytes) {
    return new Limits(
        handshakes,
        handshake,
        setup,
        silence,
        newTensorBytes,
        newShardBytes,
        newActivationBytes,
        newCacheBytes);
  }

  private static void requirePositive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException("limits: " + name + " must be at least 1, found " + value);
    }
  }
}
