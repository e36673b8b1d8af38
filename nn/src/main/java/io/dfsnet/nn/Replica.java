package io.dfsnet.nn;

import io.dfsnet.engine.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A network compiled for a few images: its steps, with maps and scratch memory of their own. One
 * call at a time; several replicas can run at once and share {@link PackedLayers}.
 */
final class Replica {
  private final float[] images;
  private final float[] result;
  private final List<Step> steps;

  /**
   * @param count how many images a run takes
   */
  Replica(Network network, PackedLayers layers, int count, Workers workers) {
    var convolutions = new PlannedConvolutions(network, count, workers.threads());
    List<Stretch> stretches = Stretch.of(network, convolutions);
    Map<String, float[]> buffers = Buffers.plan(network, stretches, count);
    this.images = buffers.get(network.input().name());
    this.result = buffers.get(network.output().name());
    this.steps = new Compiler(network, layers, convolutions, workers, buffers).compile(stretches);
  }

  List<Step> steps() {
    return steps;
  }

  /** Runs images {@code first} and following of a batch. */
  void run(float[] batch, float[] output, int first, int count, Collective exchanges) {
    int image = images.length / count;
    int answer = result.length / count;
    System.arraycopy(batch, first * image, images, 0, images.length);
    execute(exchanges);
    System.arraycopy(result, 0, output, first * answer, result.length);
  }

  /** Runs zeros. */
  void runZeros(Collective exchanges) {
    Arrays.fill(images, 0f);
    execute(exchanges);
  }

  private void execute(Collective exchanges) {
    for (int i = 0; i < steps.size(); i++) {
      steps.get(i).action().run(exchanges);
    }
  }
}
