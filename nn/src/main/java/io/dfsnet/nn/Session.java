package io.dfsnet.nn;

import io.dfsnet.engine.Workers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A network compiled for inference: batch norms folded into convolutions, adds and activations done
 * by the kernel in front ({@link Chain}), weights packed once, memory planned once ({@link
 * Buffers}). A run then only calls kernels, in order, and allocates nothing of its own.
 *
 * <p>The result for an image is a function of the network, the weights and that image alone: not of
 * the batch size, the other images, the number of threads or the width of SIMD registers.
 *
 * <p>The weights are copied; later changes to them have no effect. A session serves one call at a
 * time and must not be used by several threads at once; several sessions may share {@link Workers}.
 */
public final class Session {
  /** An answer to every exchange that needs no other shard. */
  private static final Collective SILENCE =
      (exchange, index, n, input, output) -> Arrays.fill(output, 0f);

  private final Network network;
  private final int batch;
  private final Collective collective;
  private final float[] images;
  private final float[] result;
  private final List<Step> steps;
  private boolean ready;

  private Session(
      Network network, Weights weights, int batch, Workers workers, Collective collective) {
    if (batch < 1) {
      throw new NetworkException(
          "session of " + network.name() + ": a batch has at least 1 image, found " + batch);
    }
    weights.requireFit(network);
    List<Chain> chains = Chain.of(network);
    Map<String, float[]> buffers = Buffers.plan(network, chains, batch);
    this.network = network;
    this.batch = batch;
    this.collective = collective;
    this.images = buffers.get(network.input().name());
    this.result = buffers.get(network.output().name());
    this.steps = new Compiler(network, weights, batch, workers, buffers).compile(chains);
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
   * @param collective carries out the exchanges, on the thread that calls {@link #run}
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
    requireLength("images", network.input(), this.images.length, images.length);
    requireLength("output", network.output(), result.length, output.length);
    System.arraycopy(images, 0, this.images, 0, images.length);
    execute(collective);
    System.arraycopy(result, 0, output, 0, output.length);
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
    Arrays.fill(images, 0f);
    var outcome = WarmUp.run(() -> execute(SILENCE), budget);
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
   * What a run does, in order: the nodes of each step and the kernel that computes them, as in
   * {@code layer1.0.conv1 + layer1.0.bn1 + layer1.0.relu1: NAME OF KERNEL, n1 g1 ic16 ...}.
   */
  public List<String> steps() {
    return steps.stream().map(Step::description).toList();
  }

  private void execute(Collective exchanges) {
    for (int i = 0; i < steps.size(); i++) {
      steps.get(i).action().run(exchanges);
    }
  }

  private void requireLength(String what, Node node, int wanted, int found) {
    if (found != wanted) {
      throw new NetworkException(
          "session of "
              + network.name()
              + ": "
              + what
              + " "
              + network.shape(node).prepend(batch)
              + " are "
              + wanted
              + " values, found "
              + found);
    }
  }
}
