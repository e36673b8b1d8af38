package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the one cause among several reports of one failure. When a node dies, the others lose their
 * connection to it and say so; when one is slow, the others wait for it, and for each other. The
 * cause comes before its consequences:
 *
 * <ol>
 *   <li>what a side says it saw go wrong: a damaged frame, a bad shard, a computation that failed;
 *   <li>a connection that this coordinator lost itself;
 *   <li>a connection that a node says it lost;
 *   <li>time that ran out.
 * </ol>
 */
final class Verdict {
  /** The reporter when it is the coordinator. */
  static final int COORDINATOR = -1;

  /**
   * One side's view.
   *
   * @param reporter the rank that says so, or {@link #COORDINATOR}
   */
  record Report(int reporter, DistributedException cause) {

    /** 0 is closest to the cause. */
    private int distance() {
      return switch (cause.code()) {
        case DEADLINE_EXCEEDED -> 3;
        case NODE_DIED, NODE_UNREACHABLE, CLOSED, INTERRUPTED -> reporter == COORDINATOR ? 1 : 2;
        default -> 0;
      };
    }
  }

  private Verdict() {}

  /** Whether no later report could come closer to the cause. */
  static boolean isFinal(List<Report> reports) {
    return reports.stream().anyMatch(report -> report.distance() <= 1);
  }

  /** Whether anything but time has run out. */
  static boolean isFatal(List<Report> reports) {
    return reports.stream().anyMatch(report -> report.distance() < 3);
  }

  /**
   * The cause.
   *
   * @param silent ranks that have not said anything about the request; only they can be to blame
   *     when time ran out, if there are any
   */
  static DistributedException of(List<Report> reports, List<Integer> silent) {
    if (isFatal(reports)) {
      return closest(reports);
    }
    return silent.isEmpty() ? slowest(reports) : silent(reports, silent);
  }

  /** Of reports that are equally close, one that blames who can no longer speak; else the first. */
  private static DistributedException closest(List<Report> reports) {
    Set<Integer> speakers = reports.stream().map(Report::reporter).collect(Collectors.toSet());
    return reports.stream()
        .min(
            Comparator.comparingInt(Report::distance)
                .thenComparing(report -> speakers.contains(report.cause().rank())))
        .orElseThrow()
        .cause();
  }

  /** All have spoken: whom most waited for at the earliest exchange holds up the others. */
  private static DistributedException slowest(List<Report> reports) {
    Map<Integer, Long> votes =
        reports.stream()
            .collect(Collectors.groupingBy(report -> report.cause().rank(), Collectors.counting()));
    return reports.stream()
        .map(Report::cause)
        .min(
            Comparator.comparingInt(DistributedException::layer)
                .thenComparing(cause -> -votes.get(cause.rank()))
                .thenComparingInt(DistributedException::rank))
        .orElseThrow();
  }

  private static DistributedException silent(List<Report> reports, List<Integer> silent) {
    Comparator<Integer> byVotes =
        Comparator.comparingLong(
            rank -> -reports.stream().filter(report -> report.cause().rank() == rank).count());
    int rank = silent.stream().min(byVotes.thenComparing(Comparator.naturalOrder())).orElseThrow();
    int layer =
        reports.stream()
            .map(Report::cause)
            .filter(cause -> cause.rank() == rank)
            .mapToInt(DistributedException::layer)
            .min()
            .orElse(DistributedException.NO_LAYER);
    return new DistributedException(
        Code.DEADLINE_EXCEEDED,
        rank,
        layer,
        "no word from "
            + silent.stream().map(each -> "rank " + each).collect(Collectors.joining(", "))
            + " when the time was up",
        null);
  }
}
