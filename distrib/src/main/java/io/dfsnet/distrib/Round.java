package io.dfsnet.distrib;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * One request at a time, as the coordinator sees it: which nodes have ended it, with what. A
 * request that failed because its time was up ends when the last node says so; until then no other
 * begins. Any other failure breaks the round for good.
 */
final class Round {
  /** How long a first report of a failure waits for one that is closer to the cause. */
  private static final Duration EVIDENCE = Duration.ofMillis(100);

  private static final int REPORTS_PER_NODE = 4;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final boolean[] pending;
  private final Effort[] efforts;
  private final List<Verdict.Report> reports = new ArrayList<>();
  private long request;
  private DistributedException broken;

  Round(int nodes) {
    pending = new boolean[nodes];
    efforts = new Effort[nodes];
  }

  /** Begins the next request, after all nodes have ended the last; returns its number. */
  long begin(Deadline deadline) {
    lock.lock();
    try {
      while (true) {
        breakIfFatal();
        if (broken != null) {
          throw broken;
        }
        if (silent().isEmpty()) {
          break;
        }
        if (deadline.passed()) {
          throw Verdict.of(reports, silent());
        }
        changed.await(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
      }
      request++;
      Arrays.fill(pending, true);
      Arrays.fill(efforts, null);
      reports.clear();
      return request;
    } catch (InterruptedException stop) {
      throw DistributedException.interrupted();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until every node has given its result. */
  Effort[] await(Deadline deadline) {
    lock.lock();
    try {
      while (!silent().isEmpty() && !Verdict.isFatal(reports) && !deadline.passed()) {
        changed.await(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
      }
      if (Arrays.stream(efforts).allMatch(Objects::nonNull)) {
        // Complete, even if a node has died since.
        return efforts.clone();
      }
      Deadline evidence = Deadline.in(EVIDENCE).earlier(deadline);
      while (!silent().isEmpty() && !Verdict.isFinal(reports) && !evidence.passed()) {
        changed.await(evidence.nanosLeft(), TimeUnit.NANOSECONDS);
      }
      DistributedException cause = Verdict.of(reports, silent());
      breakIfFatal();
      throw cause;
    } catch (InterruptedException stop) {
      throw DistributedException.interrupted();
    } finally {
      lock.unlock();
    }
  }

  /** A node has sent its result. */
  void result(int rank, Effort effort) {
    lock.lock();
    try {
      efforts[rank] = effort;
      pending[rank] = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Refuses the end of a request that the node does not owe. */
  void requireOwed(int rank, Frame frame) {
    lock.lock();
    try {
      if (frame.request() != request || !pending[rank]) {
        throw Frame.violation(
            frame.type() + ": rank " + rank + " does not owe one for request " + frame.request());
      }
    } finally {
      lock.unlock();
    }
  }

  /** A node says that a request failed, or, with request 0, something else for good. */
  void failure(int rank, long ofRequest, DistributedException cause) {
    lock.lock();
    try {
      if (ofRequest == request) {
        pending[rank] = false;
      }
      report(rank, cause);
    } finally {
      lock.unlock();
    }
  }

  /** The connection to a node has ended. */
  void lost(DistributedException cause) {
    lock.lock();
    try {
      report(Verdict.COORDINATOR, cause);
    } finally {
      lock.unlock();
    }
  }

  /** Breaks the round from outside. */
  void close(DistributedException cause) {
    lock.lock();
    try {
      report(Verdict.COORDINATOR, cause);
      if (broken == null) {
        broken = cause;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Why no request can follow any more, or null. */
  DistributedException broken() {
    lock.lock();
    try {
      breakIfFatal();
      return broken;
    } finally {
      lock.unlock();
    }
  }

  private void report(int reporter, DistributedException cause) {
    // A node that says it again and again is not heard any more; a connection ends once.
    long heard = reports.stream().filter(report -> report.reporter() == reporter).count();
    if (reporter == Verdict.COORDINATOR || heard < REPORTS_PER_NODE) {
      reports.add(new Verdict.Report(reporter, cause));
      changed.signalAll();
    }
  }

  /** Between requests a report that is not about time breaks the round as soon as it is seen. */
  private void breakIfFatal() {
    if (broken == null && Verdict.isFatal(reports)) {
      broken = Verdict.of(reports, silent());
    }
  }

  private List<Integer> silent() {
    return IntStream.range(0, pending.length).filter(rank -> pending[rank]).boxed().toList();
  }
}
