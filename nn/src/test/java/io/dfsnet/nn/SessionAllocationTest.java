package io.dfsnet.nn;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The promise that a session which has run for a while allocates nothing, on no thread. */
@Isolated("counts bytes")
class SessionAllocationTest {
  private static final ThreadMXBean BEAN = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int RUNS = 200;

  /**
   * Until C2 has compiled a kernel it boxes vectors, and a busy machine puts that off. What a run
   * itself allocates would be in every window of {@link #RUNS} runs, however late.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The last of the batches is cut into slices that several threads run at once. */
  static Stream<Arguments> sessions() {
    return Stream.of(
            Models.create("resnet20", 10, 3, 32, 32, Shortcut.PAD),
            TestNetworks.grouped(),
            TestNetworks.everyOperation(),
            // Large enough to run expansions and depthwise convolutions as one.
            Models.create("mobilenetv2", 10, 3, 96, 96, Shortcut.PROJECTION))
        .flatMap(
            network ->
                Stream.of(
                    Arguments.of(network, 1, 1),
                    Arguments.of(network, 1, 2),
                    Arguments.of(network, 3, 1),
                    Arguments.of(network, 3, 2),
                    Arguments.of(network, 4, 2)));
  }

  @ParameterizedTest(name = "{0}, batch {1}, {2} threads")
  @MethodSource("sessions")
  void aWarmSessionAllocatesNothing(Network network, int batch, int threads) {
    Set<Long> before = liveThreads();
    try (var workers = new Workers(threads)) {
      long[] watched =
          LongStream.concat(
                  LongStream.of(Thread.currentThread().threadId()),
                  liveThreads().stream().filter(id -> !before.contains(id)).mapToLong(id -> id))
              .toArray();
      assertThat(watched).as("the caller and the pool").hasSizeGreaterThanOrEqualTo(threads);

      var session = Session.of(network, TestNetworks.randomWeights(network, 5), batch, workers);
      float[] images = TestNetworks.randomImages(network, batch, 5);
      float[] output = new float[batch * network.shape(network.output()).elements()];
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      long allocated;
      do {
        long start = allocatedBytes(watched);
        for (int run = 0; run < RUNS; run++) {
          session.run(images, output);
        }
        allocated = allocatedBytes(watched) - start;
      } while (allocated > 0 && System.nanoTime() < deadline);
      assertThat(allocated).as("bytes allocated by %d runs", RUNS).isZero();
    }
  }

  private static Set<Long> liveThreads() {
    return LongStream.of(BEAN.getAllThreadIds()).boxed().collect(Collectors.toSet());
  }

  private static long allocatedBytes(long[] threads) {
    long sum = 0;
    for (long thread : threads) {
      sum += BEAN.getThreadAllocatedBytes(thread);
    }
    return sum;
  }
}
