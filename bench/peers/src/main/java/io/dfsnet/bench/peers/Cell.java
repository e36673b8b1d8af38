package io.dfsnet.bench.peers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One lane's figures for one work, over all rounds. */
final class Cell {
  private final String lane;
  private final List<Timing> rounds = new ArrayList<>();
  private String detail = "";
  private Agreement agreement;
  private String reason = "";

  Cell(String lane) {
    this.lane = lane;
  }

  String lane() {
    return lane;
  }

  void add(Reply.Measured measured) {
    rounds.add(measured.timing());
    detail = measured.detail();
  }

  void check(Agreement found) {
    agreement = found;
  }

  /** Gives the cell up. */
  void fail(String reason) {
    this.reason = reason;
  }

  /** Why there is no figure; empty if there is one. */
  String reason() {
    return reason;
  }

  List<Timing> rounds() {
    return List.copyOf(rounds);
  }

  /** How far the result is from the right one. */
  double error() {
    return agreement.error();
  }

  String detail() {
    return detail;
  }

  /** Whether there is a figure, but of something else than was asked for. */
  boolean wrong() {
    return reason.isEmpty() && agreement.wrong();
  }

  /** Whether the figure may be compared with others. */
  boolean counts() {
    return reason.isEmpty() && !wrong();
  }

  /** The median over rounds of the median over samples, in seconds. */
  double seconds() {
    double[] medians = rounds.stream().mapToDouble(Timing::median).sorted().toArray();
    return Timing.quantile(medians, 0.5);
  }

  /** How many processors the lane had in the round in which it had least. */
  double share() {
    return rounds.stream().mapToDouble(Timing::share).min().orElseThrow();
  }

  /** The slowest round over the fastest. */
  double spread() {
    double[] medians = rounds.stream().mapToDouble(Timing::median).toArray();
    return Arrays.stream(medians).max().orElseThrow() / Arrays.stream(medians).min().orElseThrow();
  }
}
