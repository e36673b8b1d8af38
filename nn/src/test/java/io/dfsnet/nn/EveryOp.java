package io.dfsnet.nn;

import io.dfsnet.engine.Shape;
import java.util.Set;
import java.util.stream.Collectors;

/** A small network that holds every operation at least once, for tests of readers. */
public final class EveryOp {
  private EveryOp() {}

  /** In two groups; the numbers of each operation differ, so that a mix-up shows. */
  public static Network network() {
    Network.Builder network = Network.builder("every-op", 2);
    String x = network.input(4, 13, 9);
    x = network.add("conv", new Op.Conv2d(4, 6, 3, 2, 1, 2, 2, 1, 2, 1, 2, true), x);
    x = network.add("norm", new Op.BatchNorm(6, 0.00123f), x);
    String relu = network.add("relu", new Op.Relu(), x);
    String relu6 = network.add("relu6", new Op.Relu6(), x);
    x = network.add("add", new Op.Add(), relu, relu6);
    x = network.add("joined", new Op.Concat(), x, relu, x);
    x = network.add("slice", new Op.ChannelSlice(3, 12), x);
    x = network.add("shuffle", new Op.ChannelShuffle(3), x);
    x = network.add("max", new Op.MaxPool(3, 2, 1), x);
    x = network.add("mean", new Op.AveragePool(2, 1, 0), x);
    x = network.add("pad", new Op.PadShortcut(22, 2, 2), x);
    x =
        network.add(
            "gather", new Op.Exchange(Op.Exchange.Kind.ALL_GATHER, 2, 1, Shape.of(44, 3, 1)), x);
    String pooled = network.add("pooled", new Op.GlobalAveragePool(), x);
    String flat = network.add("flat", new Op.Flatten(), x);
    String left = network.add("left", new Op.Linear(44, 5, true, 2), pooled);
    String right = network.add("right", new Op.Linear(132, 5, false, 1), flat);
    network.add("out", new Op.Add(), left, right);
    return network.build();
  }

  /** The classes of operations that a network holds. */
  public static Set<Class<?>> ops(Network network) {
    return network.nodes().stream().map(node -> node.op().getClass()).collect(Collectors.toSet());
  }
}
