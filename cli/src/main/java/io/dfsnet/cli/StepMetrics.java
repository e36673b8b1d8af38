package io.dfsnet.cli;

import io.dfsnet.nn.json.Json;

/**
 * A line of {@code metrics.jsonl} about one step.
 *
 * @param epoch counted from 1
 * @param step counted over all epochs, from 1
 * @param loss of the step's batch
 * @param rate the learning rate of the step
 * @param imagesPerSecond over the last steps
 */
record StepMetrics(int epoch, long step, double loss, float rate, double imagesPerSecond) {
  static final String KIND = "step";

  Json.Object toJson() {
    return Json.object()
        .put("kind", KIND)
        .put("epoch", epoch)
        .put("step", step)
        .put("loss", loss)
        .put("rate", rate)
        .put("imagesPerSecond", imagesPerSecond)
        .build();
  }
}
