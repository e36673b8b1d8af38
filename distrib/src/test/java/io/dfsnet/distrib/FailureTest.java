package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.distrib.FaultProxy.Fault;
import io.dfsnet.dividefuse.Placement;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.Model;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens, a request ends in time, with the rank that is to blame. */
@Timeout(60)
class FailureTest {
  private static final Duration TIME = Duration.ofSeconds(5);

  /** What a busy machine may add to a deadline. */
  private static final Duration SLACK = Duration.ofMillis(500);

  private static final Model MODEL = TestModels.residual(4);
  private static final float[] IMAGE = TestModels.image(MODEL, 0);
  private static final float[] LOGITS = TestModels.logits(MODEL, IMAGE);

  @AfterEach
  void nothingIsLeftBehind() {
    Leaks.requireNoThreads();
  }

  static Stream<Arguments> topologiesAndRanks() {
    return Stream.of(Topology.values())
        .flatMap(topology -> Stream.of(0, 1, 2).map(rank -> Arguments.of(topology, rank)));
  }

  @ParameterizedTest
  @MethodSource("topologiesAndRanks")
  void aNodeThatDiesBetweenImagesIsNamed(Topology topology, int victim) {
    try (TestCluster cluster = new TestCluster(3);
        Coordinator coordinator = cluster.connect(MODEL, topology)) {
      answers(coordinator);
      cluster.node(victim).close();
      assertFails(coordinator, Code.NODE_DIED, victim, TIME);
      assertFails(coordinator, Code.NODE_DIED, victim, TIME);
      othersServe(cluster, victim);
    }
  }

  @ParameterizedTest
  @MethodSource("topologiesAndRanks")
  void aNodeThatDiesInTheMiddleOfAnImageIsNamed(Topology topology, int victim) {
    try (TestCluster cluster = new TestCluster(3);
        Coordinator coordinator = cluster.connect(MODEL, topology)) {
      answers(coordinator);
      // The first slice that passes rank 0's proxy waits until the victim is dead.
      cluster.proxy(0).on(FrameType.DATA, 1, () -> cluster.node(victim).close());
      DistributedException failure = assertFails(coordinator, Code.NODE_DIED, victim, TIME);
      assertThat(failure.getMessage()).contains("rank " + victim);
      othersServe(cluster, victim);
    }
  }

  @ParameterizedTest
  @EnumSource(Topology.class)
  void aNodeThatStallsIsNamedWhenTheTimeIsUp(Topology topology) {
    Duration time = Duration.ofMillis(600);
    try (TestCluster cluster = new TestCluster(3);
        Coordinator coordinator = cluster.connect(MODEL, topology)) {
      answers(coordinator);
      cluster.proxy(0).on(FrameType.DATA, 2, Fault.BLACK_HOLE);
      assertFails(coordinator, Code.DEADLINE_EXCEEDED, 0, time);

      // Nobody died: what was held back arrives, and the next image is answered.
      cluster.proxy(0).heal();
      answers(coordinator);
    }
  }

  @Test
  void aPeerThatStallsIsNamedByThoseWhoWaitForIt() {
    Duration time = Duration.ofSeconds(2);
    try (TestCluster cluster = new TestCluster(3);
        Coordinator coordinator = cluster.connect(MODEL, Topology.CENTRAL)) {
      // Rank 2 is heard by the coordinator, but its first slice never reaches rank 0.
      cluster.proxy(0).on(FrameType.DATA, 1, Fault.STALL);
      DistributedException failure =
          catchThrowableOfType(DistributedException.class, () -> coordinator.infer(IMAGE, time));
      assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertThat(failure.rank()).isIn(1, 2);
      assertThat(failure.layer()).isZero();
    }
  }

  @Test
  void aStalledNodeIsDeadAfterALongSilence() throws InterruptedException {
    Limits limits = Limits.DEFAULTS.withSilence(Duration.ofSeconds(2));
    try (TestCluster cluster = new TestCluster(2, options -> options.withLimits(limits));
        Coordinator coordinator =
            cluster.connect(MODEL, Topology.PARALLEL, options -> options.withLimits(limits))) {
      // Idle for longer than the limit: signs of life keep the connections.
      Thread.sleep(2200);
      answers(coordinator);
      cluster.proxy(0).blackHole();
      Thread.sleep(2500);
      assertFails(coordinator, Code.NODE_DIED, 0, TIME);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"FLIP_PAYLOAD", "FLIP_LENGTH", "DUPLICATE"})
  void aDamagedSliceIsBlamedOnItsSender(Fault fault) {
    try (TestCluster cluster = new TestCluster(2);
        Coordinator coordinator = cluster.connect(MODEL, Topology.CENTRAL)) {
      // In the central topology the first slices come from rank 1.
      cluster.proxy(0).on(FrameType.DATA, 1, fault);
      DistributedException failure = assertFails(coordinator, Code.PROTOCOL_VIOLATION, 1, TIME);
      assertThat(failure.detail())
          .contains(
              switch (fault) {
                case FLIP_PAYLOAD -> "payload's checksum";
                case FLIP_LENGTH -> "header's checksum";
                default -> "twice";
              });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INFER", "RESULT"})
  void aDamagedFrameOnTheCoordinatorsConnectionNamesTheNode(FrameType type) {
    try (TestCluster cluster = new TestCluster(2);
        Coordinator coordinator = cluster.connect(MODEL, Topology.PARALLEL)) {
      cluster.proxy(1).on(type, 1, Fault.FLIP_PAYLOAD);
      assertFails(coordinator, Code.PROTOCOL_VIOLATION, 1, TIME);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"CUT", "TRUNCATE"})
  void aLostConnectionToTheCoordinatorNamesTheNode(Fault fault) {
    for (FrameType type : List.of(FrameType.INFER, FrameType.RESULT)) {
      try (TestCluster cluster = new TestCluster(2);
          Coordinator coordinator = cluster.connect(MODEL, Topology.PARALLEL)) {
        cluster.proxy(1).on(type, 1, fault);
        assertFails(coordinator, Code.NODE_DIED, 1, TIME);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"CUT", "TRUNCATE"})
  void aLostConnectionBetweenNodesNamesOneOfThem(Fault fault) {
    try (TestCluster cluster = new TestCluster(2);
        Coordinator coordinator = cluster.connect(MODEL, Topology.PARALLEL)) {
      cluster.proxy(0).on(FrameType.DATA, 1, fault);
      DistributedException failure =
          catchThrowableOfType(DistributedException.class, () -> coordinator.infer(IMAGE, TIME));
      assertThat(failure.code()).isEqualTo(Code.NODE_DIED);
      assertThat(failure.rank()).isIn(0, 1);
    }
  }

  @Test
  void aDeadlineThatNobodyCanMeetDoesNotEndTheSession() {
    try (TestCluster cluster = new TestCluster(2);
        Coordinator coordinator = cluster.connect(MODEL, Topology.PARALLEL)) {
      for (int i = 0; i < 5; i++) {
        DistributedException failure =
            catchThrowableOfType(
                DistributedException.class, () -> coordinator.infer(IMAGE, Duration.ofNanos(1000)));
        assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        answers(coordinator);
      }
    }
  }

  @Test
  void anImageOfTheWrongSizeIsRefusedWithBothSizes() {
    try (TestCluster cluster = new TestCluster(1);
        Coordinator coordinator = cluster.connect(MODEL, Topology.PARALLEL)) {
      assertThat(
              catchThrowableOfType(
                  DistributedException.class, () -> coordinator.infer(new float[7], TIME)))
          .hasMessage("wrong image size: the network reads 768 values, found 7")
          .extracting(DistributedException::code)
          .isEqualTo(Code.WRONG_IMAGE_SIZE);
      answers(coordinator);
    }
  }

  @Test
  void aNodeThatIsNotThereIsNamedWithItsAddress() {
    try (TestCluster cluster = new TestCluster(2)) {
      InetSocketAddress dead = cluster.node(1).address();
      cluster.node(1).close();
      long begun = System.nanoTime();
      DistributedException failure =
          catchThrowableOfType(
              DistributedException.class,
              () ->
                  Coordinator.connect(
                      cluster.addresses(),
                      MODEL,
                      TestCluster.coordinator(Topology.PARALLEL, 4, 2)));
      assertThat(failure.code()).isEqualTo(Code.NODE_UNREACHABLE);
      assertThat(failure.rank()).isEqualTo(1);
      assertThat(failure.getMessage()).contains(Sockets.text(dead), "is a node listening there?");
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(TIME);
      othersServe(cluster, 1);
    }
  }

  @Test
  void aNodeThatDoesNotGreetIsNamedInTime() {
    try (TestCluster cluster = new TestCluster(2)) {
      cluster.proxy(1).blackHole();
      long begun = System.nanoTime();
      DistributedException failure =
          catchThrowableOfType(
              DistributedException.class,
              () ->
                  cluster.connect(
                      MODEL,
                      Topology.PARALLEL,
                      options -> options.withConnect(Duration.ofMillis(300))));
      assertThat(failure.code()).isEqualTo(Code.NODE_UNREACHABLE);
      assertThat(failure.rank()).isEqualTo(1);
      assertThat(failure.getMessage()).contains("did not greet in time");
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .isLessThan(Duration.ofMillis(300).plus(SLACK));
    }
  }

  @Test
  void nodesThatCannotReachEachOtherAreNamed() {
    try (TestCluster cluster = new TestCluster(3)) {
      // The coordinator's own HELLO passes, rank 1's does not.
      cluster.proxy(0).on(FrameType.HELLO, 2, Fault.CUT);
      DistributedException failure =
          catchThrowableOfType(
              DistributedException.class, () -> cluster.connect(MODEL, Topology.PARALLEL));
      assertThat(failure.code()).isEqualTo(Code.NODE_UNREACHABLE);
      assertThat(failure.rank()).isZero();
      try (Coordinator coordinator = cluster.connect(MODEL, Topology.PARALLEL)) {
        answers(coordinator);
      }
    }
  }

  @Test
  void anInterruptEndsTheWaitingAndNotTheSession() throws Exception {
    try (TestCluster cluster = new TestCluster(2);
        Coordinator coordinator = cluster.connect(MODEL, Topology.PARALLEL)) {
      cluster.proxy(0).blackHole();
      CompletableFuture<DistributedException> failure = new CompletableFuture<>();
      Thread waits =
          Thread.startVirtualThread(
              () ->
                  failure.complete(
                      catchThrowableOfType(
                          DistributedException.class, () -> coordinator.infer(IMAGE, TIME))));
      Thread.sleep(200);
      waits.interrupt();
      assertThat(failure.get(5, TimeUnit.SECONDS).code()).isEqualTo(Code.INTERRUPTED);
      cluster.proxy(0).heal();
      answers(coordinator);
    }
  }

  @Test
  void closingEndsAWaitingCall() throws Exception {
    try (TestCluster cluster = new TestCluster(2)) {
      Coordinator coordinator = cluster.connect(MODEL, Topology.PARALLEL);
      cluster.proxy(0).blackHole();
      CompletableFuture<DistributedException> failure =
          CompletableFuture.supplyAsync(
              () ->
                  catchThrowableOfType(
                      DistributedException.class,
                      () -> coordinator.infer(IMAGE, Duration.ofSeconds(50))));
      Thread.sleep(200);
      coordinator.close();
      assertThat(failure.get(5, TimeUnit.SECONDS).code()).isEqualTo(Code.CLOSED);
    }
  }

  @Test
  void afterCloseEveryCallSaysSo() {
    try (TestCluster cluster = new TestCluster(1)) {
      Coordinator coordinator = cluster.connect(MODEL, Topology.PARALLEL);
      coordinator.close();
      assertThat(
              catchThrowableOfType(
                  DistributedException.class, () -> coordinator.infer(IMAGE, TIME)))
          .extracting(DistributedException::code)
          .isEqualTo(Code.CLOSED);
    }
  }

  private static void answers(Coordinator coordinator) {
    assertThat(coordinator.infer(IMAGE, TestCluster.TIME).logits()).containsExactly(LOGITS);
  }

  private static DistributedException assertFails(
      Coordinator coordinator, Code code, int rank, Duration time) {
    long begun = System.nanoTime();
    DistributedException failure =
        catchThrowableOfType(DistributedException.class, () -> coordinator.infer(IMAGE, time));
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    assertThat(failure).isNotNull();
    assertThat(failure.code()).as(failure.getMessage()).isEqualTo(code);
    assertThat(failure.rank()).as(failure.getMessage()).isEqualTo(rank);
    assertThat(took).isLessThan(time.plus(SLACK));
    return failure;
  }

  /** The nodes that are left serve a new coordinator, around the proxies. */
  private static void othersServe(TestCluster cluster, int dead) {
    List<InetSocketAddress> left =
        Stream.of(0, 1, 2)
            .filter(rank -> rank != dead && rank < cluster.addresses().size())
            .map(rank -> cluster.addresses().get(rank))
            .toList();
    try (Coordinator next =
        Coordinator.connect(
            left,
            MODEL,
            CoordinatorOptions.of(Topology.PARALLEL, Placement.even(4, left.size())))) {
      answers(next);
    }
  }
}
