package io.dfsnet.cli.bench;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.nn.Costs;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Seeds;
import io.dfsnet.nn.Session;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.train.Forward;
import io.dfsnet.nn.train.WeightsBinding;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A whole network in a {@link Session}, with fresh weights and normally distributed images.
 *
 * <p>Its reference is the network on a tape, operation by operation, with nothing folded, fused or
 * planned. The tape runs the engine's kernels too; those are compared with plain loops as workloads
 * of their own, see {@link Suite#of(Network, int)}.
 */
public final class NetworkWorkload implements Workload {
  /** How far logits may be apart, relative to the largest of an image. */
  private static final double TOLERANCE = 1e-4;

  private final Network network;
  private final Weights weights;
  private final Workers workers;
  private final Session session;
  private final float[] images;
  private final float[] logits;

  public NetworkWorkload(Network network, int batch, Workers workers, long seed) {
    this.network = network;
    this.workers = workers;
    this.weights = Weights.initial(network, seed);
    this.session = Session.of(network, weights, batch, workers);
    this.images = new float[network.shape(network.input()).prepend(batch).elements()];
    this.logits = Operands.unwritten(network.shape(network.output()).prepend(batch).elements());
    RandomGenerator random = Seeds.random(seed, "bench images");
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
  }

  /** How many steps the session runs; {@link Session#steps} names the kernels. */
  @Override
  public String kernel() {
    return session.steps().size() + " steps";
  }

  @Override
  public long flops() {
    return 2 * session.batch() * Costs.macs(network);
  }

  @Override
  public void run() {
    session.run(images, logits);
  }

  /** Image by image, because a tape keeps what every operation gave. */
  @Override
  public void check() {
    run();
    Shape image = network.shape(network.input());
    int outputs = logits.length / session.batch();
    var tape = new Tape(workers);
    var binding = new WeightsBinding(weights, WeightsBinding.DEFAULT_MOMENTUM);
    for (int b = 0; b < session.batch(); b++) {
      tape.reset();
      binding.reset();
      int from = b * image.elements();
      float[] pixels = Arrays.copyOfRange(images, from, from + image.elements());
      var one = tape.constant(new Tensor(image.prepend(1), pixels));
      var wanted = Forward.run(network, tape, one, binding, Forward.Mode.INFERENCE);
      float[] found = Arrays.copyOfRange(logits, b * outputs, (b + 1) * outputs);
      requireNear(b, found, wanted.value().data());
    }
  }

  private void requireNear(int image, float[] found, float[] wanted) {
    double largest = 0;
    for (float value : wanted) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < wanted.length; i++) {
      // Written so that NaN is refused.
      if (!(Math.abs((double) found[i] - wanted[i]) <= TOLERANCE * largest)) {
        throw new WrongResultException(
            "%s: the session gives %s as logit %d of image %d, the tape %s; please report this"
                .formatted(network.name(), found[i], i, image, wanted[i]));
      }
    }
  }
}
