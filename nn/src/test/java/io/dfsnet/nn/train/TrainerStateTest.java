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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerStateTest {
  private static final TrainingOptions OPTIONS =
      new TrainingOptions(
          7,
          3,
          new Optimizer.AdamW(0.8f, 0.95f, 1e-7f),
          new Schedule.Steps(0.123f, List.of(2, 5), 0.3f, 0.05f),
          new Regularization(1e-4f, 0.05f),
          new Augmentation(2, true, 7),
          0.99f,
          new Distillation(3f, 0.25f),
          -5);
  private static final Cursor CURSOR = new Cursor(2, 9, 0.1 + 0.2, 1L << 40);

  @TempDir private Path folder;

  @Test
  void aFileHoldsEverything() {
    TrainerState state = state();
    Path file = written(state);
    TrainerState read = TrainerState.read(file);
    assertThat(read.cursor()).isEqualTo(CURSOR);
    assertThat(read.options()).isEqualTo(OPTIONS);
    assertThat(read.images()).isEqualTo("some images");
    assertThat(read.teacher()).isEqualTo("a teacher");
    assertThat(Toy.bits(read.average())).isEqualTo(Toy.bits(state.average()));
    assertThat(read.weights().get("a.weight").shape()).isEqualTo(Shape.of(1, 2));
    assertThat(read.weights().get("a.weight").data()).containsExactly(1.5f, -0f);
    assertThat(read.memory().get("mean.a.weight").data()).containsExactly(1e-38f, 3f);
    assertThat(read.weights()).hasSize(1);
    assertThat(read.memory()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "format, something else, is no state of a training",
    "epochsDone, two, two",
    "epochsDone, 8, 8 epochs and 9 steps cannot be done of 7",
    "epochsDone, 7, 7 epochs and 9 steps cannot be done of 7",
    "epochsDone, -1, at epoch -1",
    "lossSum, NaN, a loss of NaN",
    "correct, , no 'correct'",
    "options, '{}', epochs",
    "options, '{', json",
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
        CURSOR,
        OPTIONS,
        "some images",
        "a teacher",
        Map.of("a.weight", new Tensor(Shape.of(1, 2), new float[] {1.5f, -0f})),
        Map.of("mean.a.weight", new Tensor(Shape.of(1, 2), new float[] {1e-38f, 3f})),
        Map.of("a.weight", new Tensor(Shape.of(1, 2), new float[] {4f, 0.1f})));
  }

  private Path written(TrainerState state) {
    Path file = folder.resolve("state.safetensors");
    state.write(file);
    return file;
  }
}
