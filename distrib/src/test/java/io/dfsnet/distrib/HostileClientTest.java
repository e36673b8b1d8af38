package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.dividefuse.Placement;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Seeds;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One node, many enemies: each is refused in time and for a reason, and the node serves the next.
 */
@Timeout(60)
class HostileClientTest {
  private static final Duration HANDSHAKE = Duration.ofMillis(700);
  private static final Duration SLACK = Duration.ofMillis(1500);
  private static final int SESSIONS = 150;

  private static final Model MODEL = TestModels.residual(2);
  private static final float[] IMAGE = TestModels.image(MODEL, 0);

  private static NodeServer node;
  private static Deployment deployment;

  @BeforeAll
  static void start() {
    Limits limits =
        Limits.DEFAULTS.withHandshake(HANDSHAKE).withBytes(16 << 20, 256 << 20, 64 << 20, 1 << 30);
    node = new NodeServer(TestCluster.options().withLimits(limits)).start();
    deployment = deploy(MODEL);
  }

  @AfterAll
  static void stop() {
    node.close();
    Leaks.requireNoThreads();
  }

  @AfterEach
  void theNodeServesAGoodCoordinator() {
    try (Coordinator coordinator =
        Coordinator.connect(
            List.of(node.address()), MODEL, TestCluster.coordinator(Topology.PARALLEL, 2, 1))) {
      assertThat(coordinator.infer(IMAGE, TestCluster.TIME).logits())
          .containsExactly(TestModels.logits(MODEL, IMAGE));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "\u0016\u0003\u0001 not tls"})
  void whoSpeaksAnotherProtocolIsRefused(String words) throws IOException {
    try (RawClient client = new RawClient(node.address())) {
      // Enough bytes for a header, or the node would wait for the rest until the limit.
      client.send((words + " ".repeat(64)).getBytes(StandardCharsets.ISO_8859_1));
      DistributedException refusal = client.refusal();
      assertThat(refusal.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
      assertThat(refusal.detail()).contains("a frame begins with 4446534e");
      assertThat(client.awaitEnd()).isLessThan(SLACK);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 4097, at most 4096 bytes",
    "1, 2147483647, at most 4096 bytes",
    "1, -1, found 4294967295",
    "10, 16777216, DATA may not come here",
    "9, 100, INFER may not come here",
    "7, 65536, PLAN may not come here",
    "13, 0, BYE may not come here"
  })
  void aFirstFrameThatIsNoGreetingIsRefusedByItsHeader(int type, int length, String message)
      throws IOException {
    try (RawClient client = new RawClient(node.address())) {
      client.send(Wire.frame(type, 1, 0, 0, 0, length, new byte[0]));
      DistributedException refusal = client.refusal();
      assertThat(refusal.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
      assertThat(refusal.detail()).contains(message);
      assertThat(client.awaitEnd()).isLessThan(SLACK);
    }
  }

  @Test
  void whoConnectsAndSaysNothingIsLetGo() throws IOException {
    try (RawClient client = new RawClient(node.address())) {
      assertThat(client.awaitEnd()).isLessThan(HANDSHAKE.plus(SLACK));
    }
  }

  @Test
  void whoSaysEachByteJustInTimeIsLetGoToo() throws Exception {
    byte[] greeting = Wire.write(hello());
    long begun = System.nanoTime();
    try (RawClient client = new RawClient(node.address())) {
      Thread talker =
          Thread.startVirtualThread(
              () -> {
                try {
                  for (byte each : greeting) {
                    client.send(new byte[] {each});
                    Thread.sleep(50);
                  }
                } catch (IOException | InterruptedException ended) {
                  // The node has had enough.
                }
              });
      client.awaitEnd();
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(HANDSHAKE.plus(SLACK));
      talker.join();
    }
  }

  @Test
  void manyWhoSayNothingKeepAGoodOneWaitingForNoLongerThanTheirLimits() throws IOException {
    List<RawClient> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 3 * Limits.DEFAULTS.handshakes(); i++) {
        silent.add(new RawClient(node.address()));
      }
      long begun = System.nanoTime();
      theNodeServesAGoodCoordinator();
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .isLessThan(HANDSHAKE.multipliedBy(4).plus(SLACK));
    } finally {
      for (RawClient client : silent) {
        client.close();
      }
    }
  }

  @Test
  void anotherVersionIsRefusedWithBothNumbers() throws IOException {
    Message.Hello late =
        new Message.Hello(
            Message.Role.COORDINATOR,
            new Version.Range(new Version(2, 0), new Version(2, 5)),
            Message.FEATURES,
            1,
            0,
            deployment.identity(0));
    assertThat(refusal(late))
        .hasMessage(
            "version mismatch: this side speaks protocol 1.0, the other 2.0 to 2.5;"
                + " run the same release on both");
  }

  @Test
  void missingFeaturesAreRefusedWithBothSets() throws IOException {
    Message.Hello bare =
        new Message.Hello(
            Message.Role.COORDINATOR, Version.SUPPORTED, 0, 1, 0, deployment.identity(0));
    assertThat(refusal(bare).detail())
        .contains("needs the features 00000001, the other has 00000000");
  }

  @Test
  void aPeerOfNoSessionIsRefused() throws IOException, InterruptedException {
    Message.Hello peer =
        new Message.Hello(
            Message.Role.PEER, Version.SUPPORTED, Message.FEATURES, 7, 1, deployment.identity(0));
    String detail = refusal(peer).detail();
    // The node may not know yet that the coordinator of the test before this one has left.
    long end = System.nanoTime() + SLACK.toNanos();
    while (detail.contains("it serves epoch") && System.nanoTime() < end) {
      Thread.sleep(10);
      detail = refusal(peer).detail();
    }
    assertThat(detail).contains("it serves no epoch, not 00000007");
  }

  @Test
  void aSecondCoordinatorIsToldThatTheNodeIsBusy() throws IOException {
    try (RawClient _ = greeted()) {
      DistributedException refusal = refusal(hello());
      assertThat(refusal.code()).isEqualTo(Code.BUSY);
      assertThat(refusal.detail()).contains("serves another coordinator");
    }
  }

  @Test
  void aStrangerIsNoPeer() throws IOException {
    try (RawClient _ = ready(deployment)) {
      for (int rank : new int[] {0, 1, 65535}) {
        Message.Hello peer =
            new Message.Hello(
                Message.Role.PEER,
                Version.SUPPORTED,
                Message.FEATURES,
                epoch(),
                rank,
                deployment.identity(0));
        assertThat(refusal(peer).detail()).contains("dial rank 0, found " + rank);
      }
    }
  }

  @Test
  void whoHangsUpAfterTheGreetingIsForgotten() throws IOException {
    try (RawClient client = greeted()) {
      client.shutdownOutput();
      assertThat(client.awaitEnd()).isLessThan(SLACK);
    }
  }

  @Test
  void aShardThatIsTooLargeIsRefusedBeforeItComes() throws IOException {
    try (RawClient client = greeted()) {
      client.send(
          epoch(),
          new Message.ShardOffer(
              List.of(new Message.ShardOffer.Shard(0, Integer.MAX_VALUE, TestPlans.hash(0)))));
      DistributedException refusal = client.refusal();
      assertThat(refusal.code()).isEqualTo(Code.BAD_SHARD);
      assertThat(refusal.detail()).contains("2147483647 bytes, this node takes 268435456");
    }
  }

  @Test
  void aShardThatIsNotWhatWasAnnouncedIsRefused() throws IOException {
    byte[] file = deployment.files().getFirst().clone();
    file[file.length / 2] ^= 1;
    try (RawClient client = offered()) {
      sendShard(client, 0, file);
      DistributedException refusal = client.refusal();
      assertThat(refusal.code()).isEqualTo(Code.BAD_SHARD);
      assertThat(refusal.detail())
          .contains(Sha256.of(file).toString())
          .contains(deployment.offer(0).shards().getFirst().hash().toString());
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 10", "1, 0, 10", "0, 0, 9", "0, 0, 11"})
  void aPieceThatIsNotTheNextIsRefused(int group, int piece, int length) throws IOException {
    int wanted = deployment.files().getFirst().length;
    try (RawClient client = offered()) {
      client.send(
          epoch(),
          new Message.ShardData(group, piece, new byte[wanted + 1], 0, wanted - 10 + length));
      assertThat(client.refusal().detail()).contains("piece 0 of group 0 with " + wanted);
    }
  }

  @Test
  void aFileThatIsNoNetworkIsRefused() throws IOException {
    byte[] noise = new byte[5000];
    Seeds.random(TestModels.SEED, "noise").nextBytes(noise);
    assertThat(refusalOfFile(noise).code()).isEqualTo(Code.BAD_SHARD);
  }

  @Test
  void aSmallFileThatAsksForHugeMapsIsRefused() {
    var network = Network.builder("huge");
    String x = network.input(1, 18, 18);
    x = network.add("pad", new Op.PadShortcut(60_000, 1, 1), x);
    network.add("pool", new Op.GlobalAveragePool(), x);
    Deployment huge = deploy(TestModels.model(network.build()));
    assertThat(catchThrowableOfType(DistributedException.class, () -> ready(huge).close()))
        .satisfies(
            refusal ->
                assertThat(refusal.detail())
                    .contains(
                        "the maps of the shards have 78001296 bytes, this node has 67108864"));
  }

  @Test
  void aPlanThatIsNotTheAnnouncedOneIsRefusedWithBothHashes() throws IOException {
    byte[] other = deployment.planText().clone();
    other[other.length - 3] ^= 1;
    try (RawClient client = offered()) {
      deploymentShards(client);
      client.send(epoch(), new Message.PlanText(other));
      DistributedException refusal = client.refusal();
      assertThat(refusal.code()).isIn(Code.IDENTITY_MISMATCH, Code.BAD_PLAN);
    }
  }

  @Test
  void anImageBeforeThePlanIsRefused() throws IOException {
    try (RawClient client = greeted()) {
      client.send(epoch(), infer(1, IMAGE));
      assertThat(client.refusal().detail()).isEqualTo("INFER: no plan is in force");
    }
  }

  @Test
  void anImageOfAnotherSizeIsRefusedWithBothSizes() throws IOException {
    try (RawClient client = ready(deployment)) {
      client.send(epoch(), infer(1, new float[IMAGE.length - 1]));
      DistributedException refusal = client.refusal();
      assertThat(refusal.code()).isEqualTo(Code.WRONG_IMAGE_SIZE);
      assertThat(refusal.detail())
          .isEqualTo("INFER: an image of the plan takes 3076 bytes, found 3072");
    }
  }

  @Test
  void anImageBesideAnotherIsRefused() throws IOException {
    try (RawClient client = ready(deployment)) {
      client.send(epoch(), infer(1, IMAGE), infer(2, IMAGE), infer(3, IMAGE));
      DistributedException refusal = null;
      while (refusal == null) {
        if (client.receiveFrame() instanceof Message.Failure failure) {
          refusal = failure.toException();
        }
      }
      assertThat(refusal.detail()).contains("an image came before the last was answered");
    }
  }

  @Test
  void aRequestThatWasAnsweredIsNotAnsweredAgain() throws IOException {
    try (RawClient client = ready(deployment)) {
      client.send(epoch(), infer(5, IMAGE));
      assertThat(client.receiveFrame()).isNull();
      client.send(epoch(), infer(5, IMAGE));
      assertThat(client.refusal().detail()).contains("request 5 came, but request 5 was the last");
    }
  }

  @Test
  void aFrameOfAnotherEpochIsRefused() throws IOException {
    try (RawClient client = ready(deployment)) {
      client.send(epoch() + 1, infer(1, IMAGE));
      assertThat(client.refusal().detail()).contains("the epoch is " + Frame.hex(epoch()));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 5, 8, 10, 11})
  void aMessageThatComesOutOfTurnIsRefused(int type) throws IOException {
    try (RawClient client = ready(deployment)) {
      client.send(Wire.frame(type, epoch(), 0, 0, 0, new byte[0]));
      assertThat(client.refusal().code()).isEqualTo(Code.PROTOCOL_VIOLATION);
    }
  }

  /** Whole conversations, each damaged somewhere; a number gives the same bytes again. */
  @Test
  void damagedConversations() throws IOException {
    byte[] conversation = conversation();
    for (int run = 0; run < SESSIONS; run++) {
      RandomGenerator random = Seeds.random(TestModels.SEED, "conversation", run);
      byte[] damaged = CodecFuzzTest.mutate(conversation, random);
      long begun = System.nanoTime();
      try (RawClient client = new RawClient(node.address())) {
        client.send(damaged);
        client.shutdownOutput();
        client.awaitEnd();
      } catch (SocketException refused) {
        // The node ended the connection while this side was still talking.
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .as("conversation %d", run)
          .isLessThan(HANDSHAKE.plus(SLACK));
    }
  }

  private byte[] conversation() {
    ByteBuffer all = ByteBuffer.allocate(1 << 20);
    all.put(Wire.write(hello()));
    all.put(Wire.write(epoch(), deployment.offer(0)));
    for (int group = 0; group < 2; group++) {
      byte[] file = deployment.files().get(group);
      all.put(Wire.write(epoch(), new Message.ShardData(group, 0, file, 0, file.length)));
    }
    all.put(Wire.write(epoch(), new Message.PlanText(deployment.planText())));
    all.put(Wire.write(epoch(), infer(1, IMAGE), new Message.Bye()));
    byte[] bytes = new byte[all.position()];
    all.flip().get(bytes);
    return bytes;
  }

  private static Deployment deploy(Model model) {
    return Deployment.of(
        List.of(node.address()),
        model,
        Topology.PARALLEL,
        Placement.even(model.network().groups(), 1));
  }

  private static int epoch() {
    return deployment.plan().epoch();
  }

  private static Message.Hello hello() {
    return hello(deployment);
  }

  private static Message.Hello hello(Deployment which) {
    return new Message.Hello(
        Message.Role.COORDINATOR,
        Version.SUPPORTED,
        Message.FEATURES,
        which.plan().epoch(),
        0,
        which.identity(0));
  }

  private static Message.Infer infer(long request, float[] image) {
    return new Message.Infer(request, Deadline.in(Duration.ofSeconds(10)), image);
  }

  private static DistributedException refusal(Message.Hello hello) throws IOException {
    try (RawClient client = new RawClient(node.address())) {
      client.send(hello.epoch(), hello);
      DistributedException refusal = client.refusal();
      assertThat(client.awaitEnd()).isLessThan(SLACK);
      return refusal;
    }
  }

  private static RawClient greeted() throws IOException {
    return greeted(deployment);
  }

  private static RawClient greeted(Deployment which) throws IOException {
    RawClient client = new RawClient(node.address());
    client.send(which.plan().epoch(), hello(which));
    assertThat(client.receive()).isInstanceOf(Message.HelloAck.class);
    return client;
  }

  private static RawClient offered() throws IOException {
    RawClient client = greeted();
    client.send(epoch(), deployment.offer(0));
    assertThat(client.receive()).isEqualTo(new Message.ShardNeed(List.of(0, 1)));
    return client;
  }

  private static void deploymentShards(RawClient client) throws IOException {
    sendShard(client, 0, deployment.files().get(0));
    sendShard(client, 1, deployment.files().get(1));
  }

  private static void sendShard(RawClient client, int group, byte[] file) throws IOException {
    client.send(epoch(), new Message.ShardData(group, 0, file, 0, file.length));
  }

  private static RawClient ready(Deployment which) throws IOException {
    RawClient client = greeted(which);
    int epoch = which.plan().epoch();
    client.send(epoch, which.offer(0));
    assertThat(client.receive()).isInstanceOf(Message.ShardNeed.class);
    for (int group = 0; group < which.files().size(); group++) {
      byte[] file = which.files().get(group);
      client.send(epoch, new Message.ShardData(group, 0, file, 0, file.length));
    }
    client.send(epoch, new Message.PlanText(which.planText()));
    Message answer = client.receive();
    if (answer instanceof Message.Failure failure) {
      client.close();
      throw failure.toException();
    }
    assertThat(answer).isEqualTo(new Message.Ready(which.identity(0)));
    return client;
  }

  /** What the node says to a good conversation with this file in place of its shard. */
  private static DistributedException refusalOfFile(byte[] file) throws IOException {
    Plan plan = deployment.plan();
    Sha256 hash = Sha256.of(file);
    Plan.Member member = new Plan.Member(node.address(), List.of(0), List.of(hash));
    Plan other =
        new Plan(
            plan.epoch(),
            plan.model(),
            plan.topology(),
            plan.imageValues(),
            List.of(member),
            List.of(10),
            plan.meetings());
    Deployment lie =
        new Deployment(deployment.combine(), List.of(file), other, PlanJson.write(other));
    try (RawClient client = ready(lie)) {
      throw new AssertionError("the node took " + client);
    } catch (DistributedException refusal) {
      return refusal;
    }
  }
}
