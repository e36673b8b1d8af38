package io.dfsnet.cli;

import io.dfsnet.nn.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How long something took, many times over. */
final class Percentiles {
  private final List<Duration> durations = new ArrayList<>();

  void add(Duration duration) {
    durations.add(duration);
  }

  /**
   * The duration that {@code percent} of all do not exceed, in milliseconds: the nearest rank, so
   * always one that was measured.
   */
  double millis(int percent) {
    int rank = (int) Math.ceil(durations.size() * percent / 100.0);
    return durations.stream().sorted().toList().get(Math.max(rank, 1) - 1).toNanos() / 1e6;
  }

  Json.Object toJson() {
    return Json.object()
        .put("p50", millis(50))
        .put("p90", millis(90))
        .put("p99", millis(99))
        .build();
  }

  @Override
  public String toString() {
    return Units.format("p50 %.2f, p90 %.2f, p99 %.2f ms", millis(50), millis(90), millis(99));
  }
}
