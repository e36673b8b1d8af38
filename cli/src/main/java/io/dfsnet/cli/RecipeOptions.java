package io.dfsnet.cli;

import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.json.JsonException;
import io.dfsnet.nn.train.OptionsJson;
import io.dfsnet.nn.train.Schedule;
import io.dfsnet.nn.train.TrainingException;
import io.dfsnet.nn.train.TrainingOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;

/**
 * How a network is trained. What is not asked for stays as it is in a base; what another optimizer
 * or schedule needs and the base lacks gets the default that the help names.
 */
final class RecipeOptions {
  /** Of the schedules and optimizers that {@link TrainingOptions#DEFAULTS} does not use. */
  private static final Json.Object OTHER_DEFAULTS =
      Json.object()
          .put("momentum", 0.9f)
          .put("nesterov", true)
          .put("beta1", 0.9f)
          .put("beta2", 0.999f)
          .put("epsilon", 1e-8f)
          .put("min-rate", 0f)
          .put("step-factor", 0.1f)
          .put("start-divisor", 25f)
          .put("momentum-dip", 0.1f)
          .build();

  private static final float SGD_RATE = TrainingOptions.DEFAULTS.schedule().peak();
  private static final float ADAMW_RATE = 1e-3f;
  private static final float WARM_UP = 0.1f;
  private static final float ONE_CYCLE_RISE = 0.3f;
  private static final float TEMPERATURE = 4f;
  private static final float DISTILL_WEIGHT = 0.9f;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "How often every image is seen, in all (default: 30).")
  Integer epochs;

  @Option(names = "--batch", paramLabel = "N", description = "Images in a step (default: 128).")
  Integer batch;

  @Option(names = "--optimizer", paramLabel = "NAME", description = "sgd (default) or adamw.")
  String optimizer;

  @Option(
      names = "--momentum",
      paramLabel = "M",
      description = "sgd: what is kept of earlier gradients (default: 0.9).")
  Float momentum;

  @Option(
      names = "--nesterov",
      paramLabel = "true|false",
      arity = "1",
      description = "sgd: look ahead along the momentum (default: true).")
  Boolean nesterov;

  @Option(
      names = "--beta1",
      paramLabel = "B",
      description = "adamw: what is kept of earlier gradients (default: 0.9).")
  Float beta1;

  @Option(
      names = "--beta2",
      paramLabel = "B",
      description = "adamw: what is kept of earlier squared gradients (default: 0.999).")
  Float beta2;

  @Option(
      names = "--epsilon",
      paramLabel = "E",
      description = "adamw: keeps divisors from being zero (default: 1e-8).")
  Float epsilon;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      description = "How the rate runs: cosine (default), step, one-cycle or constant.")
  String schedule;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "The largest learning rate (default: 0.2; 0.001 with adamw).")
  Float rate;

  @Option(
      names = "--min-rate",
      paramLabel = "R",
      description = "cosine, one-cycle: where the rate ends (default: 0).")
  Float minRate;

  @Option(
      names = "--warm-up",
      paramLabel = "F",
      description =
          "The part of all steps in which the rate rises (default: 0.1; 0.3 with one-cycle).")
  Float warmUp;

  @Option(
      names = "--milestones",
      paramLabel = "N,N",
      split = ",",
      description =
          "step: after how many epochs the rate falls (default: a half and three quarters of all).")
  List<Integer> milestones;

  @Option(
      names = "--step-every",
      paramLabel = "N",
      description = "step: let the rate fall after every N epochs instead.")
  Integer stepEvery;

  @Option(
      names = "--step-factor",
      paramLabel = "F",
      description = "step: what the rate is multiplied by there (default: 0.1).")
  Float stepFactor;

  @Option(
      names = "--start-divisor",
      paramLabel = "D",
      description = "one-cycle: the first rate is the largest one divided by this (default: 25).")
  Float startDivisor;

  @Option(
      names = "--momentum-dip",
      paramLabel = "M",
      description = "one-cycle: how far the momentum falls on the way (default: 0.1).")
  Float momentumDip;

  @Option(
      names = "--weight-decay",
      paramLabel = "D",
      description = "What weights shrink by, per rate (default: 5e-4).")
  Float weightDecay;

  @Option(
      names = "--label-smoothing",
      paramLabel = "S",
      description = "How much of each target is spread over all classes (default: 0.1).")
  Float labelSmoothing;

  @Option(
      names = "--crop",
      paramLabel = "N",
      description = "How many pixels images are shifted by at most (default: 4).")
  Integer crop;

  @Option(
      names = "--flip",
      paramLabel = "true|false",
      arity = "1",
      description = "Mirror each image with probability 1/2 (default: true).")
  Boolean flip;

  @Option(
      names = "--cutout",
      paramLabel = "N",
      description = "Blank a square with a side of N pixels in every image (default: 0, none).")
  Integer cutout;

  @Option(
      names = "--mixup",
      paramLabel = "A",
      description =
          "Mix pairs of images by weights from Beta(A, A), for example 0.2 (default: 0, none).")
  Float mixup;

  @Option(
      names = "--clip-norm",
      paramLabel = "N",
      description = "Shorten all gradients together to this length (default: 0, never).")
  Float clipNorm;

  @Option(
      names = "--ema",
      paramLabel = "D",
      description =
          "Test and keep a moving average of the weights, of which each step keeps this much,"
              + " for example 0.999 (default: 0, none).")
  Float ema;

  @Option(
      names = "--teacher",
      paramLabel = "FILE",
      description = "Learn from this trained network, too: a file, or the folder of a run.")
  Path teacher;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "With --teacher: how much of its doubts is learnt (default: 4).")
  Float temperature;

  @Option(
      names = "--distill-weight",
      paramLabel = "W",
      description = "With --teacher: its weight against the labels (default: 0.9).")
  Float distillWeight;

  /**
   * The base with everything that was asked for.
   *
   * @throws UsageException if an option is out of its range, or nothing reads it
   */
  TrainingOptions over(TrainingOptions base, Long seed) {
    try {
      return over(OptionsJson.write(base), asked(base.epochs(), seed));
    } catch (TrainingException | JsonException refused) {
      throw new UsageException(
          refused.getMessage().replaceFirst("^(training|json): ", "--"), refused);
    }
  }

  private TrainingOptions over(Json.Object base, Map<String, Json> asked) {
    requireTeacher(base, asked);
    Map<String, Json> members = new LinkedHashMap<>(OTHER_DEFAULTS.members());
    if (teacher != null) {
      members.put("temperature", Json.of(TEMPERATURE));
      members.put("distill-weight", Json.of(DISTILL_WEIGHT));
    }
    members.putAll(base.members());
    if (changes(base, asked, "optimizer")) {
      members.put(
          "rate", Json.of(asked.get("optimizer").equals(Json.of("adamw")) ? ADAMW_RATE : SGD_RATE));
    }
    if (changes(base, asked, "schedule")) {
      members.put(
          "warm-up",
          Json.of(asked.get("schedule").equals(Json.of("one-cycle")) ? ONE_CYCLE_RISE : WARM_UP));
    }
    members.putAll(asked);
    if (!members.containsKey("milestones")) {
      members.put("milestones", defaultMilestones(new Json.Object(members)));
    }
    TrainingOptions options = OptionsJson.read(new Json.Object(members));
    requireRead(asked, options);
    return options;
  }

  /** A half and three quarters of all epochs, as far as few epochs tell these apart. */
  private static Json defaultMilestones(Json.Object recipe) {
    int epochs = recipe.integer("epochs", 0, Integer.MAX_VALUE);
    int[] milestones =
        IntStream.of(epochs / 2, epochs / 4 * 3 + epochs % 4 * 3 / 4)
            .filter(milestone -> milestone > 0)
            .distinct()
            .toArray();
    if (milestones.length == 0 && recipe.text("schedule").equals("step")) {
      throw new UsageException(
          "--schedule step: lets the rate fall after some of the epochs, --epochs is "
              + epochs
              + "; take at least 2 epochs");
    }
    return Json.integers(milestones);
  }

  private static boolean changes(Json.Object base, Map<String, Json> asked, String key) {
    return asked.containsKey(key) && !asked.get(key).equals(base.get(key));
  }

  private void requireTeacher(Json.Object base, Map<String, Json> asked) {
    for (String key : List.of("temperature", "distill-weight")) {
      if (asked.containsKey(key) && teacher == null && !base.has(key)) {
        throw new UsageException(
            "--" + key + ": is about a teacher; name it with --teacher FILE, or leave this out");
      }
    }
    if (distillWeight != null && distillWeight == 0) {
      throw new UsageException(
          "--distill-weight must be above 0, found 0; without a teacher's part, leave out"
              + " --teacher");
    }
  }

  /** What is asked for and read by nobody would be a wrong belief about the result. */
  private void requireRead(Map<String, Json> asked, TrainingOptions options) {
    Json.Object effective = OptionsJson.write(options);
    for (String key : asked.keySet()) {
      if (!effective.has(key)) {
        throw new UsageException(
            "--"
                + (key.equals("milestones") && stepEvery != null ? "step-every" : key)
                + ": is not read with --optimizer "
                + effective.text("optimizer")
                + " and --schedule "
                + effective.text("schedule")
                + "; leave it out");
      }
    }
  }

  /** Everything that was asked for, by the names of the options. */
  private Map<String, Json> asked(int baseEpochs, Long seed) {
    Map<String, Json> asked = new LinkedHashMap<>();
    put(asked, "epochs", epochs);
    put(asked, "batch", batch);
    put(asked, "optimizer", optimizer);
    put(asked, "momentum", momentum);
    put(asked, "nesterov", nesterov);
    put(asked, "beta1", beta1);
    put(asked, "beta2", beta2);
    put(asked, "epsilon", epsilon);
    put(asked, "schedule", schedule);
    put(asked, "rate", rate);
    put(asked, "min-rate", minRate);
    put(asked, "warm-up", warmUp);
    put(asked, "milestones", milestones(epochs == null ? baseEpochs : epochs));
    put(asked, "step-factor", stepFactor);
    put(asked, "start-divisor", startDivisor);
    put(asked, "momentum-dip", momentumDip);
    put(asked, "weight-decay", weightDecay);
    put(asked, "label-smoothing", labelSmoothing);
    put(asked, "crop", crop);
    put(asked, "flip", flip);
    put(asked, "cutout", cutout);
    put(asked, "mixup", mixup);
    put(asked, "clip-norm", clipNorm);
    put(asked, "ema", ema);
    put(asked, "temperature", temperature);
    put(asked, "distill-weight", distillWeight);
    put(asked, "seed", seed);
    return asked;
  }

  /** Where the rate falls, if that was asked for in one way or the other. */
  private List<Integer> milestones(int allEpochs) {
    if (stepEvery == null) {
      return milestones;
    }
    if (milestones != null) {
      throw new UsageException("--milestones: not with --step-every; take one");
    }
    return Schedule.Steps.every(stepEvery, allEpochs);
  }

  private static void put(Map<String, Json> asked, String key, Object value) {
    switch (value) {
      case null -> {}
      case Integer number -> asked.put(key, Json.of((long) number));
      case Long number -> asked.put(key, Json.of((long) number));
      case Float number -> asked.put(key, Json.of((float) number));
      case Boolean bool -> asked.put(key, Json.of((boolean) bool));
      case List<?> numbers ->
          asked.put(
              key, Json.integers(numbers.stream().mapToInt(number -> (Integer) number).toArray()));
      default -> asked.put(key, Json.of(value.toString()));
    }
  }
}
