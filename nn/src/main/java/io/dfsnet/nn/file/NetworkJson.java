package io.dfsnet.nn.file;

import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.NetworkLimits;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.json.JsonException;
import java.util.List;
import java.util.Set;

/**
 * A network as JSON:
 *
 * <pre>
 * {"version": 1, "name": "resnet20", "groups": 1, "nodes": [
 *   {"name": "input", "op": "input", "channels": 3, "height": 32, "width": 32, "inputs": []},
 *   {"name": "relu", "op": "relu", "inputs": ["bn1"]}, ...]}
 * </pre>
 *
 * <p>What is read may come from anyone. So all sizes are bounded, members that this version does
 * not know are refused, and the graph goes through {@link Network.Builder}, which checks every rule
 * of every operation.
 */
final class NetworkJson {
  private static final int VERSION = 1;
  private static final int MAX_NODES = 10_000;

  private NetworkJson() {}

  static Json.Object write(Network network) {
    return Json.object()
        .put("version", VERSION)
        .put("name", network.name())
        .put("groups", network.groups())
        .put("nodes", Json.array(network.nodes().stream().map(NetworkJson::write).toList()))
        .build();
  }

  /**
   * @throws JsonException if a member is missing, unknown, of another type or out of bounds
   * @throws NetworkException if the graph breaks a rule
   */
  static Network read(Json value) {
    Json.Object json = value.asObject("the network");
    int version = json.integer("version", 0, Integer.MAX_VALUE);
    if (version != VERSION) {
      throw new JsonException(
          "network: has format version "
              + version
              + ", this program reads version "
              + VERSION
              + "; write the file again with this program, or read it with the one that wrote it");
    }
    requireMembers(json, Set.of("version", "name", "groups", "nodes"));
    List<Json> nodes = json.array("nodes").elements();
    if (nodes.size() > MAX_NODES) {
      throw new JsonException(
          "network: at most " + MAX_NODES + " nodes are read, found " + nodes.size());
    }
    Network.Builder builder =
        Network.builder(name(json), json.integer("groups", 1, NetworkLimits.SIZE));
    long activations = 0;
    for (int i = 0; i < nodes.size(); i++) {
      Node node = node(nodes.get(i).asObject("nodes[" + i + "]"));
      builder.add(node);
      activations += builder.shape(node.name()).elements();
      if (activations > NetworkLimits.ACTIVATIONS) {
        throw new JsonException(
            "network: for one image all nodes together give at most "
                + NetworkLimits.ACTIVATIONS
                + " values, '"
                + node.name()
                + "' exceeds that");
      }
    }
    return builder.build();
  }

  private static Json.Object write(Node node) {
    Json.Builder json = Json.object().put("name", node.name());
    OpJson.write(node.op()).members().forEach(json::put);
    return json.put("inputs", Json.texts(node.inputs())).build();
  }

  private static Node node(Json.Object json) {
    String name = name(json);
    try {
      List<String> inputs = json.array("inputs").texts("inputs");
      if (inputs.size() > NetworkLimits.INPUTS) {
        throw new JsonException("a node reads at most " + NetworkLimits.INPUTS + " others");
      }
      Node node = new Node(name, OpJson.read(json), inputs);
      requireMembers(json, write(node).members().keySet());
      return node;
    } catch (JsonException cause) {
      throw new JsonException("node '" + name + "': " + cause.getMessage());
    }
  }

  /** The member {@code name}: printable, because messages quote it. */
  private static String name(Json.Object json) {
    String name = json.text("name");
    if (name.isBlank()
        || name.length() > NetworkLimits.NAME
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new JsonException(
          "network: a name has 1 to "
              + NetworkLimits.NAME
              + " printable characters, found "
              + name.length());
    }
    return name;
  }

  private static void requireMembers(Json.Object json, Set<String> known) {
    for (String key : json.members().keySet()) {
      if (!known.contains(key)) {
        throw new JsonException(
            "member " + Json.excerpt(key) + " is unknown; known are " + String.join(", ", known));
      }
    }
  }
}
