package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ShardCacheTest {
  private static final Model MODEL = TestModels.residual(4);
  private static final float[] IMAGE = TestModels.image(MODEL, 0);

  @TempDir private Path folder;

  @Test
  void aNodeThatComesBackFetchesNothing() {
    long all = connect(new long[0]);
    assertThat(all).isPositive();
    // New nodes with the old folder: as after a restart.
    assertThat(connect(new long[] {0, 0})).isZero();
  }

  @Test
  void aDamagedFileIsFoundAndFetchedAgain() throws IOException {
    connect(new long[0]);
    Path victim = shards().getFirst();
    byte[] content = Files.readAllBytes(victim);
    byte[] damaged = content.clone();
    damaged[damaged.length / 2] ^= 1;
    Files.write(victim, damaged);

    assertThat(connect(new long[0])).isEqualTo(content.length);
    assertThat(Files.readAllBytes(victim)).isEqualTo(content);
  }

  @Test
  void aShortenedFileIsFoundToo() throws IOException {
    connect(new long[0]);
    Path victim = shards().getLast();
    long length = Files.size(victim);
    Files.write(victim, new byte[0]);
    assertThat(connect(new long[0])).isEqualTo(length);
  }

  @Test
  void whatAnInterruptedWriteLeftIsClearedAway() throws IOException {
    Path part = folder.resolve("0123.part");
    Path other = folder.resolve("notes.txt");
    Files.write(part, new byte[10]);
    Files.write(other, new byte[10]);
    new ShardCache(Optional.of(folder), Limits.DEFAULTS).open();
    assertThat(part).doesNotExist();
    assertThat(other).exists();
  }

  @Test
  void theFilesUsedLongestAgoMakeRoom() throws IOException {
    ShardCache cache =
        new ShardCache(Optional.of(folder), Limits.DEFAULTS.withBytes(1, 1000, 1, 250));
    cache.open();
    byte[][] files = {new byte[100], new byte[100], new byte[100]};
    for (int i = 0; i < files.length; i++) {
      files[i][0] = (byte) i;
      cache.store(Sha256.of(files[i]), files[i]);
      if (i < 2) {
        Files.setLastModifiedTime(file(files[i]), FileTime.fromMillis(1000 + i));
        // Reading the first makes it the youngest.
        assertThat(cache.load(Sha256.of(files[0]))).isPresent();
      }
    }
    assertThat(cache.load(Sha256.of(files[0]))).contains(files[0]);
    assertThat(cache.load(Sha256.of(files[1]))).isEmpty();
    assertThat(cache.load(Sha256.of(files[2]))).contains(files[2]);
  }

  @Test
  void aFolderThatIsNoneIsRefusedAtTheStart() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    NodeServer node = new NodeServer(TestCluster.options().withCache(file));
    assertThatThrownBy(node::start)
        .hasMessageContaining("the shard cache cannot be used")
        .hasMessageContaining(file.toString())
        .hasMessageContaining("start the node with another folder or without")
        .extracting(failure -> ((DistributedException) failure).code())
        .isEqualTo(Code.NODE_FAILED);
    node.close();
  }

  @Test
  void aFolderThatIsGoneLaterIsNamedToo() throws IOException {
    ShardCache cache = new ShardCache(Optional.of(folder.resolve("gone")), Limits.DEFAULTS);
    cache.open();
    Files.delete(folder.resolve("gone"));
    assertThat(cache.load(TestPlans.hash(1))).isEmpty();
    assertThatThrownBy(() -> cache.store(TestPlans.hash(1), new byte[1]))
        .hasMessageContaining("the shard cache cannot be used");
  }

  @Test
  void withoutAFolderEverythingIsFetchedEveryTime() {
    try (TestCluster cluster = new TestCluster(1)) {
      for (int i = 0; i < 2; i++) {
        try (Coordinator coordinator = cluster.connect(MODEL, Topology.PARALLEL)) {
          NodeSetup setup = coordinator.setups().getFirst();
          assertThat(setup.shardBytesSent()).isEqualTo(setup.shardBytes()).isPositive();
        }
      }
    }
  }

  /** Two new nodes on the folder answer an image; returns what had to be sent to them. */
  private long connect(long[] expected) {
    try (TestCluster cluster = new TestCluster(2, options -> options.withCache(folder));
        Coordinator coordinator = cluster.connect(MODEL, Topology.PARALLEL)) {
      assertThat(coordinator.infer(IMAGE, TestCluster.TIME).logits())
          .containsExactly(TestModels.logits(MODEL, IMAGE));
      List<NodeSetup> setups = coordinator.setups();
      for (int rank = 0; rank < expected.length; rank++) {
        assertThat(setups.get(rank).shardBytesSent()).isEqualTo(expected[rank]);
      }
      return setups.stream().mapToLong(NodeSetup::shardBytesSent).sum();
    }
  }

  private Path file(byte[] content) {
    return folder.resolve(Sha256.of(content) + ".shard");
  }

  private List<Path> shards() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".shard")).sorted().toList();
    }
  }
}
