package io.dfsnet.bench.peers;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** One work's cells, one for each lane. */
record Comparison(Suite.Row row, List<Cell> cells) {

  Cell cell(String lane) {
    return cells.stream().filter(cell -> cell.lane().equals(lane)).findFirst().orElseThrow();
  }

  private Optional<Cell> counting(String lane) {
    return cells.stream().filter(cell -> cell.lane().equals(lane) && cell.counts()).findFirst();
  }

  /** The fastest of the peers; empty if none has a figure that counts. */
  Optional<Cell> bestPeer() {
    return cells.stream()
        .filter(cell -> Lanes.isPeer(cell.lane()) && cell.counts())
        .min(Comparator.comparingDouble(Cell::seconds));
  }

  /** The best peer's time over ours: above 1 we are faster. */
  OptionalDouble ratioToBest() {
    return ratio(bestPeer());
  }

  /** The usual peer's time over ours. */
  OptionalDouble ratioToUsual() {
    return ratio(counting(Lanes.USUAL));
  }

  private OptionalDouble ratio(Optional<Cell> peer) {
    Optional<Cell> ours = counting(Lanes.OURS);
    return peer.isPresent() && ours.isPresent()
        ? OptionalDouble.of(peer.get().seconds() / ours.get().seconds())
        : OptionalDouble.empty();
  }
}
