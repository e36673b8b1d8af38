package io.dfsnet.nn;

import io.dfsnet.engine.Activation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A node and the nodes behind it that its kernel takes along, so that their values never go through
 * memory; in training, where a batch norm needs all of its input first, it is the batch norm's
 * kernel that takes along what is behind:
 *
 * <pre>
 * conv -> [batch norm] -> [add] -> [relu | relu6]
 * batch norm -----------> [add] -> [relu | relu6]
 * linear ------------------------> [relu | relu6]
 * any other node alone
 * </pre>
 *
 * <p>A node is taken along only if it is the one reader of what stands before it. Where two chains
 * lead to the same add (a projection shortcut), the later one takes it, because the earlier one is
 * computed by then.
 *
 * <p>Taking an add or an activation along never changes a bit. The kernel rounds where separate
 * steps would: {@code t = sum + bias}, {@code u = t + addend}, {@code activation(u)}; and since
 * {@code t + addend} equals {@code addend + t}, it makes no difference either which of two chains
 * takes the add. Only folding a batch norm does change bits ({@code sum of (w * scale) * x} instead
 * of {@code scale * sum of w * x}), so two networks agree bit for bit only if the same batch norms
 * directly follow their convolutions in both.
 *
 * @param head the first node, whose kernel computes the chain
 * @param batchNorm folded into the weights, or null
 * @param add taken along, or null
 * @param activator the ReLU or ReLU6 taken along, or null
 */
public record Chain(Node head, Node batchNorm, Node add, Node activator) {

  /** Cuts a network into chains, in an order in which every chain comes after its inputs. */
  public static List<Chain> of(Network network) {
    Map<String, Integer> places = new HashMap<>();
    // From an add to the node before it whose chain takes it.
    Map<String, String> takers = new HashMap<>();
    for (Node node : network.nodes()) {
      places.put(node.name(), places.size());
      if (addsAndActivates(node)) {
        Node tail = normalized(network, node);
        // A second chain in front of the same add comes later and replaces the first.
        onlyReader(network, tail)
            .filter(reader -> reader.op() instanceof Op.Add)
            .ifPresent(add -> takers.put(add.name(), tail.name()));
      }
    }
    List<Chain> chains = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (Node node : network.nodes()) {
      if (!taken.contains(node.name())) {
        Chain chain = from(network, node, takers);
        chain.nodes().forEach(each -> taken.add(each.name()));
        chains.add(chain);
      }
    }
    // At the place of its last node everything that a chain reads has been computed.
    chains.sort(Comparator.comparingInt(chain -> places.get(chain.last().name())));
    return chains;
  }

  /** The nodes of the chain in order. */
  public List<Node> nodes() {
    List<Node> nodes = new ArrayList<>(List.of(head));
    for (Node follower : new Node[] {batchNorm, add, activator}) {
      if (follower != null) {
        nodes.add(follower);
      }
    }
    return nodes;
  }

  /** The node whose output the chain computes. */
  public Node last() {
    return nodes().getLast();
  }

  /** The nodes that the chain reads: the inputs of its head, then the addend if there is one. */
  public List<String> inputs() {
    List<String> inputs = new ArrayList<>(head.inputs());
    addend().ifPresent(inputs::add);
    return inputs;
  }

  /** The other input of the add. */
  public Optional<String> addend() {
    if (add == null) {
      return Optional.empty();
    }
    String own = (batchNorm == null ? head : batchNorm).name();
    return add.inputs().stream().filter(input -> !input.equals(own)).findFirst();
  }

  /** What is applied last. */
  public Activation activation() {
    return switch (activator == null ? null : activator.op()) {
      case Op.Relu _ -> Activation.RELU;
      case Op.Relu6 _ -> Activation.RELU6;
      case null, default -> Activation.NONE;
    };
  }

  private static Chain from(Network network, Node head, Map<String, String> takers) {
    Node batchNorm = null;
    Node add = null;
    Node tail = head;
    if (addsAndActivates(head)) {
      Node before = normalized(network, head);
      batchNorm = before == head ? null : before;
      add =
          onlyReader(network, before)
              .filter(reader -> before.name().equals(takers.get(reader.name())))
              .orElse(null);
      tail = add == null ? before : add;
    }
    Node activator = null;
    if (addsAndActivates(head) || head.op() instanceof Op.Linear) {
      activator =
          onlyReader(network, tail)
              .filter(reader -> reader.op() instanceof Op.Relu || reader.op() instanceof Op.Relu6)
              .orElse(null);
    }
    return new Chain(head, batchNorm, add, activator);
  }

  private static boolean addsAndActivates(Node head) {
    return head.op() instanceof Op.Conv2d || head.op() instanceof Op.BatchNorm;
  }

  /** The batch norm that alone reads a convolution, else the node itself. */
  private static Node normalized(Network network, Node head) {
    return head.op() instanceof Op.Conv2d
        ? onlyReader(network, head)
            .filter(reader -> reader.op() instanceof Op.BatchNorm)
            .orElse(head)
        : head;
  }

  private static Optional<Node> onlyReader(Network network, Node node) {
    List<Node> readers = network.consumers(node);
    return readers.size() == 1 ? Optional.of(readers.getFirst()) : Optional.empty();
  }
}
