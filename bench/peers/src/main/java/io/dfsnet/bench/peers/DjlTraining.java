package io.dfsnet.bench.peers;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;

/** A training step by the Deep Java Library's trainer. */
final class DjlTraining implements Job {
  private final TrainingTask task;
  private final Model model;
  private final Trainer trainer;
  private final DjlNetwork block;
  private final NDArray images;
  private final NDArray labels;

  DjlTraining(Work.Training work) {
    this.task = TrainingTask.of(work);
    var network = task.model().network();
    this.block = new DjlNetwork(task.model());
    this.model = Model.newInstance(network.name(), DjlLane.ENGINE);
    model.setBlock(block);
    var descent =
        Optimizer.sgd()
            .setLearningRateTracker(Tracker.fixed(TrainingTask.RATE))
            .optMomentum(TrainingTask.MOMENTUM)
            .build();
    this.trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(descent)
                .optDevices(new Device[] {Device.cpu()}));
    var sizes = DjlLane.shape(Networks.imageShape(network, work.batch()));
    trainer.initialize(sizes);
    block.load();
    this.images = trainer.getManager().create(task.images(), sizes);
    this.labels = trainer.getManager().create(task.labels());
  }

  @Override
  public void run() {
    gradients();
    trainer.step();
  }

  @Override
  public float[] output() {
    gradients();
    var gradients = block.gradients();
    trainer.step();
    return task.joined(gradients::get);
  }

  private void gradients() {
    try (GradientCollector collector = trainer.newGradientCollector();
        // What the step allocates goes with the manager of its inputs.
        var step = trainer.getManager().newSubManager()) {
      NDArray input = images.duplicate();
      input.attach(step);
      NDArray truth = labels.duplicate();
      truth.attach(step);
      NDList logits = trainer.forward(new NDList(input));
      NDArray loss = trainer.getLoss().evaluate(new NDList(truth), logits);
      collector.backward(loss);
    }
  }

  @Override
  public void close() {
    trainer.close();
    model.close();
  }
}
