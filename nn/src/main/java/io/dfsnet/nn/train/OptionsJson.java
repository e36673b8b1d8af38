package io.dfsnet.nn.train;

import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.data.DataException;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.json.JsonException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Options as JSON, with the keys that they have on the command line, which the messages of {@link
 * TrainingException} use, too. Only what the options have is written, all of it is asked for.
 */
public final class OptionsJson {
  private OptionsJson() {}

  public static Json.Object write(TrainingOptions options) {
    Json.Builder json = Json.object();
    json.put("epochs", options.epochs()).put("batch", options.batch());
    write(options.optimizer(), json);
    write(options.schedule(), json);
    write(options.regularization(), json);
    write(options.augmentation(), json);
    json.put("ema", options.averageDecay());
    if (options.distillation().hasTeacher()) {
      json.put("temperature", options.distillation().temperature())
          .put("distill-weight", options.distillation().weight());
    }
    return json.put("seed", options.seed()).build();
  }

  /**
   * Reads what {@link #write} wrote; other members are passed over.
   *
   * @throws JsonException naming the key that is missing or wrong
   * @throws TrainingException if a value is out of its range
   */
  public static TrainingOptions read(Json.Object json) {
    return TrainingOptions.DEFAULTS.toBuilder()
        .epochs(integer(json, "epochs"))
        .batch(integer(json, "batch"))
        .optimizer(optimizer(json))
        .schedule(schedule(json))
        .regularization(
            new Regularization(
                number(json, "weight-decay"),
                number(json, "label-smoothing"),
                number(json, "mixup"),
                number(json, "clip-norm")))
        .augmentation(augmentation(json))
        .averageDecay(number(json, "ema"))
        .distillation(distillation(json))
        .seed(json.integer("seed"))
        .build();
  }

  private static void write(Optimizer optimizer, Json.Builder json) {
    switch (optimizer) {
      case Optimizer.Sgd(float momentum, boolean nesterov) ->
          json.put("optimizer", "sgd").put("momentum", momentum).put("nesterov", nesterov);
      case Optimizer.AdamW(float beta1, float beta2, float epsilon) ->
          json.put("optimizer", "adamw")
              .put("beta1", beta1)
              .put("beta2", beta2)
              .put("epsilon", epsilon);
    }
  }

  private static Optimizer optimizer(Json.Object json) {
    return switch (json.text("optimizer")) {
      case "sgd" -> new Optimizer.Sgd(number(json, "momentum"), json.bool("nesterov"));
      case "adamw" ->
          new Optimizer.AdamW(
              number(json, "beta1"), number(json, "beta2"), number(json, "epsilon"));
      default -> throw unknown(json, "optimizer", "sgd, adamw");
    };
  }

  private static void write(Schedule schedule, Json.Builder json) {
    switch (schedule) {
      case Schedule.Constant(float peak, float warmUp) ->
          json.put("schedule", "constant").put("rate", peak).put("warm-up", warmUp);
      case Schedule.Cosine(float peak, float least, float warmUp) ->
          json.put("schedule", "cosine")
              .put("rate", peak)
              .put("min-rate", least)
              .put("warm-up", warmUp);
      case Schedule.Steps(float peak, List<Integer> milestones, float factor, float warmUp) ->
          json.put("schedule", "step")
              .put("rate", peak)
              .put("milestones", Json.integers(milestones.stream().mapToInt(at -> at).toArray()))
              .put("step-factor", factor)
              .put("warm-up", warmUp);
      case Schedule.OneCycle(float peak, float least, float rise, float divisor, float dip) ->
          json.put("schedule", "one-cycle")
              .put("rate", peak)
              .put("min-rate", least)
              .put("warm-up", rise)
              .put("start-divisor", divisor)
              .put("momentum-dip", dip);
    }
  }

  private static Schedule schedule(Json.Object json) {
    float peak = number(json, "rate");
    float warmUp = number(json, "warm-up");
    return switch (json.text("schedule")) {
      case "constant" -> new Schedule.Constant(peak, warmUp);
      case "cosine" -> new Schedule.Cosine(peak, number(json, "min-rate"), warmUp);
      case "step" ->
          new Schedule.Steps(peak, milestones(json), number(json, "step-factor"), warmUp);
      case "one-cycle" ->
          new Schedule.OneCycle(
              peak,
              number(json, "min-rate"),
              warmUp,
              number(json, "start-divisor"),
              number(json, "momentum-dip"));
      default -> throw unknown(json, "schedule", "cosine, step, one-cycle, constant");
    };
  }

  private static List<Integer> milestones(Json.Object json) {
    long[] epochs = json.array("milestones").integers("milestones");
    if (LongStream.of(epochs).anyMatch(epoch -> epoch != (int) epoch)) {
      throw new JsonException("json: key 'milestones' is out of range: " + Arrays.toString(epochs));
    }
    return LongStream.of(epochs).mapToObj(epoch -> (int) epoch).toList();
  }

  private static void write(Regularization regularization, Json.Builder json) {
    json.put("weight-decay", regularization.weightDecay())
        .put("label-smoothing", regularization.labelSmoothing())
        .put("mixup", regularization.mixup())
        .put("clip-norm", regularization.clipNorm());
  }

  private static void write(Augmentation augmentation, Json.Builder json) {
    json.put("crop", augmentation.pad())
        .put("flip", augmentation.flip())
        .put("cutout", augmentation.cutout());
  }

  private static Augmentation augmentation(Json.Object json) {
    try {
      return new Augmentation(integer(json, "crop"), json.bool("flip"), integer(json, "cutout"));
    } catch (DataException refused) {
      throw new TrainingException("crop, cutout: " + refused.getMessage());
    }
  }

  private static Distillation distillation(Json.Object json) {
    return json.has("distill-weight")
        ? new Distillation(number(json, "temperature"), number(json, "distill-weight"))
        : Distillation.NONE;
  }

  private static int integer(Json.Object json, String key) {
    return json.integer(key, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  private static float number(Json.Object json, String key) {
    return json.number(key).floatValue();
  }

  private static JsonException unknown(Json.Object json, String key, String known) {
    return new JsonException(
        "json: " + key + " '" + json.text(key) + "' is unknown; known are " + known);
  }
}
