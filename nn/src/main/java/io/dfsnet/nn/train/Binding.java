package io.dfsnet.nn.train;

import io.dfsnet.engine.autograd.RunningStatistics;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.engine.autograd.Variable;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Parameter;
import java.util.Map;

/**
 * Where a network finds its parameters while it runs on a tape. {@link WeightsBinding} reads them
 * from {@code Weights} as they are; another binding may compute one from shared weights, on the
 * tape, so that gradients flow back to what is shared.
 */
public interface Binding {

  /** The value of a parameter, in its shape: a leaf of the tape, or computed from one. */
  Variable parameter(Tape tape, Parameter parameter);

  /** The running statistics of a batch norm: moved by training, read by inference. */
  RunningStatistics statistics(Node batchNorm);

  /** The leaves put on the tape since the last reset, by the names of their weights. */
  Map<String, Variable> leaves();

  /** Forgets all leaves; to be called whenever the tape is reset. */
  void reset();
}
