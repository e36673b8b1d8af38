package io.dfsnet.bench.peers;

import io.dfsnet.engine.Shape;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** A training step by PyTorch's autograd and its own optimiser. */
final class TorchTraining implements Job {
  private final TrainingTask task;
  private final TorchNetwork network;
  private final Tensor images;
  private final Tensor labels;
  private final SGD optimiser;
  private final AutoGradMode gradients;
  private final PointerScope scope;

  TorchTraining(Work.Training work, MemoryFormat format, PointerScope scope) {
    this.scope = scope;
    this.gradients = new AutoGradMode(true);
    this.task = TrainingTask.of(work);
    this.network = new TorchNetwork(task.model(), format);
    Shape shape = task.model().network().shape(task.model().network().input());
    this.images =
        Tensor.create(task.images(), TorchNetwork.sizes(shape.prepend(work.batch())))
            .contiguous(format);
    long[] classes = new long[task.labels().length];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = task.labels()[i];
    }
    this.labels = Tensor.create(classes);
    List<Tensor> trainable =
        task.trainable().stream()
            .map(parameter -> network.parameters().get(parameter.name()))
            .toList();
    trainable.forEach(parameter -> parameter.set_requires_grad(true));
    var options = new SGDOptions(TrainingTask.RATE);
    options.momentum().put(TrainingTask.MOMENTUM);
    this.optimiser = new SGD(new TensorVector(trainable.toArray(Tensor[]::new)), options);
  }

  @Override
  public void run() {
    try (var _ = new PointerScope()) {
      optimiser.zero_grad();
      torch.cross_entropy_loss(network.run(images), labels).backward();
      optimiser.step();
    }
  }

  @Override
  public float[] output() {
    run();
    try (var _ = new PointerScope()) {
      return task.joined(
          name -> TorchJob.values(network.parameters().get(name).grad().contiguous()));
    }
  }

  @Override
  public void close() {
    gradients.close();
    scope.close();
  }
}
