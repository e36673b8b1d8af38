package io.dfsnet.cli;

import io.dfsnet.nn.json.Json;
import picocli.CommandLine.Option;

/**
 * What a training looks at and writes down on its way; none of it changes what is trained, but for
 * how often it tests where early stopping counts the tests. What is not asked for stays as the run
 * has it.
 */
final class RunOptions {
  private static final String EVAL = "eval-every";
  private static final String LOG = "log-every";
  private static final String CHECKPOINT = "checkpoint-every";

  @Option(
      names = "--" + EVAL,
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Look at the test images after every N-th epoch (default: 1).")
  Integer evalEvery;

  @Option(
      names = "--" + LOG,
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Write a line of metrics after every N-th step (default: 50).")
  Integer logEvery;

  @Option(
      names = "--" + CHECKPOINT,
      paramLabel = "WHEN",
      converter = Converters.OfCheckpointInterval.class,
      description =
          "Write a checkpoint after every epoch, and after so many steps, as in 200, or seconds,"
              + " as in 60s (default).")
  CheckpointInterval checkpointEvery;

  /** What holds. */
  record Cadence(int evalEvery, int logEvery, CheckpointInterval checkpointEvery) {
    static final Cadence DEFAULTS = new Cadence(1, 50, CheckpointInterval.DEFAULT);

    /** Adds members that {@link #of} reads. */
    Json.Builder addTo(Json.Builder json) {
      return json.put(EVAL, evalEvery)
          .put(LOG, logEvery)
          .put(CHECKPOINT, checkpointEvery.toString());
    }

    /**
     * Reads what {@link #addTo} wrote.
     *
     * @throws IllegalArgumentException naming the key that is missing or wrong
     */
    static Cadence of(Json.Object json) {
      return new Cadence(
          json.integer(EVAL, 1, Integer.MAX_VALUE),
          json.integer(LOG, 1, Integer.MAX_VALUE),
          CheckpointInterval.parse(json.text(CHECKPOINT)));
    }
  }

  /** The base with everything that was asked for. */
  Cadence over(Cadence base) {
    return new Cadence(
        evalEvery == null ? base.evalEvery() : evalEvery,
        logEvery == null ? base.logEvery() : logEvery,
        checkpointEvery == null ? base.checkpointEvery() : checkpointEvery);
  }
}
