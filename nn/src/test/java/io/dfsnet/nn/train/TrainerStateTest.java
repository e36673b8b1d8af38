package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.file.SafeTensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerStateTest {
  private static final TrainingOptions OPTIONS =
      new TrainingOptions(
          7, 3, 0.123f, 0.7f, true, 1e-4f, 0.05f, 0.3f, new Augmentation(2, true), -5);

  @TempDir private Path folder;

  @Test
  void aFileHoldsEverything() {
    TrainerState state = state();
    Path file = written(state);
    TrainerState read = TrainerState.read(file);
    assertThat(read.epochsDone()).isEqualTo(2);
    assertThat(read.options()).isEqualTo(OPTIONS);
    assertThat(read.images()).isEqualTo("some images");
    assertThat(read.weights().get("a.weight").shape()).isEqualTo(Shape.of(1, 2));
    assertThat(read.weights().get("a.weight").data()).containsExactly(1.5f, -0f);
    assertThat(read.velocities().get("a.weight").data()).containsExactly(1e-38f, 3f);
    assertThat(read.weights()).hasSize(1);
    assertThat(read.velocities()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "format, something else, is no state of a training",
    "epochsDone, two, 'epochsDone' is no number",
    "epochsDone, 8, 8 epochs cannot be done of 7",
    "epochsDone, -1, -1 epochs",
    "peakRate, NaN, peak rate",
    "augmentation.pad, -1, border",
    "seed, , no 'seed'",
    "nesterov, yes, 'nesterov' is neither true nor false",
  })
  void aChangedFileIsRefused(String key, String value, String message) {
    Path file = written(state());
    SafeTensors stored = SafeTensors.read(file);
    Map<String, String> texts = new LinkedHashMap<>(stored.metadata());
    if (value == null) {
      texts.remove(key);
    } else {
      texts.put(key, value);
    }
    new SafeTensors(stored.tensors(), texts).write(file);
    assertThatThrownBy(() -> TrainerState.read(file))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void aTensorOfNoKnownKindIsRefused() {
    Path file = written(state());
    SafeTensors stored = SafeTensors.read(file);
    Map<String, Tensor> tensors = new LinkedHashMap<>(stored.tensors());
    tensors.put("a.weight", Tensor.zeros(1));
    new SafeTensors(tensors, stored.metadata()).write(file);
    assertThatThrownBy(() -> TrainerState.read(file))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("'a.weight' is neither");
  }

  private static TrainerState state() {
    return new TrainerState(
        2,
        OPTIONS,
        "some images",
        Map.of("a.weight", new Tensor(Shape.of(1, 2), new float[] {1.5f, -0f})),
        Map.of("a.weight", new Tensor(Shape.of(1, 2), new float[] {1e-38f, 3f})));
  }

  private Path written(TrainerState state) {
    Path file = folder.resolve("state.safetensors");
    state.write(file);
    return file;
  }
}
