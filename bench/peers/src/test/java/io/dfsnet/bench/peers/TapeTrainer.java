package io.dfsnet.bench.peers;

import io.dfsnet.engine.Workers;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.engine.autograd.Variable;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.data.Batch;
import io.dfsnet.nn.train.Descent;
import io.dfsnet.nn.train.Forward;
import io.dfsnet.nn.train.Lesson;
import io.dfsnet.nn.train.Pace;
import io.dfsnet.nn.train.TrainingOptions;
import java.util.LinkedHashMap;
import java.util.Map;

/** The steps of our trainer one by one, with all that they compute. */
final class TapeTrainer {
  private final Network network;
  private final Weights weights;
  private final Lesson lesson;
  private final Workers workers;
  private final Tape tape;
  private final TrainingOptions options;
  private final Descent descent;
  private float[] logits;

  TapeTrainer(Model model, TrainingOptions options, Workers workers) {
    this.options = options;
    this.network = model.network();
    this.weights = model.weights().copy();
    this.lesson = Lesson.of(network, weights);
    this.workers = workers;
    this.tape = new Tape(workers);
    this.descent = Descent.of(options.optimizer(), options.regularization().weightDecay());
  }

  /** One step; returns the loss before it. */
  double step(Batch batch, float rate) {
    var pace = new Pace(rate, options.optimizer().momentum(), 1f);
    tape.reset();
    lesson.binding().reset();
    Variable pixels = tape.constant(batch.images());
    Variable output = Forward.run(network, tape, pixels, lesson.binding(), Forward.Mode.TRAINING);
    Variable loss =
        tape.softmaxCrossEntropy(output, batch.labels(), options.regularization().labelSmoothing());
    logits = output.value().data().clone();
    tape.backward(loss);
    lesson
        .binding()
        .leaves()
        .forEach((name, leaf) -> descent.step(name, weights.get(name), leaf.gradient(), pace));
    return loss.value().data()[0];
  }

  /** The logits of the last step, {@code [batch, classes]}. */
  float[] logits() {
    return logits;
  }

  /** The gradients of the last step by name. */
  Map<String, float[]> gradients() {
    Map<String, float[]> gradients = new LinkedHashMap<>();
    lesson.binding().leaves().forEach((name, leaf) -> gradients.put(name, leaf.gradient().data()));
    return gradients;
  }

  Weights weights() {
    return weights;
  }

  /**
   * By the names of the rectifiers, which elements they would let pass in the next step. A tape
   * shows the last value only, so the network is run up to every rectifier in turn.
   */
  Map<String, boolean[]> sides(Batch batch) {
    Map<String, boolean[]> sides = new LinkedHashMap<>();
    Network.Builder beginning = Network.builder(network.name());
    for (Node node : network.nodes()) {
      beginning.add(node);
      if (node.op() instanceof Op.Relu) {
        sides.put(node.name(), positive(beginning.build(), batch));
      }
    }
    return sides;
  }

  private boolean[] positive(Network beginning, Batch batch) {
    // Copies, because a step in training moves the running statistics.
    Lesson alone = new Lesson(beginning, Lesson.of(network, weights.copy()).binding());
    var once = new Tape(workers);
    Variable pixels = once.constant(batch.images());
    Variable output = Forward.run(beginning, once, pixels, alone.binding(), Forward.Mode.TRAINING);
    float[] values = output.value().data();
    boolean[] positive = new boolean[values.length];
    for (int i = 0; i < values.length; i++) {
      positive[i] = values[i] > 0;
    }
    return positive;
  }
}
