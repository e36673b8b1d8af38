package io.dfsnet.nn;

import io.dfsnet.nn.Parameter.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * A named operation and the names of the nodes whose outputs it reads, in order.
 *
 * @param name unique in its network; the prefix of its parameters' names
 */
public record Node(String name, Op op, List<String> inputs) {
  public Node {
    if (name.isBlank() || name.length() > NetworkLimits.NAME) {
      throw new NetworkException(
          "node: a name has 1 to " + NetworkLimits.NAME + " characters, found '" + name + "'");
    }
    inputs = List.copyOf(inputs);
  }

  /** The tensors that this node needs, in a fixed order; empty for most operations. */
  public List<Parameter> parameters() {
    List<Parameter> slots = new ArrayList<>();
    switch (op) {
      case Op.Conv2d conv -> {
        slots.add(
            Parameter.of(
                name,
                Role.WEIGHT,
                conv.outChannels(),
                conv.inChannels() / conv.groups(),
                conv.kernelHeight(),
                conv.kernelWidth()));
        if (conv.bias()) {
          slots.add(Parameter.of(name, Role.BIAS, conv.outChannels()));
        }
      }
      case Op.BatchNorm norm -> {
        slots.add(Parameter.of(name, Role.SCALE, norm.channels()));
        slots.add(Parameter.of(name, Role.SHIFT, norm.channels()));
        slots.add(Parameter.of(name, Role.RUNNING_MEAN, norm.channels()));
        slots.add(Parameter.of(name, Role.RUNNING_VARIANCE, norm.channels()));
      }
      case Op.Linear linear -> {
        slots.add(Parameter.of(name, Role.WEIGHT, linear.outFeatures(), linear.inFeatures()));
        if (linear.bias()) {
          slots.add(Parameter.of(name, Role.BIAS, linear.outFeatures()));
        }
      }
      case Op.Input _,
          Op.Relu _,
          Op.Relu6 _,
          Op.Add _,
          Op.MaxPool _,
          Op.AveragePool _,
          Op.GlobalAveragePool _,
          Op.Concat _,
          Op.ChannelSlice _,
          Op.ChannelShuffle _,
          Op.Flatten _,
          Op.PadShortcut _,
          Op.Exchange _ -> {}
    }
    return slots;
  }

  /** The name of this node's tensor for {@code role}. */
  public String parameter(Role role) {
    return name + "." + role.suffix();
  }
}
