package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.dividefuse.Division;
import io.dfsnet.nn.Initialization;
import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.models.Shortcut;
import io.dfsnet.nn.train.Distillation;
import io.dfsnet.nn.train.EarlyStopping;
import io.dfsnet.nn.train.Regularization;
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

  @Test
  void aPrintedCallLeavesOutWhatIsUsual() {
    TrainConfig config = config("resnet20", Shortcut.PAD);
    assertThat(config.toCommand("RUN"))
        .isEqualTo(
            "dfs train --model resnet20 --shortcut pad --init uniform --groups 2 --fuse 1 --width"
                + " keep --data synthetic --limit 100 --teacher teacher.safetensors --patience 3"
                + " --min-gain 0.001 --epochs 3 --batch 128 --rate 0.2 --weight-decay 0.01"
                + " --label-smoothing 0.0 --mixup 0.2 --clip-norm 5.0 --crop 2 --flip false"
                + " --cutout 8 --ema 0.99 --temperature 3.0 --distill-weight 0.5 --seed 1 --out"
                + " RUN");
  }

  private static TrainConfig config(String model, Shortcut shortcut) {
    return new TrainConfig(
        model,
        shortcut,
        null,
        Initialization.UNIFORM,
        Division.keep(2, List.of(1)),
        "synthetic",
        100,
        "teacher.safetensors",
        new EarlyStopping(3, 0.001),
        TrainingOptions.DEFAULTS.toBuilder()
            .epochs(3)
            .distillation(new Distillation(3f, 0.5f))
            .averageDecay(0.99f)
            .regularization(new Regularization(0.01f, 0f, 0.2f, 5f))
            .augmentation(new Augmentation(2, false, 8))
            .build());
  }
}
