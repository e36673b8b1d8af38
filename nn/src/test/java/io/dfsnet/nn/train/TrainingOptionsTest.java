package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.data.Augmentation;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingOptionsTest {
  private static final Optimizer SGD = new Optimizer.Sgd(0.5f, false);
  private static final Regularization REGULARIZATION = new Regularization(0.6f, 0.7f, 0.8f, 9f);

  @Test
  void eachOptionCanBeChangedAlone() {
    var schedule = new Schedule.Constant(1f, 0.8f);
    var distillation = new Distillation(2f, 0.5f);
    TrainingOptions changed =
        TrainingOptions.DEFAULTS.toBuilder()
            .epochs(2)
            .batch(3)
            .optimizer(SGD)
            .schedule(schedule)
            .peakRate(0.4f)
            .regularization(REGULARIZATION)
            .augmentation(Augmentation.NONE)
            .averageDecay(0.9f)
            .distillation(distillation)
            .seed(9)
            .build();
    assertThat(changed)
        .isEqualTo(
            new TrainingOptions(
                2,
                3,
                SGD,
                schedule.withPeak(0.4f),
                REGULARIZATION,
                Augmentation.NONE,
                0.9f,
                distillation,
                9));
    assertThat(TrainingOptions.DEFAULTS.toBuilder().build()).isEqualTo(TrainingOptions.DEFAULTS);
  }

  static Stream<Arguments> recipes() {
    return Stream.of(
            new Schedule.Constant(0.3f, 0.2f),
            new Schedule.Cosine(0.3f, 0.01f, 0.2f),
            new Schedule.Steps(0.3f, List.of(4, 7), 0.2f, 0f),
            new Schedule.OneCycle(0.3f, 1e-6f, 0.4f, 20f, 0.05f))
        .flatMap(
            schedule ->
                Stream.of(SGD, new Optimizer.AdamW(0.8f, 0.9f, 1e-6f))
                    .map(optimizer -> Arguments.of(optimizer, schedule)));
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void optionsComeBackFromTheirJson(Optimizer optimizer, Schedule schedule) {
    TrainingOptions options =
        new TrainingOptions(
            9,
            3,
            optimizer,
            schedule,
            REGULARIZATION,
            new Augmentation(2, false, 3),
            0.5f,
            new Distillation(2f, 0.5f),
            -9);
    assertThat(OptionsJson.read(OptionsJson.write(options))).isEqualTo(options);
    TrainingOptions plain = options.toBuilder().distillation(Distillation.NONE).build();
    assertThat(OptionsJson.read(OptionsJson.write(plain))).isEqualTo(plain);
  }

  static Stream<Arguments> refused() {
    TrainingOptions base = TrainingOptions.DEFAULTS;
    return Stream.of(
        arguments("epochs must be at least 1, found 0", () -> base.toBuilder().epochs(0).build()),
        arguments("batch must be at least 1, found -1", () -> base.toBuilder().batch(-1).build()),
        arguments("rate", () -> base.toBuilder().peakRate(0f)),
        arguments("rate", () -> base.toBuilder().peakRate(Float.POSITIVE_INFINITY)),
        arguments("momentum", () -> new Optimizer.Sgd(1f, false)),
        arguments("above 0 with Nesterov", () -> new Optimizer.Sgd(0f, true)),
        arguments("beta1", () -> new Optimizer.AdamW(1f, 0.9f, 1e-8f)),
        arguments("beta2", () -> new Optimizer.AdamW(0.9f, Float.NaN, 1e-8f)),
        arguments("epsilon", () -> new Optimizer.AdamW(0.9f, 0.9f, 0f)),
        arguments("weight-decay", () -> new Regularization(-1e-4f, 0f)),
        arguments("weight-decay", () -> new Regularization(Float.NaN, 0f)),
        arguments("label-smoothing", () -> new Regularization(0f, 1f)),
        arguments("mixup", () -> new Regularization(0f, 0f, 1e-4f, 0f)),
        arguments("clip-norm", () -> new Regularization(0f, 0f, 0f, Float.NaN)),
        arguments("ema", () -> base.toBuilder().averageDecay(1f).build()),
        arguments("temperature", () -> new Distillation(0f, 0.5f)),
        arguments("distill-weight", () -> new Distillation(1f, 1.1f)),
        arguments("patience", () -> new EarlyStopping(0, 0)),
        arguments("warm-up", () -> new Schedule.Constant(1f, 1.1f)),
        arguments("min-rate", () -> new Schedule.Cosine(1f, 1.1f, 0f)),
        arguments("milestones", () -> new Schedule.Steps(1f, List.of(), 0.1f, 0f)),
        arguments("milestones", () -> new Schedule.Steps(1f, List.of(0), 0.1f, 0f)),
        arguments("milestones", () -> new Schedule.Steps(1f, List.of(3, 3), 0.1f, 0f)),
        arguments("step-factor", () -> new Schedule.Steps(1f, List.of(3), 1f, 0f)),
        arguments("start-divisor", () -> new Schedule.OneCycle(1f, 0f, 0.3f, 0.5f, 0f)),
        arguments(
            "milestones must be below the 30 epochs",
            () -> base.toBuilder().schedule(new Schedule.Steps(1f, List.of(30), 0.1f, 0f)).build()),
        arguments(
            "momentum-dip must be at most the momentum 0.5",
            () ->
                base.toBuilder()
                    .optimizer(SGD)
                    .schedule(new Schedule.OneCycle(1f, 0f, 0.3f, 25f, 0.6f))
                    .build()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void whatMakesNoSenseIsRefused(String message, Supplier<Object> options) {
    assertThatThrownBy(options::get)
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining(message);
  }

  private static Arguments arguments(String message, Supplier<Object> options) {
    return Arguments.of(message, options);
  }
}
