package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.data.Augmentation;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingOptionsTest {

  @Test
  void eachOptionCanBeChangedAlone() {
    var changed =
        TrainingOptions.DEFAULTS
            .withEpochs(2)
            .withBatch(3)
            .withPeakRate(0.4f)
            .withMomentum(0.5f)
            .withNesterov(false)
            .withWeightDecay(0.6f)
            .withLabelSmoothing(0.7f)
            .withWarmUpFraction(0.8f)
            .withAugmentation(Augmentation.NONE)
            .withSeed(9);
    assertThat(changed)
        .isEqualTo(
            new TrainingOptions(2, 3, 0.4f, 0.5f, false, 0.6f, 0.7f, 0.8f, Augmentation.NONE, 9));
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        arguments("epochs must be at least 1, found 0", options -> options.withEpochs(0)),
        arguments("batch must be at least 1, found -1", options -> options.withBatch(-1)),
        arguments("peak rate", options -> options.withPeakRate(0f)),
        arguments("peak rate", options -> options.withPeakRate(Float.POSITIVE_INFINITY)),
        arguments("momentum", options -> options.withMomentum(1f)),
        arguments("above 0 with Nesterov", options -> options.withMomentum(0f)),
        arguments("weight decay", options -> options.withWeightDecay(-1e-4f)),
        arguments("weight decay", options -> options.withWeightDecay(Float.NaN)),
        arguments("label smoothing", options -> options.withLabelSmoothing(1f)),
        arguments("warm-up fraction", options -> options.withWarmUpFraction(1.1f)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void whatMakesNoSenseIsRefused(String message, UnaryOperator<TrainingOptions> change) {
    assertThatThrownBy(() -> change.apply(TrainingOptions.DEFAULTS))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining(message);
  }

  private static Arguments arguments(String message, UnaryOperator<TrainingOptions> change) {
    return Arguments.of(message, change);
  }
}
