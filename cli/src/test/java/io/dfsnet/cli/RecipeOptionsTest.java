package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.train.TrainingOptions;
import org.junit.jupiter.api.Test;

class RecipeOptionsTest {

  @Test
  void helpTellsTheDefaultsAndTheModels() {
    TrainingOptions defaults = TrainingOptions.DEFAULTS;
    String help = dfs("train", "--help").out();
    for (Number value :
        new Number[] {
          defaults.epochs(),
          defaults.batch(),
          defaults.peakRate(),
          defaults.labelSmoothing(),
          defaults.warmUpFraction()
        }) {
      assertThat(help).contains("(default: " + value + ")");
    }
    assertThat(defaults.weightDecay()).isEqualTo(5e-4f);
    assertThat(help).contains("(default: 5e-4)");
    assertThat(Models.names())
        .allSatisfy(name -> assertThat(help).contains(name.replace("resnet", "")));
  }

  @Test
  void whatIsNotAskedForStaysAsItIs() {
    var options = new RecipeOptions();
    TrainingOptions base = TrainingOptions.DEFAULTS.withEpochs(3).withSeed(9);
    assertThat(options.over(base, null)).isEqualTo(base);
    options.batch = 7;
    assertThat(options.over(base, 5L)).isEqualTo(base.withBatch(7).withSeed(5));
  }

  @Test
  void valuesOutOfRangeAreWrongCalls() {
    var options = new RecipeOptions();
    options.labelSmoothing = 1f;
    assertThatThrownBy(() -> options.over(TrainingOptions.DEFAULTS, null))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("label smoothing");
  }
}
