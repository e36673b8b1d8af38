package io.dfsnet.nn.train;

import io.dfsnet.engine.autograd.RunningStatistics;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.engine.autograd.Variable;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Parameter.Role;
import io.dfsnet.nn.Weights;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Every parameter is the tensor of its name in {@code Weights}, not a copy of it. */
public final class WeightsBinding implements Binding {
  /** PyTorch's momentum of running statistics. */
  public static final float DEFAULT_MOMENTUM = 0.1f;

  private final Weights weights;
  private final float momentum;
  private final Map<String, Variable> leaves = new LinkedHashMap<>();

  /**
   * @param momentum how far each training step moves running statistics towards its batch's, 0 to 1
   */
  public WeightsBinding(Weights weights, float momentum) {
    this.weights = weights;
    this.momentum = momentum;
  }

  @Override
  public Variable parameter(Tape tape, Parameter parameter) {
    return leaves.computeIfAbsent(parameter.name(), name -> tape.parameter(weights.get(name)));
  }

  @Override
  public RunningStatistics statistics(Node batchNorm) {
    return new RunningStatistics(
        weights.get(batchNorm.parameter(Role.RUNNING_MEAN)).data(),
        weights.get(batchNorm.parameter(Role.RUNNING_VARIANCE)).data(),
        momentum);
  }

  @Override
  public Map<String, Variable> leaves() {
    return Collections.unmodifiableMap(leaves);
  }

  @Override
  public void reset() {
    leaves.clear();
  }
}
