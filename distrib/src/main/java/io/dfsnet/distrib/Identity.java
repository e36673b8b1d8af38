package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.nio.ByteBuffer;

/**
 * What a side of a connection works on, as hashes: the whole model, the shards of one node, the
 * plan. Two sides that do not mean the same thing find out before the first image.
 */
record Identity(Sha256 model, Sha256 shard, Sha256 plan) {
  static final int BYTES = 3 * Sha256.BYTES;

  static Identity get(ByteBuffer source) {
    return new Identity(Sha256.get(source), Sha256.get(source), Sha256.get(source));
  }

  void put(ByteBuffer target) {
    model.put(target);
    shard.put(target);
    plan.put(target);
  }

  /**
   * Checks what the other side says against what it has to be.
   *
   * @throws DistributedException naming both values of the first difference
   */
  static void requireEqual(Identity expected, Identity found) {
    requireEqual("model", expected.model, found.model);
    requireEqual("shard", expected.shard, found.shard);
    requireEqual("plan", expected.plan, found.plan);
  }

  static void requireEqual(String what, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw new DistributedException(
          Code.IDENTITY_MISMATCH,
          "the "
              + what
              + " is "
              + expected
              + " here and "
              + found
              + " there; connect the coordinator anew");
    }
  }
}
