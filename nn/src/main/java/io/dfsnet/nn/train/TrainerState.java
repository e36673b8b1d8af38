package io.dfsnet.nn.train;

import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.file.SafeTensors;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.json.JsonException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that a training needs to continue after some step as if it had never stopped. There is
 * no state of random generators among it, because every epoch and step has streams of its own.
 *
 * <p>A file of it is a safetensors file: tensors {@code weights.NAME}, {@code memory.KIND.NAME} and
 * {@code average.NAME}, the rest as metadata.
 *
 * @param cursor how far the training is
 * @param options of the training
 * @param images what the training images are called, see {@link
 *     io.dfsnet.nn.data.ImageSet#toString}
 * @param teacher the network and the checksum of the teacher; empty if there is none
 * @param weights all tensors by name, running statistics among them
 * @param memory of gradient descent, by kind and name, see {@link Descent}
 * @param average of the weights, by name; empty if none is made
 */
public record TrainerState(
    Cursor cursor,
    TrainingOptions options,
    String images,
    String teacher,
    Map<String, Tensor> weights,
    Map<String, Tensor> memory,
    Map<String, Tensor> average) {
  private static final String FORMAT = "dfsnet-training-2";
  private static final String WEIGHTS = "weights.";
  private static final String MEMORY = "memory.";
  private static final String AVERAGE = "average.";

  public TrainerState {
    int epochs = options.epochs();
    if (cursor.epochsDone() > epochs || cursor.epochsDone() == epochs && cursor.stepsDone() > 0) {
      throw new TrainingException(
          cursor.epochsDone()
              + " epochs and "
              + cursor.stepsDone()
              + " steps cannot be done of "
              + epochs);
    }
  }

  /** The same state of a training that has more epochs. */
  public TrainerState withEpochs(int epochs) {
    TrainingOptions longer = options.toBuilder().epochs(epochs).build();
    return new TrainerState(cursor, longer, images, teacher, weights, memory, average);
  }

  /**
   * Writes a file atomically: whatever happens, there is the old state or the new one.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public void write(Path file) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    weights.forEach((name, tensor) -> tensors.put(WEIGHTS + name, tensor));
    memory.forEach((name, tensor) -> tensors.put(MEMORY + name, tensor));
    average.forEach((name, tensor) -> tensors.put(AVERAGE + name, tensor));
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("format", FORMAT);
    texts.put("epochsDone", Integer.toString(cursor.epochsDone()));
    texts.put("stepsDone", Integer.toString(cursor.stepsDone()));
    texts.put("lossSum", Double.toString(cursor.lossSum()));
    texts.put("correct", Long.toString(cursor.correct()));
    texts.put("images", images);
    texts.put("teacher", teacher);
    texts.put("options", OptionsJson.write(options).toString());
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
    Map<String, Map<String, Tensor>> tensors = byKind(file, stored.tensors());
    try {
      var cursor =
          new Cursor(
              Integer.parseInt(texts.get("epochsDone")),
              Integer.parseInt(texts.get("stepsDone")),
              Double.parseDouble(texts.get("lossSum")),
              Long.parseLong(texts.get("correct")));
      TrainingOptions options =
          OptionsJson.read(Json.parse(texts.get("options")).asObject("options"));
      return new TrainerState(
          cursor,
          options,
          texts.get("images"),
          texts.get("teacher"),
          tensors.get(WEIGHTS),
          tensors.get(MEMORY),
          tensors.get(AVERAGE));
    } catch (TrainingException | JsonException | NumberFormatException refused) {
      throw new FileFormatException(file.toString(), refused.getMessage());
    }
  }

  /** The tensors of a file without the kind in front of their names. */
  private static Map<String, Map<String, Tensor>> byKind(Path file, Map<String, Tensor> stored) {
    Map<String, Map<String, Tensor>> kinds = new LinkedHashMap<>();
    for (String kind : List.of(WEIGHTS, MEMORY, AVERAGE)) {
      kinds.put(kind, new LinkedHashMap<>());
    }
    stored.forEach(
        (name, tensor) -> {
          String kind = name.substring(0, name.indexOf('.') + 1);
          if (!kinds.containsKey(kind)) {
            throw new FileFormatException(
                file.toString(), "tensor '" + name + "' is neither weights nor memory nor average");
          }
          kinds.get(kind).put(name.substring(kind.length()), tensor);
        });
    return kinds;
  }

  /** The metadata of a file. */
  private record Texts(String file, Map<String, String> values) {

    String get(String key) {
      String text = values.get(key);
      if (text == null) {
        throw new FileFormatException(file, "its metadata has no '" + key + "'");
      }
      return text;
    }
  }
}
