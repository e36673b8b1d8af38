package io.dfsnet.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * How a session cuts its batch into slices that go through the whole network one after another, so
 * that their maps stay in a core's second-level cache, and how many threads take slices of their
 * own, which is quicker than sharing every layer of every slice.
 *
 * <p>The more images a slice has, the more maps leave the cache; the fewer, the more often the
 * weights come in. What is compared is how many bytes that takes for an image:
 *
 * <pre>
 *   maps of the chains that do not fit, read and written  +  weights / images of a slice
 * </pre>
 *
 * How the batch is cut does not matter to the result.
 *
 * @param images of a slice; the batch is a multiple
 * @param replicas how many slices run at once; with 1 all threads share the layers of a slice
 */
record BatchCut(int images, int replicas) {
  /** Of a cache of 1 MiB; the rest is for weights and scratch memory. */
  private static final long CACHE_BYTES = 768 * 1024;

  /**
   * What the maps of one chain may take in all replicas, where smaller slices would take less:
   * weights alone would decide for slices of gigabytes.
   */
  private static final long MOST_BYTES = 256L << 20;

  /** So much of the time all threads must have slices to run. */
  private static final double LEAST_BUSY = 0.9;

  static BatchCut of(Network network, int batch, int threads) {
    boolean exchanges = network.nodes().stream().anyMatch(node -> node.op() instanceof Op.Exchange);
    if (batch == 1 || exchanges) {
      // An exchange of a slice would take as long as one of the batch.
      return new BatchCut(batch, 1);
    }
    List<BatchCut> cuts = new ArrayList<>();
    for (int images = batch; images >= 1; images--) {
      if (batch % images == 0) {
        boolean busy = busy(batch / images, threads) >= LEAST_BUSY;
        cuts.add(new BatchCut(images, busy ? threads : 1));
      }
    }
    int most = cuts.stream().mapToInt(BatchCut::replicas).max().orElseThrow();
    var traffic = new Traffic(network);
    return cuts.stream()
        .filter(cut -> cut.replicas == most)
        .filter(cut -> cut.images == 1 || traffic.widest * cut.images * most <= MOST_BYTES)
        .min(Comparator.comparingLong(cut -> traffic.bytes(cut.images)))
        .map(cut -> new BatchCut(cut.images, Math.min(most, batch / cut.images)))
        .orElseThrow();
  }

  /** Which part of the time the threads have slices, where every slice takes equally long. */
  private static double busy(int slices, int threads) {
    return (double) slices / (Math.ceilDiv(slices, threads) * threads);
  }

  /** What goes beyond the cache for an image. */
  private static final class Traffic {
    private final List<Long> chains;
    private final long weights;

    /** The most that a chain reads and writes for an image. */
    final long widest;

    Traffic(Network network) {
      this.chains = Chain.of(network).stream().map(chain -> bytes(network, chain)).toList();
      this.widest = Collections.max(chains);
      this.weights =
          Float.BYTES * network.nodes().stream().mapToLong(node -> Costs.parameters(node)).sum();
    }

    long bytes(int images) {
      long maps =
          chains.stream().filter(bytes -> bytes * images > CACHE_BYTES).mapToLong(b -> b).sum();
      return maps + weights / images;
    }

    /** The maps that a chain reads and writes for an image. */
    private static long bytes(Network network, Chain chain) {
      long elements = network.shape(chain.last()).elements();
      for (String input : chain.inputs()) {
        elements += network.shape(input).elements();
      }
      return Float.BYTES * elements;
    }
  }
}
