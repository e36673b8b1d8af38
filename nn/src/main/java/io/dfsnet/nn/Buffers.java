package io.dfsnet.nn;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plans where each stretch of a session writes. An array goes to the next stretch that needs one of
 * its length as soon as the last reader of its value has run, so a session holds about as much
 * memory as the widest place of its network needs, instead of the sum of all maps.
 *
 * <p>Arrays are reused for equal lengths only, so that kernels and exchanges can check lengths
 * exactly. The maps of a network have few different sizes, so little is lost.
 */
final class Buffers {
  private final Network network;
  private final int batch;
  private final Map<String, float[]> byNode = new HashMap<>();
  private final Map<float[], Integer> readersLeft = new IdentityHashMap<>();
  private final Map<Integer, Deque<float[]>> free = new HashMap<>();

  private Buffers(Network network, int batch) {
    this.network = network;
    this.batch = batch;
  }

  /** The array of each stretch, by the name of the stretch's last node. */
  static Map<String, float[]> plan(Network network, List<Stretch> stretches, int batch) {
    var plan = new Buffers(network, batch);
    stretches.forEach(plan::place);
    return plan.byNode;
  }

  private void place(Stretch stretch) {
    Node head = stretch.first().head();
    boolean overwrites = mayOverwriteInput(head.op());
    if (overwrites) {
      stretch.inputs().forEach(this::release);
    }
    Node last = stretch.last();
    float[] array =
        head.op() instanceof Op.Flatten ? byNode.get(head.inputs().getFirst()) : take(length(last));
    byNode.put(last.name(), array);
    int readers = network.consumers(last).size();
    // The output is read by the caller: its array never comes free.
    readersLeft.merge(array, last == network.output() ? readers + 1 : readers, Integer::sum);
    if (!overwrites) {
      stretch.inputs().forEach(this::release);
    }
  }

  /** Whether an operation reads each element before it writes it, and only that one. */
  private static boolean mayOverwriteInput(Op op) {
    return op instanceof Op.Relu || op instanceof Op.Relu6 || op instanceof Op.Add;
  }

  private float[] take(int length) {
    Deque<float[]> arrays = free.get(length);
    return arrays == null || arrays.isEmpty() ? new float[length] : arrays.pop();
  }

  private void release(String value) {
    float[] array = byNode.get(value);
    if (readersLeft.merge(array, -1, Integer::sum) == 0) {
      free.computeIfAbsent(array.length, length -> new ArrayDeque<>()).push(array);
    }
  }

  private int length(Node node) {
    long length = (long) batch * network.shape(node).elements();
    if (length > Integer.MAX_VALUE) {
      throw new NetworkException(
          "session of "
              + network.name()
              + ": a batch of "
              + batch
              + " needs "
              + length
              + " values at '"
              + node.name()
              + "', more than an array can hold; use a smaller batch");
    }
    return (int) length;
  }
}
