package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NodeCommandTest {

  @Test
  void saysWhereItListensAndStopsWhenTold() throws Exception {
    int port;
    try (var node = new RunningNode()) {
      assertThat(node.ready().text("host")).isEqualTo("127.0.0.1");
      assertThat(node.ready().integer("pid")).isEqualTo(ProcessHandle.current().pid());
      port = (int) node.ready().integer("port");
      dfs("node", "--listen", "127.0.0.1:" + port).fails(1, "127.0.0.1:" + port, "choose another");
      assertThat(node.stop()).isZero();
    }
    new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
  }

  @Test
  void occupiedPortsAreNamed() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      dfs("node", "--listen", "127.0.0.1:" + taken.getLocalPort())
          .fails(1, "127.0.0.1:" + taken.getLocalPort(), "stop what uses port");
    }
  }

  @Test
  void addressesAreChecked() {
    dfs("node", "--listen", "localhost").fails(2, "--listen", "'localhost' is not HOST:PORT");
    dfs("node", "--listen", "127.0.0.1:70000").fails(2, "'127.0.0.1:70000'", "0 to 65535");
    dfs("node", "--listen", "0.0.0.0:0").fails(2, "0.0.0.0:0", "--insecure-plaintext");
  }

  @Test
  void cacheMustBeAFolder(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    dfs("node", "--listen", "127.0.0.1:0", "--cache", file)
        .fails(2, "--cache " + file, "name a folder");
  }
}
