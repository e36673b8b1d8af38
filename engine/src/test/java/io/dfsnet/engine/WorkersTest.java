package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkersTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void everyTaskOfEveryRoundRunsOnce(int threads) {
    try (var workers = new Workers(threads)) {
      assertThat(workers.threads()).isEqualTo(threads);
      for (int round = 0; round < 5000; round++) {
        int tasks = round % 11;
        var runs = new int[tasks];
        workers.forEach(tasks, task -> runs[task]++);
        assertThat(runs).as("round %d of %d tasks", round, tasks).containsOnly(ones(tasks));
      }
    }
  }

  @Test
  void theCallerSeesWhatEveryTaskHasWritten() {
    // Plain fields, handed to and fro between the threads: a missing barrier would show old values.
    int[] values = new int[64];
    try (var workers = new Workers(3)) {
      for (int round = 1; round <= 20_000; round++) {
        int expected = round - 1;
        workers.forEach(
            values.length,
            task -> {
              if (values[task] != expected) {
                throw new AssertionError("task " + task + " sees " + values[task]);
              }
              values[task]++;
            });
      }
    }
    assertThat(values).containsOnly(20_000);
  }

  @Test
  void helpersAreNamedDaemonsAndWakeUpAgain() throws InterruptedException {
    try (var workers = new Workers(3)) {
      for (int round = 0; round < 5; round++) {
        // Long enough for all to sleep.
        Thread.sleep(5);
        Set<Thread> threads = threadsOf(workers);
        assertThat(threads).hasSize(3).contains(Thread.currentThread());
        threads.remove(Thread.currentThread());
        assertThat(threads).allMatch(Thread::isDaemon);
        assertThat(threads)
            .extracting(Thread::getName)
            .containsExactlyInAnyOrder("dfsnet-worker-1", "dfsnet-worker-2");
      }
    }
  }

  @Test
  void anExceptionOfTheCallersTaskIsThrown() {
    try (var workers = new Workers(2)) {
      assertThrowsAndGoesOn(workers, new IllegalArgumentException("wrong"), true);
      assertThrowsAndGoesOn(workers, new StackOverflowError("deep"), true);
    }
  }

  @Test
  void anExceptionOfAHelpersTaskIsThrown() {
    try (var workers = new Workers(2)) {
      assertThrowsAndGoesOn(workers, new IllegalArgumentException("wrong"), false);
      assertThrowsAndGoesOn(workers, new StackOverflowError("deep"), false);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void tasksBehindAnExceptionAreLeftOut(int threads) {
    var runs = new AtomicInteger();
    try (var workers = new Workers(threads)) {
      assertThatThrownBy(
              () ->
                  workers.forEach(
                      1_000_000,
                      task -> {
                        runs.incrementAndGet();
                        throw new UnsupportedOperationException("task " + task);
                      }))
          .isInstanceOf(UnsupportedOperationException.class);
    }
    assertThat(runs.get()).isBetween(1, threads);
  }

  @Test
  void aCheckedExceptionThatATaskSmugglesOutLeavesNobodyWaiting() {
    var checked = new InterruptedException("smuggled");
    try (var workers = new Workers(2)) {
      assertThatThrownBy(
              () ->
                  workers.forEach(2, task -> WorkersTest.<RuntimeException>throwUnchecked(checked)))
          .isInstanceOf(IllegalStateException.class)
          .hasCause(checked);
      assertRuns(workers);
    }
  }

  @Test
  void aCallWithinATaskRunsOnTheTasksThread() {
    var sum = new AtomicInteger();
    try (var workers = new Workers(3)) {
      workers.forEach(
          10,
          outer -> {
            var thread = Thread.currentThread();
            workers.forEach(
                10,
                inner -> {
                  assertThat(Thread.currentThread()).isSameAs(thread);
                  sum.addAndGet(10 * outer + inner);
                });
          });
    }
    assertThat(sum.get()).isEqualTo(99 * 100 / 2);
  }

  @Test
  void callsFromSeveralThreadsAtOnceDoNotMix() throws Exception {
    int callers = 4;
    int rounds = 3000;
    try (var workers = new Workers(2)) {
      var together = new CyclicBarrier(callers);
      List<FutureTask<Long>> sums = new ArrayList<>();
      for (int c = 0; c < callers; c++) {
        long weight = c + 1;
        var sum =
            new FutureTask<>(
                () -> {
                  together.await();
                  long total = 0;
                  for (int round = 0; round < rounds; round++) {
                    long[] parts = new long[5];
                    workers.forEach(parts.length, task -> parts[task] = weight * task);
                    for (long part : parts) {
                      total += part;
                    }
                  }
                  return total;
                });
        sums.add(sum);
        Thread.ofPlatform().daemon().start(sum);
      }
      for (int c = 0; c < callers; c++) {
        assertThat(sums.get(c).get()).as("caller %d", c).isEqualTo((c + 1L) * 10 * rounds);
      }
    }
  }

  @Test
  void anInterruptedCallerFinishesAndStaysInterrupted() {
    var runs = new AtomicIntegerArray(4);
    try (var workers = new Workers(2)) {
      for (int round = 0; round < 100; round++) {
        Thread.currentThread().interrupt();
        workers.forEach(4, task -> pauseThen(() -> runs.incrementAndGet(task)));
        assertThat(Thread.interrupted()).as("round %d", round).isTrue();
      }
    }
    assertThat(runs.toString()).isEqualTo("[100, 100, 100, 100]");
  }

  @Test
  void closingEndsTheThreadsAndRefusesMoreWork() throws InterruptedException {
    for (boolean asleep : new boolean[] {false, true}) {
      var workers = new Workers(3);
      Set<Thread> threads = threadsOf(workers);
      threads.remove(Thread.currentThread());
      if (asleep) {
        Thread.sleep(5);
      }
      workers.close();
      assertThat(threads).hasSize(2).noneMatch(Thread::isAlive);
      assertThatThrownBy(() -> workers.forEach(2, task -> {}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
      workers.close();
    }
  }

  @Test
  void closingWhileACallIsUnderWayLetsItFinish() throws Exception {
    var workers = new Workers(2);
    var runs = new AtomicInteger();
    var begun = new CountDownLatch(1);
    var call =
        new FutureTask<Void>(
            () ->
                workers.forEach(
                    50,
                    task -> {
                      begun.countDown();
                      pauseThen(runs::incrementAndGet);
                    }),
            null);
    Thread.ofPlatform().daemon().start(call);
    begun.await();
    workers.close();
    call.get();
    assertThat(runs.get()).isEqualTo(50);
  }

  @Test
  void noThreadsAreRefused() {
    assertThatThrownBy(() -> new Workers(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1, found 0");
  }

  /**
   * One of two tasks throws while the other waits for it to begin, so that both threads have one.
   */
  private static void assertThrowsAndGoesOn(Workers workers, Throwable thrown, boolean onCaller) {
    var caller = Thread.currentThread();
    var both = new CountDownLatch(2);
    var thrower = new AtomicReference<Thread>();
    IntConsumer task =
        index -> {
          both.countDown();
          awaitUninterrupted(both);
          if (Thread.currentThread() == caller == onCaller) {
            thrower.set(Thread.currentThread());
            WorkersTest.<RuntimeException>throwUnchecked(thrown);
          }
        };
    assertThatThrownBy(() -> workers.forEach(2, task)).isSameAs(thrown);
    assertThat(thrower.get() == caller).isEqualTo(onCaller);
    assertRuns(workers);
  }

  private static void assertRuns(Workers workers) {
    var runs = new AtomicIntegerArray(3);
    workers.forEach(3, runs::incrementAndGet);
    assertThat(runs.toString()).isEqualTo("[1, 1, 1]");
  }

  /** The threads of the pool and the caller: each has one of as many tasks that wait for all. */
  private static Set<Thread> threadsOf(Workers workers) {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    var all = new CountDownLatch(workers.threads());
    workers.forEach(
        workers.threads(),
        task -> {
          threads.add(Thread.currentThread());
          all.countDown();
          awaitUninterrupted(all);
        });
    return threads;
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /** So long that the other thread gives up looking and sleeps. */
  private static void pauseThen(Runnable action) {
    long end = System.nanoTime() + 200_000;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    action.run();
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void throwUnchecked(Throwable thrown) throws X {
    throw (X) thrown;
  }

  private static int[] ones(int count) {
    return count == 0 ? new int[0] : new int[] {1};
  }
}
