package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.dividefuse.Division;
import io.dfsnet.nn.models.Shortcut;
import io.dfsnet.nn.train.TrainingOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainConfigTest {

  @Test
  void comesBackFromItsJsonAsItWas() {
    TrainConfig residual = config("resnet20-w8", Shortcut.PAD);
    assertThat(residual.toJson().text("shortcut")).isEqualTo("pad");
    assertThat(TrainConfig.of(residual.toJson())).isEqualTo(residual);
  }

  @Test
  void networksWithoutShortcutsHaveNoneInTheirConfiguration() {
    TrainConfig mobile = config("mobilenetv2-32", TrainConfig.DEFAULTS.shortcut());
    assertThat(mobile.toJson().has("shortcut")).isFalse();
    assertThat(mobile.toCommand("RUN")).doesNotContain("--shortcut");
    assertThat(TrainConfig.of(mobile.toJson())).isEqualTo(mobile);
  }

  private static TrainConfig config(String model, Shortcut shortcut) {
    return new TrainConfig(
        model,
        shortcut,
        null,
        Division.keep(2, List.of(1)),
        "synthetic",
        100,
        TrainingOptions.DEFAULTS.toBuilder().epochs(3).build());
  }
}
