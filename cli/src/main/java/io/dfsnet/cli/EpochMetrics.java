package io.dfsnet.cli;

import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.train.EpochResult;
import io.dfsnet.nn.train.Evaluation;

/**
 * A line of {@code metrics.jsonl} about an epoch.
 *
 * @param step the epoch's last one, counted over all epochs
 * @param training what the epoch gave on the training images
 * @param testAccuracy after the epoch, 0 to 1; null if the epoch was not evaluated
 * @param testLoss the mean cross entropy on the test images; null if the epoch was not evaluated or
 *     the loss is not finite, which finite weights can give on images that they were not trained on
 */
record EpochMetrics(long step, EpochResult training, Double testAccuracy, Double testLoss) {
  static final String KIND = "epoch";

  static EpochMetrics of(long step, EpochResult training) {
    return new EpochMetrics(step, training, null, null);
  }

  static EpochMetrics of(long step, EpochResult training, Evaluation.Result test) {
    Double loss = Double.isFinite(test.loss()) ? test.loss() : null;
    return new EpochMetrics(step, training, test.accuracy(), loss);
  }

  int epoch() {
    return training.epoch();
  }

  Json.Object toJson() {
    Json.Builder json =
        Json.object()
            .put("kind", KIND)
            .put("epoch", training.epoch())
            .put("step", step)
            .put("loss", training.loss())
            .put("trainAccuracy", training.accuracy());
    if (testAccuracy != null) {
      json.put("testAccuracy", testAccuracy);
    }
    if (testLoss != null) {
      json.put("testLoss", testLoss);
    }
    return json.put("imagesPerSecond", training.imagesPerSecond())
        .put("wait", training.waitShare())
        .build();
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws io.dfsnet.nn.json.JsonException naming the key that is missing or wrong
   */
  static EpochMetrics of(Json.Object json) {
    return new EpochMetrics(
        json.integer("step"),
        new EpochResult(
            json.integer("epoch", 1, Integer.MAX_VALUE),
            json.number("loss").doubleValue(),
            json.number("trainAccuracy").doubleValue(),
            json.number("imagesPerSecond").doubleValue(),
            json.number("wait").doubleValue()),
        numberOrNull(json, "testAccuracy"),
        numberOrNull(json, "testLoss"));
  }

  private static Double numberOrNull(Json.Object json, String key) {
    return json.has(key) ? json.number(key).doubleValue() : null;
  }

  /** As {@code epoch 3/30 loss 1.2345 train 55.10 % test 53.20 % 4321 images/s}. */
  String toText(int epochs) {
    return Units.format("epoch %d/%d  loss %.4f", epoch(), epochs, training.loss())
        + "  train "
        + Units.percent(training.accuracy())
        + (testAccuracy == null ? "" : "  test " + Units.percent(testAccuracy))
        + Units.format("  %.0f images/s", training.imagesPerSecond());
  }
}
