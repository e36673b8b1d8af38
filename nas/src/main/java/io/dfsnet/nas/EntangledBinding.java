package io.dfsnet.nas;

import io.dfsnet.engine.autograd.RunningStatistics;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.engine.autograd.Variable;
import io.dfsnet.nas.EntangledLayout.Source;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Parameter.Role;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.train.Binding;
import io.dfsnet.nn.train.WeightsBinding;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Binds a candidate to the supernet's weights. The diagonal blocks of a dense convolution are cut
 * out on the tape, so the gradient flows back to the dense weights, and to those blocks alone.
 */
final class EntangledBinding implements Binding {
  private final Weights weights;
  private final Map<String, Source> sources;
  private final int groups;
  private final Map<String, Variable> leaves = new LinkedHashMap<>();

  EntangledBinding(Weights weights, Map<String, Source> sources, int groups) {
    this.weights = weights;
    this.sources = sources;
    this.groups = groups;
  }

  @Override
  public Variable parameter(Tape tape, Parameter parameter) {
    Source source = sources.get(parameter.name());
    Variable leaf =
        leaves.computeIfAbsent(source.tensor(), name -> tape.parameter(weights.get(name)));
    return source.diagonal() ? tape.blockDiagonal(leaf, groups) : leaf;
  }

  @Override
  public RunningStatistics statistics(Node batchNorm) {
    return new RunningStatistics(
        statistic(batchNorm, Role.RUNNING_MEAN),
        statistic(batchNorm, Role.RUNNING_VARIANCE),
        WeightsBinding.DEFAULT_MOMENTUM);
  }

  @Override
  public Map<String, Variable> leaves() {
    return Collections.unmodifiableMap(leaves);
  }

  @Override
  public void reset() {
    leaves.clear();
  }

  private float[] statistic(Node batchNorm, Role role) {
    return weights.get(sources.get(batchNorm.parameter(role)).tensor()).data();
  }
}
