package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Does the same with all nodes at once. */
final class Together {
  /** How long the first failure waits for others that may be closer to the cause. */
  private static final Duration EVIDENCE = Duration.ofMillis(100);

  private Together() {}

  interface Step<R> {
    R run(RemoteNode node);
  }

  /**
   * Runs a step for every node.
   *
   * @return the results, in the order of the ranks
   * @throws DistributedException the cause, if one fails; the connections to all are then aborted
   */
  static <R> List<R> run(List<RemoteNode> nodes, Step<R> step) {
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Threads.factory("setup"))) {
      CompletionService<R> done = new ExecutorCompletionService<>(threads);
      List<Future<R>> results = new ArrayList<>();
      for (RemoteNode node : nodes) {
        results.add(done.submit(() -> step.run(node)));
      }
      List<Verdict.Report> failures = new ArrayList<>();
      Deadline evidence = Deadline.NEVER;
      for (int ended = 0; ended < nodes.size() && !Verdict.isFinal(failures); ended++) {
        Future<R> next = done.poll(evidence.nanosLeft(), TimeUnit.NANOSECONDS);
        if (next == null) {
          break;
        }
        if (next.state() == Future.State.FAILED) {
          failures.add(new Verdict.Report(results.indexOf(next), failure(next)));
          evidence = failures.size() == 1 ? Deadline.in(EVIDENCE) : evidence;
        }
      }
      if (!failures.isEmpty()) {
        DistributedException cause = Verdict.of(failures, List.of());
        nodes.forEach(node -> node.abort(cause));
        throw cause;
      }
      return results.stream().map(Future::resultNow).toList();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      DistributedException cause =
          new DistributedException(Code.CLOSED, "the connecting thread was interrupted");
      nodes.forEach(node -> node.abort(cause));
      throw cause;
    }
  }

  private static DistributedException failure(Future<?> failed) {
    Throwable cause = failed.exceptionNow();
    if (cause instanceof DistributedException known) {
      return known;
    }
    return new DistributedException(
        Code.NODE_FAILED,
        DistributedException.NO_RANK,
        DistributedException.NO_LAYER,
        "setting up: " + cause,
        cause);
  }
}
