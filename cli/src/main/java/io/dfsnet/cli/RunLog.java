package io.dfsnet.cli;

import io.dfsnet.cli.tensorboard.EventFile;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.json.JsonException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a run tells of itself as it goes: the same numbers in {@code metrics.jsonl} for programs and
 * in event files for TensorBoard, where they are called by the kind of their line and their key:
 * {@code step/loss}.
 */
final class RunLog implements AutoCloseable {
  private final RunFolder folder;
  private final long stepsDone;
  private final List<EpochMetrics> epochs;
  private final JsonLines lines;
  private EventFile events;

  private RunLog(RunFolder folder, long stepsDone, List<EpochMetrics> epochs, JsonLines lines) {
    this.folder = folder;
    this.stepsDone = stepsDone;
    this.epochs = epochs;
    this.lines = lines;
  }

  /**
   * Opens the log of a run that is as far as its checkpoint. What an earlier process told of later
   * steps is cut off: they are trained again.
   *
   * @param stepsDone over all epochs
   * @throws CommandException if epochs that are done are missing; nothing is cut off then
   */
  static RunLog open(RunFolder folder, int epochsDone, long stepsDone) throws IOException {
    Path path = folder.path(RunFolder.METRICS);
    List<EpochMetrics> epochs = new ArrayList<>();
    long length;
    try {
      length = JsonLines.read(path, line -> accept(line, epochsDone, stepsDone, epochs));
    } catch (JsonException damaged) {
      throw folder.broken(RunFolder.METRICS, damaged);
    }
    for (int i = 0; i < epochsDone; i++) {
      if (i >= epochs.size() || epochs.get(i).epoch() != i + 1) {
        throw folder.broken(
            RunFolder.METRICS,
            new IllegalArgumentException(
                "lacks epoch " + (i + 1) + " of the " + epochsDone + " that are done"));
      }
    }
    return new RunLog(folder, stepsDone, epochs, JsonLines.append(path, length));
  }

  /** The epochs of the run so far. */
  List<EpochMetrics> epochs() {
    return List.copyOf(epochs);
  }

  /** The epoch that was best on the test images; of equal ones the first. */
  Optional<EpochMetrics> best() {
    return epochs.stream()
        .filter(epoch -> epoch.testAccuracy() != null)
        .reduce((best, epoch) -> epoch.testAccuracy() > best.testAccuracy() ? epoch : best);
  }

  void add(StepMetrics step) {
    add(step.step(), step.toJson());
  }

  void add(EpochMetrics epoch) {
    epochs.add(epoch);
    add(epoch.step(), epoch.toJson());
  }

  /** Waits until the lines are on the disk: a checkpoint must not know of more than they do. */
  void force() {
    lines.force();
  }

  @Override
  public void close() throws IOException {
    try (lines) {
      if (events != null) {
        events.close();
      }
    }
  }

  private void add(long step, Json.Object line) {
    lines.add(line);
    if (events == null) {
      events = EventFile.begin(folder.path(""), stepsDone + 1, InstantSource.system());
    }
    events.scalars(step, scalars(line));
  }

  private static Map<String, Double> scalars(Json.Object line) {
    String kind = line.text("kind");
    Map<String, Double> scalars = new TreeMap<>();
    line.members()
        .forEach(
            (key, value) -> {
              if (value instanceof Json.Number number && !key.equals("step")) {
                scalars.put(kind + "/" + key, number.doubleValue());
              }
            });
    return scalars;
  }

  private static boolean accept(
      Json.Object line, int epochsDone, long stepsDone, List<EpochMetrics> epochs) {
    switch (line.text("kind")) {
      case StepMetrics.KIND -> {
        return line.integer("step") <= stepsDone;
      }
      case EpochMetrics.KIND -> {
        EpochMetrics epoch = EpochMetrics.of(line);
        return epoch.epoch() <= epochsDone && epochs.add(epoch);
      }
      default -> throw new JsonException("json: key 'kind' is neither step nor epoch");
    }
  }
}
