package io.dfsnet.bench.peers;

import io.dfsnet.nn.Model;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.data.Batch;
import io.dfsnet.nn.train.TrainingOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The training of a model by PyTorch's autograd, loss and optimiser, in a precision of choice. All
 * that it gives is in double, which holds floats as they are.
 */
final class TorchTrainer implements AutoCloseable {
  private static final long MEAN = 1;
  private static final long NO_LABEL_IGNORED = -100;

  private final PointerScope scope = new PointerScope();
  private final AutoGradMode gradients = new AutoGradMode(true);
  private final TrainingOptions options;
  private final ScalarType precision;
  private final TorchNetwork network;
  private final List<Optimizer> optimisers = new ArrayList<>();
  private final Map<String, boolean[]> passed = new LinkedHashMap<>();
  private double[] logits;
  private long overruled;

  /** Weight decay needs two optimisers, or two groups of parameters in one. */
  TorchTrainer(Model model, TrainingOptions options, ScalarType precision) {
    this.options = options;
    this.precision = precision;
    this.network = new TorchNetwork(model, MemoryFormat.Contiguous, precision);
    List<Tensor> decayed = new ArrayList<>();
    List<Tensor> others = new ArrayList<>();
    for (Parameter parameter : model.network().parameters()) {
      if (parameter.role().trainable()) {
        Tensor tensor = network.parameters().get(parameter.name());
        tensor.set_requires_grad(true);
        (tensor.dim() > 1 ? decayed : others).add(tensor);
      }
    }
    optimisers.add(optimiser(decayed, options.regularization().weightDecay()));
    optimisers.add(optimiser(others, 0));
  }

  private Optimizer optimiser(List<Tensor> parameters, double weightDecay) {
    var vector = new TensorVector(parameters.toArray(Tensor[]::new));
    return switch (options.optimizer()) {
      case io.dfsnet.nn.train.Optimizer.Sgd(float momentum, boolean nesterov) -> {
        var chosen = new SGDOptions(1);
        chosen.momentum().put(momentum);
        chosen.nesterov().put(nesterov);
        chosen.weight_decay().put(weightDecay);
        yield new SGD(vector, chosen);
      }
      case io.dfsnet.nn.train.Optimizer.AdamW(float beta1, float beta2, float epsilon) -> {
        var chosen = new AdamWOptions(1);
        // A std::tuple of GNU's library begins with its last element.
        if (chosen.betas().get(0) != 0.999) {
          throw new AssertionError("the betas are not where they were");
        }
        chosen.betas().put(0, beta2).put(1, beta1);
        chosen.eps().put(epsilon);
        chosen.weight_decay().put(weightDecay);
        yield new AdamW(vector, chosen);
      }
    };
  }

  /**
   * From now on rectifiers let pass what they are told, whatever the sign.
   *
   * @param sides by the names of the rectifiers, which elements pass
   */
  void takeSides(Map<String, boolean[]> sides) {
    network.rectify(
        (node, input) -> {
          boolean[] passing = sides.get(node.name());
          double[] own = values(input);
          double[] factors = new double[passing.length];
          for (int i = 0; i < factors.length; i++) {
            factors[i] = passing[i] ? 1 : 0;
            overruled += own[i] > 0 == passing[i] ? 0 : 1;
          }
          return input.mul(Tensor.create(factors, input.shape()).to(precision));
        });
  }

  /** From now on rectifiers go by the sign again. */
  void takeNoSides() {
    network.rectify(null);
  }

  /** How many elements rectifiers would have treated otherwise. */
  long overruled() {
    return overruled;
  }

  /** One step; returns the loss before it. */
  double step(Batch batch, double rate) {
    try (var _ = new PointerScope()) {
      long[] classes = new long[batch.labels().length];
      for (int i = 0; i < classes.length; i++) {
        classes[i] = batch.labels()[i];
      }
      passed.clear();
      optimisers.forEach(Optimizer::zero_grad);
      Tensor output = network.run(images(batch), this::note);
      logits = values(output);
      Tensor loss =
          torch.cross_entropy_loss(
              output,
              Tensor.create(classes),
              new TensorOptional(),
              MEAN,
              NO_LABEL_IGNORED,
              options.regularization().labelSmoothing());
      loss.backward();
      for (Optimizer optimiser : optimisers) {
        optimiser.param_groups().get(0).options().set_lr(rate);
        optimiser.step();
      }
      return values(loss)[0];
    }
  }

  /** The logits of the last step, {@code [batch, classes]}. */
  double[] logits() {
    return logits;
  }

  /** The gradient of the last step. */
  double[] gradient(String parameter) {
    try (var _ = new PointerScope()) {
      return values(network.parameters().get(parameter).grad());
    }
  }

  /** A parameter or a running statistic after the last step. */
  double[] parameter(String name) {
    try (var _ = new PointerScope()) {
      return values(network.parameters().get(name));
    }
  }

  /** By the names of the rectifiers, which elements they let pass in the last step. */
  Map<String, boolean[]> passed() {
    return passed;
  }

  /** The logits of the trained network in evaluation. Ends the training. */
  double[] evaluate(Batch batch) {
    network.evaluate();
    try (var _ = new PointerScope()) {
      return values(network.run(images(batch)));
    }
  }

  private void note(Node node, Tensor value) {
    if (node.op() instanceof Op.Relu) {
      double[] values = values(value);
      boolean[] positive = new boolean[values.length];
      for (int i = 0; i < values.length; i++) {
        positive[i] = values[i] > 0;
      }
      passed.put(node.name(), positive);
    }
  }

  private Tensor images(Batch batch) {
    return Tensor.create(batch.images().data(), TorchNetwork.sizes(batch.images().shape()))
        .to(precision);
  }

  private static double[] values(Tensor tensor) {
    Tensor doubles = tensor.detach().to(ScalarType.Double).contiguous();
    double[] values = new double[(int) doubles.numel()];
    new DoublePointer(doubles.data_ptr()).get(values);
    return values;
  }

  @Override
  public void close() {
    gradients.close();
    scope.close();
  }
}
