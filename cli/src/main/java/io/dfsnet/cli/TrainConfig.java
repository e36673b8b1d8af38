package io.dfsnet.cli;

import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.dividefuse.WidthPolicy;
import io.dfsnet.nn.Initialization;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.json.JsonException;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import io.dfsnet.nn.train.EarlyStopping;
import io.dfsnet.nn.train.OptionsJson;
import io.dfsnet.nn.train.TrainingOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Everything that a training run was asked for, defaults filled in: with the data it determines the
 * result bit for bit. Null where an option was not given and has no default.
 *
 * @param model the architecture, or null if {@code weights} names the network
 * @param shortcut how its residual blocks change shape; not read where it has none, nor with {@code
 *     weights}, which tell
 * @param weights the file to start from, or null to start fresh
 * @param initialization how fresh weights are drawn; not read with {@code weights}
 * @param division how the network is divided first, or null
 * @param data the data set's specification
 * @param limit how many images of each part are used at most, or null for all
 * @param teacher the file of the network to learn from, or null
 * @param earlyStopping when the training may end before its last epoch, or null
 */
record TrainConfig(
    String model,
    Shortcut shortcut,
    String weights,
    Initialization initialization,
    Division division,
    String data,
    Integer limit,
    String teacher,
    EarlyStopping earlyStopping,
    TrainingOptions recipe) {

  /** What a printed call says even where it is the default, because readers ask for it first. */
  private static final Set<String> SAID_ALWAYS = Set.of("epochs", "batch", "rate", "seed");

  /** What holds where nothing is asked for. */
  static final TrainConfig DEFAULTS =
      new TrainConfig(
          null,
          Shortcut.PROJECTION,
          null,
          Initialization.HE,
          null,
          null,
          null,
          null,
          null,
          TrainingOptions.DEFAULTS);

  /**
   * The network to train, with the weights to start from.
   *
   * @param train tells the shape of the images and the number of classes
   */
  Model start(ImageSet train) {
    if (weights != null) {
      return ModelOptions.read(Path.of(weights), model, null, train.shape());
    }
    Network original = ModelOptions.create(model, shortcut, train.classes(), train.shape());
    Network network = division == null ? original : Divider.divide(original, division);
    return Model.initial(network, initialization, recipe.seed());
  }

  /**
   * The network to learn from, or null.
   *
   * @throws UsageException if there is no such file
   */
  Model teacherOrNull() {
    if (teacher == null) {
      return null;
    }
    if (!Files.exists(Path.of(teacher))) {
      throw new UsageException("--teacher " + teacher + ": there is no such file; check the path");
    }
    return ModelOptions.read(Path.of(teacher));
  }

  /**
   * Checks that there is one network, and data to train it on.
   *
   * @throws UsageException naming the option that is missing or too much
   */
  void requireComplete() {
    ModelOptions.requireAny(model, weights);
    if (weights != null && division != null) {
      throw new UsageException(
          "--groups: not with --weights; divide the file first with dfs divide, then train it");
    }
    DataOptions.requireGiven(data);
  }

  /** The configuration as {@link #of} reads it; keys as the options of {@code dfs train}. */
  Json.Object toJson() {
    Json.Builder json = Json.object();
    if (model != null) {
      json.put("model", model);
      if (weights == null && Models.hasShortcuts(model)) {
        json.put("shortcut", Units.lower(shortcut));
      }
    }
    if (weights != null) {
      json.put("weights", weights);
    }
    if (weights == null && initialization != DEFAULTS.initialization) {
      json.put("init", Units.lower(initialization));
    }
    if (division != null) {
      json.put("groups", division.groups())
          .put("fuse", Json.integers(division.fused().stream().mapToInt(i -> i).toArray()))
          .put("width", Units.lower(division.width()));
    }
    json.put("data", data);
    if (limit != null) {
      json.put("limit", limit);
    }
    if (teacher != null) {
      json.put("teacher", teacher);
    }
    if (earlyStopping != null) {
      json.put("patience", earlyStopping.patience()).put("min-gain", earlyStopping.minimalGain());
    }
    OptionsJson.write(recipe).members().forEach(json::put);
    return json.build();
  }

  /** The call of {@code dfs train} that asks for exactly this. */
  String toCommand(String out) {
    var command = new StringBuilder("dfs train");
    Json.Object all = toJson();
    boolean usual = isDefault("optimizer", all) && isDefault("schedule", all);
    all.members()
        .forEach(
            (key, value) -> {
              if (!usual || !isDefault(key, all) || SAID_ALWAYS.contains(key)) {
                command.append(" --").append(key).append(' ').append(word(value));
              }
            });
    return command.append(" --out ").append(out).toString();
  }

  /** Whether a call that does not mention an option of the recipe asks for the same. */
  private static boolean isDefault(String key, Json.Object all) {
    Json.Object defaults = OptionsJson.write(DEFAULTS.recipe());
    return defaults.has(key) && defaults.get(key).equals(all.get(key));
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException naming the key that is missing or wrong
   */
  static TrainConfig of(Json.Object json) {
    String model = json.has("model") ? json.text("model") : null;
    boolean hasShortcuts = model != null && !json.has("weights") && Models.hasShortcuts(model);
    return new TrainConfig(
        model,
        hasShortcuts ? constant(Shortcut.class, json.text("shortcut")) : DEFAULTS.shortcut(),
        json.has("weights") ? json.text("weights") : null,
        json.has("init")
            ? constant(Initialization.class, json.text("init"))
            : DEFAULTS.initialization(),
        json.has("groups") ? division(json) : null,
        json.text("data"),
        json.has("limit") ? json.integer("limit", 1, Integer.MAX_VALUE) : null,
        json.has("teacher") ? json.text("teacher") : null,
        json.has("patience")
            ? new EarlyStopping(
                json.integer("patience", 1, Integer.MAX_VALUE),
                json.number("min-gain").doubleValue())
            : null,
        OptionsJson.read(json));
  }

  /**
   * Checks that a run goes on as it was begun. More epochs pass: whether they can be had shows the
   * schedule, see {@link TrainRun}.
   *
   * @param begun the configuration that the run has
   * @throws UsageException listing every option that differs
   */
  void requireSame(TrainConfig begun, RunFolder run) {
    Json.Object asked = toJson();
    Json.Object held = begun.toJson();
    List<String> differences = new ArrayList<>();
    var keys = new TreeSet<>(asked.members().keySet());
    keys.addAll(held.members().keySet());
    for (String key : keys) {
      String now = asked.has(key) ? asked.get(key).toString() : "not given";
      String then = held.has(key) ? held.get(key).toString() : "not given";
      boolean longer = key.equals("epochs") && recipe.epochs() > begun.recipe.epochs();
      if (!now.equals(then) && !longer) {
        differences.add("--" + key + " was " + then + " and is " + now);
      }
    }
    if (!differences.isEmpty()) {
      throw new UsageException(
          "run "
              + run
              + ": a resumed run keeps its options, but "
              + String.join(", ", differences)
              + "; leave them out, or begin another run");
    }
  }

  private static Division division(Json.Object json) {
    var fused = new TreeSet<Integer>();
    for (long position : json.array("fuse").integers("fuse")) {
      if (position != (int) position) {
        throw new JsonException("json: key 'fuse' has no position " + position);
      }
      fused.add((int) position);
    }
    return new Division(
        json.integer("groups", 1, Division.MAX_GROUPS),
        fused,
        constant(WidthPolicy.class, json.text("width")));
  }

  /** A value as one word of a command line. */
  private static String word(Json value) {
    return switch (value) {
      case Json.Text text when text.value().contains(" ") -> '"' + text.value() + '"';
      case Json.Text text -> text.value();
      case Json.Array array ->
          array.elements().stream().map(Json::toString).collect(Collectors.joining(","));
      default -> value.toString();
    };
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String name) {
    try {
      return Enum.valueOf(type, name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw new JsonException("json: '" + name + "' is unknown");
    }
  }
}
