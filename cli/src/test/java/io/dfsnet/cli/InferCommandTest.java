package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.file.NetworkFile;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.models.Shortcut;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class InferCommandTest {
  private static final String DATA = "synthetic:train=1,test=8";

  @TempDir Path folder;
  private Path weights;

  @BeforeEach
  void writeWeights() {
    weights = folder.resolve("divided.safetensors");
    ImageSet images = DataOptions.open(DATA).test();
    Network original =
        ModelOptions.create("resnet8-w4", Shortcut.PROJECTION, images.classes(), images.shape());
    Network divided = Divider.divide(original, Division.keep(2, List.of(1)));
    NetworkFile.write(weights, Model.initial(divided, 1));
  }

  @Test
  void localInferenceAgreesWithEval() {
    Json.Object infer = infer("--json").json();
    Json.Object eval = dfs("eval", "--weights", weights, "--data", DATA, "--json").json();
    for (String key : List.of("images", "top1", "top5", "loss")) {
      assertThat(infer.get(key)).as(key).isEqualTo(eval.get(key));
    }
    Json.Object latency = infer.object("latencyMillis");
    assertThat(latency.number("p50").doubleValue())
        .isPositive()
        .isLessThanOrEqualTo(latency.number("p99").doubleValue());
    assertThat(infer.has("nodes")).isFalse();
    assertThat(infer("--local").succeeds().out())
        .contains("on this machine", "latency of an image");
  }

  @Test
  void nodesGiveTheBitsOfOneProcess() throws Exception {
    Json.Object local = infer("--json").json();
    try (var first = new RunningNode();
        var second = new RunningNode()) {
      String nodes = first.address() + "," + second.address();
      Json.Object answer = infer("--nodes", nodes, "--verify", "--json").json();
      assertThat(answer.bool("verified")).isTrue();
      assertThat(answer.get("loss")).isEqualTo(local.get("loss"));
      assertThat(answer.text("topology")).isEqualTo("parallel");
      // Position 1 reads 4 maps of 32x32 floats: each node sends its half to the other.
      assertThat(answer.integer("exchangedBytesPerImage")).isEqualTo(4 * 32 * 32 * Float.BYTES);
      assertThat(answer.array("nodes").elements()).hasSize(2);

      Call central = infer("--nodes", nodes, "--topology", "central", "--verify").succeeds();
      assertThat(central.out())
          .contains("on 2 nodes, central", "verified", first.address(), second.address());
      assertThat(infer("--nodes", first.address(), "--verify").succeeds().out())
          .contains("on 1 node, ");
    }
  }

  @Test
  void missingNodesAreNamed() throws Exception {
    int free;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    infer("--nodes", "127.0.0.1:" + free).fails(1, "127.0.0.1:" + free, "node unreachable");
  }

  @Test
  void nodesThatHangUpAreNamed() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> hangUp(server));
      infer("--nodes", "127.0.0.1:" + server.getLocalPort()).fails(1, "rank 0");
    }
  }

  @Test
  void wrongCallsAreRefused() {
    infer("--nodes", "here").fails(2, "--nodes", "'here' is not HOST:PORT");
    infer("--nodes", "a:1,b:2,c:3").fails(2, "3 nodes are too many", "1 to 2");
    infer("--nodes", "127.0.0.1:1", "--local").fails(2, "--local: not with --nodes");
    infer("--verify").fails(2, "--verify: is about nodes", "add --nodes");
    infer("--topology", "central").fails(2, "--topology: is about nodes");
    infer("--nodes", "a:1,a:1").fails(2, "has a node twice");
    infer("--topology", "ring").fails(2, "'ring' is not one of parallel, central");
    infer("--deadline-ms", 0).fails(2, "--deadline-ms");
    dfs("infer", "--data", DATA).fails(2, "--weights: is missing");
  }

  private static void hangUp(ServerSocket server) {
    try {
      while (true) {
        Socket socket = server.accept();
        socket.close();
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private Call infer(Object... more) {
    Object[] words = {"infer", "--weights", weights, "--data", DATA};
    Object[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return dfs(all);
  }
}
