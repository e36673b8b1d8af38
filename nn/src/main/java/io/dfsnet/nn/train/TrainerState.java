package io.dfsnet.nn.train;

import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.data.DataException;
import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.file.SafeTensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Everything that a training needs to continue after some epoch as if it had never stopped. There
 * is no state of random generators among it, because every epoch has streams of its own.
 *
 * <p>A file of it is a safetensors file: tensors {@code weights.NAME} and {@code velocity.NAME},
 * the rest as metadata.
 *
 * @param epochsDone how many epochs have been trained
 * @param options of the training
 * @param images what the training images are called, see {@link
 *     io.dfsnet.nn.data.ImageSet#toString}
 * @param weights all tensors by name, running statistics among them
 * @param velocities of gradient descent, by the names of their weights
 */
public record TrainerState(
    int epochsDone,
    TrainingOptions options,
    String images,
    Map<String, Tensor> weights,
    Map<String, Tensor> velocities) {
  private static final String FORMAT = "dfsnet-training-1";
  private static final String WEIGHTS = "weights.";
  private static final String VELOCITY = "velocity.";

  public TrainerState {
    if (epochsDone < 0 || epochsDone > options.epochs()) {
      throw new TrainingException(epochsDone + " epochs cannot be done of " + options.epochs());
    }
  }

  /**
   * Writes a file atomically: whatever happens, there is the old state or the new one.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public void write(Path file) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    weights.forEach((name, tensor) -> tensors.put(WEIGHTS + name, tensor));
    velocities.forEach((name, tensor) -> tensors.put(VELOCITY + name, tensor));
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("format", FORMAT);
    texts.put("epochsDone", Integer.toString(epochsDone));
    texts.put("images", images);
    texts.put("epochs", Integer.toString(options.epochs()));
    texts.put("batch", Integer.toString(options.batch()));
    texts.put("peakRate", Float.toString(options.peakRate()));
    texts.put("momentum", Float.toString(options.momentum()));
    texts.put("nesterov", Boolean.toString(options.nesterov()));
    texts.put("weightDecay", Float.toString(options.weightDecay()));
    texts.put("labelSmoothing", Float.toString(options.labelSmoothing()));
    texts.put("warmUpFraction", Float.toString(options.warmUpFraction()));
    texts.put("augmentation.pad", Integer.toString(options.augmentation().pad()));
    texts.put("augmentation.flip", Boolean.toString(options.augmentation().flip()));
    texts.put("seed", Long.toString(options.seed()));
    new SafeTensors(tensors, texts).write(file);
  }

  /**
   * Reads a file.
   *
   * @throws FileFormatException if it is no state of a training, or a damaged one
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static TrainerState read(Path file) {
    SafeTensors stored = SafeTensors.read(file);
    var texts = new Texts(file.toString(), stored.metadata());
    if (!FORMAT.equals(stored.metadata().get("format"))) {
      throw new FileFormatException(
          file.toString(), "is no state of a training: its metadata has no format " + FORMAT);
    }
    Map<String, Tensor> weights = new LinkedHashMap<>();
    Map<String, Tensor> velocities = new LinkedHashMap<>();
    stored
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith(WEIGHTS)) {
                weights.put(name.substring(WEIGHTS.length()), tensor);
              } else if (name.startsWith(VELOCITY)) {
                velocities.put(name.substring(VELOCITY.length()), tensor);
              } else {
                throw new FileFormatException(
                    file.toString(), "tensor '" + name + "' is neither weights nor velocity");
              }
            });
    try {
      var options =
          new TrainingOptions(
              texts.number("epochs", Integer::valueOf),
              texts.number("batch", Integer::valueOf),
              texts.number("peakRate", Float::valueOf),
              texts.number("momentum", Float::valueOf),
              texts.flag("nesterov"),
              texts.number("weightDecay", Float::valueOf),
              texts.number("labelSmoothing", Float::valueOf),
              texts.number("warmUpFraction", Float::valueOf),
              new Augmentation(
                  texts.number("augmentation.pad", Integer::valueOf),
                  texts.flag("augmentation.flip")),
              texts.number("seed", Long::valueOf));
      return new TrainerState(
          texts.number("epochsDone", Integer::valueOf),
          options,
          texts.text("images"),
          weights,
          velocities);
    } catch (TrainingException | DataException refused) {
      throw new FileFormatException(file.toString(), refused.getMessage());
    }
  }

  /** The metadata of a file. */
  private record Texts(String file, Map<String, String> values) {

    String text(String key) {
      String text = values.get(key);
      if (text == null) {
        throw new FileFormatException(file, "its metadata has no '" + key + "'");
      }
      return text;
    }

    <T> T number(String key, Function<String, T> parse) {
      try {
        return parse.apply(text(key));
      } catch (NumberFormatException notANumber) {
        throw new FileFormatException(file, "'" + key + "' is no number: '" + text(key) + "'");
      }
    }

    boolean flag(String key) {
      return switch (text(key)) {
        case "true" -> true;
        case "false" -> false;
        default ->
            throw new FileFormatException(
                file, "'" + key + "' is neither true nor false: '" + text(key) + "'");
      };
    }
  }
}
