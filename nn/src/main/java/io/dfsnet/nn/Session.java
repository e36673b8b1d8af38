package io.dfsnet.nn;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Workers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * A network compiled for inference: batch norms folded into convolutions, adds and activations done
 * by the kernel in front ({@link Chain}), wide maps never stored whole ({@link Stretch}), weights
 * packed once, memory planned once ({@link Buffers}), batches cut into slices that stay in the
 * caches ({@link BatchCut}). A run then only calls kernels, in order, and allocates nothing of its
 * own.
 *
 * <p>The result for an image is a function of the network, the weights and that image alone: not of
 * the batch size, the other images, the number of threads or the width of SIMD registers.
 *
 * <p>The weights are copied; later changes to them have no effect. A session serves one call at a
 * time and must not be used by several threads at once; several sessions may share {@link Workers}.
 */
public final class Session {
  /** For replicas, of which each thread runs one. */
  private static final Workers ALONE = new Workers(1);

  /** An answer to every exchange that needs no other shard. */
  private static final Collective SILENCE =
      (exchange, index, n, input, output) -> Arrays.fill(output, 0f);

  private final Network network;
  private final int batch;
  private final Shape imagesShape;
  private final Shape outputShape;
  private final Workers workers;
  private final Collective collective;
  private final BatchCut cut;
  private final List<Replica> replicas;
  private final IntConsumer takeSlices = this::takeSlices;
  private final AtomicInteger nextSlice = new AtomicInteger();
  private boolean ready;

  // The run that is under way; no images in a warm-up.
  private float[] images;
  private float[] output;

  private Session(
      Network network, Weights weights, int batch, Workers workers, Collective collective) {
    if (batch < 1) {
      throw new NetworkException(
          "session of " + network.name() + ": a batch has at least 1 image, found " + batch);
    }
    weights.requireFit(network);
    this.network = network;
    this.batch = batch;
    this.imagesShape = network.shape(network.input()).prepend(batch);
    this.outputShape = network.shape(network.output()).prepend(batch);
    this.workers = workers;
    this.collective = collective;
    this.cut = BatchCut.of(network, batch, workers.threads());
    var layers = new PackedLayers(weights);
    Workers inReplica = cut.replicas() == 1 ? workers : ALONE;
    this.replicas =
        IntStream.range(0, cut.replicas())
            .mapToObj(_ -> new Replica(network, layers, cut.images(), inReplica))
            .toList();
  }

  /**
   * Compiles a whole network.
   *
   * @param batch how many images a run takes
   * @throws NetworkException if the weights do not fit, or if the network is a shard
   */
  public static Session of(Network network, Weights weights, int batch, Workers workers) {
    for (Node node : network.nodes()) {
      if (node.op() instanceof Op.Exchange) {
        throw new NetworkException(
            "session of "
                + network.name()
                + ": '"
                + node.name()
                + "' exchanges with other shards; give the session a Collective");
      }
    }
    return new Session(network, weights, batch, workers, SILENCE);
  }

  /**
   * Compiles a shard of a divided network.
   *
   * @param batch how many images a run takes
   * @param collective carries out the exchanges, on the thread that calls {@link #run}, for all
   *     images at once
   * @throws NetworkException if the weights do not fit
   */
  public static Session of(
      Network network, Weights weights, int batch, Workers workers, Collective collective) {
    return new Session(
        network, weights, batch, workers, Objects.requireNonNull(collective, "collective"));
  }

  /** How many images a run takes. */
  public int batch() {
    return batch;
  }

  /**
   * Runs the network.
   *
   * @param images {@code [batch, channels, height, width]}, only read
   * @param output {@code [batch, ...]} of the network's last node, overwritten
   * @throws NetworkException if an array has another length
   */
  public void run(float[] images, float[] output) {
    requireLength("images", imagesShape, images);
    requireLength("output", outputShape, output);
    this.images = images;
    this.output = output;
    try {
      runSlices();
    } finally {
      this.images = null;
      this.output = null;
    }
  }

  /**
   * Runs zeros until the JVM has compiled the kernels, which makes the session {@link #ready}, or
   * until the budget is used up, which leaves it as it was. Before that a run takes up to a hundred
   * times as long. No exchange takes place. Made only on request, because for a few runs it takes
   * longer than it saves.
   *
   * @return how long the fastest run took
   */
  public Duration warmUp(Duration budget) {
    var outcome = WarmUp.run(this::runSlices, budget);
    ready |= outcome.settled();
    return outcome.fastest();
  }

  /**
   * Whether a {@link #warmUp} has ended because runs had stopped becoming faster. A session that is
   * not ready gives the same bits, only later; it never becomes ready by {@link #run} alone.
   */
  public boolean ready() {
    return ready;
  }

  /**
   * What a run does with a slice of the batch, in order: the nodes of each step and the kernel that
   * computes them, as in {@code layer1.0.conv1 + layer1.0.bn1 + layer1.0.relu1: NAME OF KERNEL, n1
   * g1 ic16 ...}.
   */
  public List<String> steps() {
    return replicas.getFirst().steps().stream().map(Step::description).toList();
  }

  private void runSlices() {
    nextSlice.set(0);
    workers.forEach(replicas.size(), takeSlices);
  }

  private void takeSlices(int replica) {
    int slice;
    while ((slice = nextSlice.getAndIncrement()) < batch / cut.images()) {
      if (images == null) {
        replicas.get(replica).runZeros(SILENCE);
      } else {
        replicas.get(replica).run(images, output, slice * cut.images(), cut.images(), collective);
      }
    }
  }

  private void requireLength(String what, Shape shape, float[] values) {
    if (values.length != shape.elements()) {
      throw new NetworkException(
          "session of %s: %s %s are %d values, found %d"
              .formatted(network.name(), what, shape, shape.elements(), values.length));
    }
  }
}
