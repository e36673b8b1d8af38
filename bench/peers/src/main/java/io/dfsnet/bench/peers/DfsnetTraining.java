package io.dfsnet.bench.peers;

import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.engine.autograd.Variable;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.train.Descent;
import io.dfsnet.nn.train.Forward;
import io.dfsnet.nn.train.Lesson;
import io.dfsnet.nn.train.Optimizer;
import io.dfsnet.nn.train.Pace;

/** A training step on a tape, as the trainer takes it. */
final class DfsnetTraining implements Job {
  private final TrainingTask task;
  private final Weights weights;
  private final Lesson lesson;
  private final Tensor images;
  private final Tape tape;
  private final Descent descent = Descent.of(new Optimizer.Sgd(TrainingTask.MOMENTUM, false), 0f);
  private final Pace pace = new Pace(TrainingTask.RATE, TrainingTask.MOMENTUM, 1f);

  DfsnetTraining(Work.Training work, Workers workers) {
    this.task = TrainingTask.of(work);
    Network network = task.model().network();
    this.weights = task.model().weights().copy();
    this.lesson = Lesson.of(network, weights);
    this.images = new Tensor(network.shape(network.input()).prepend(work.batch()), task.images());
    this.tape = new Tape(workers);
  }

  @Override
  public void run() {
    tape.reset();
    lesson.binding().reset();
    Variable pixels = tape.constant(images);
    Variable logits =
        Forward.run(lesson.network(), tape, pixels, lesson.binding(), Forward.Mode.TRAINING);
    Variable loss = tape.softmaxCrossEntropy(logits, task.labels(), 0f);
    tape.backward(loss);
    lesson
        .binding()
        .leaves()
        .forEach((name, leaf) -> descent.step(name, weights.get(name), leaf.gradient(), pace));
  }

  @Override
  public float[] output() {
    run();
    return task.joined(name -> lesson.binding().leaves().get(name).gradient().data());
  }
}
