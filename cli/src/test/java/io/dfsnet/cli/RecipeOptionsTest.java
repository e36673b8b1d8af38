package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.train.Distillation;
import io.dfsnet.nn.train.EarlyStopping;
import io.dfsnet.nn.train.Optimizer;
import io.dfsnet.nn.train.Regularization;
import io.dfsnet.nn.train.Schedule;
import io.dfsnet.nn.train.TrainingOptions;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RecipeOptionsTest {
  private static final TrainingOptions DEFAULTS = TrainingOptions.DEFAULTS;

  @Test
  void helpTellsTheDefaultsAndTheModels() {
    String help = dfs("train", "--help").out();
    for (Object value :
        List.of(
            DEFAULTS.epochs(),
            DEFAULTS.batch(),
            DEFAULTS.optimizer().momentum(),
            DEFAULTS.regularization().labelSmoothing(),
            DEFAULTS.augmentation().pad())) {
      assertThat(help).contains("(default: " + value + ")");
    }
    assertThat(DEFAULTS.schedule()).isEqualTo(new Schedule.Cosine(0.2f, 0f, 0.1f));
    assertThat(help).contains("(default: 0.2;", "(default: 0.1;");
    assertThat(DEFAULTS.regularization().weightDecay()).isEqualTo(5e-4f);
    assertThat(help).contains("(default: 5e-4)");
    assertThat(Models.names())
        .allSatisfy(name -> assertThat(help).contains(name.replace("resnet", "")));
  }

  @Test
  void whatIsNotAskedForStaysAsItIs() {
    TrainingOptions base =
        DEFAULTS.toBuilder()
            .epochs(9)
            .optimizer(new Optimizer.AdamW(0.8f, 0.7f, 1e-6f))
            .schedule(new Schedule.OneCycle(0.3f, 0.01f, 0.4f, 20f, 0.05f))
            .regularization(new Regularization(0.1f, 0.2f))
            .seed(9)
            .build();
    assertThat(over(base)).isEqualTo(base);
    assertThat(over(DEFAULTS)).isEqualTo(DEFAULTS);
    assertThat(over(base, "--batch", "7")).isEqualTo(base.toBuilder().batch(7).build());
    assertThat(new RecipeOptions().over(base, 5L)).isEqualTo(base.toBuilder().seed(5).build());
    assertThat(over(base, "--beta2", "0.75", "--rate", "0.2"))
        .isEqualTo(
            base.toBuilder()
                .optimizer(new Optimizer.AdamW(0.8f, 0.75f, 1e-6f))
                .peakRate(0.2f)
                .build());
  }

  @Test
  void anotherOptimizerOrScheduleHasDefaultsOfItsOwn() {
    TrainingOptions options = over(DEFAULTS, "--optimizer", "adamw");
    assertThat(options.optimizer()).isEqualTo(Optimizer.AdamW.DEFAULTS);
    assertThat(options.schedule()).isEqualTo(new Schedule.Cosine(0.001f, 0f, 0.1f));
    assertThat(over(DEFAULTS, "--optimizer", "adamw", "--rate", "0.01").schedule().peak())
        .isEqualTo(0.01f);
    assertThat(over(options, "--optimizer", "sgd").optimizer()).isEqualTo(DEFAULTS.optimizer());
    assertThat(over(options, "--optimizer", "sgd").schedule()).isEqualTo(DEFAULTS.schedule());
    assertThat(over(DEFAULTS, "--schedule", "one-cycle").schedule())
        .isEqualTo(new Schedule.OneCycle(0.2f, 0f, 0.3f, 25f, 0.1f));
    assertThat(over(DEFAULTS, "--schedule", "step", "--epochs", "40").schedule())
        .isEqualTo(new Schedule.Steps(0.2f, List.of(20, 30), 0.1f, 0.1f));
    assertThat(over(DEFAULTS, "--schedule", "step", "--milestones", "3,4", "--step-factor", "0.5"))
        .extracting(TrainingOptions::schedule)
        .isEqualTo(new Schedule.Steps(0.2f, List.of(3, 4), 0.5f, 0.1f));
    assertThat(over(DEFAULTS, "--schedule", "step", "--step-every", "10").schedule())
        .isEqualTo(new Schedule.Steps(0.2f, List.of(10, 20), 0.1f, 0.1f));
  }

  @Test
  void fewEpochsHaveFewMilestones() {
    assertThat(step(2)).isEqualTo(List.of(1));
    assertThat(step(3)).isEqualTo(List.of(1, 2));
    assertThat(step(4)).isEqualTo(List.of(2, 3));
    assertRefused("take at least 2 epochs", "--schedule", "step", "--epochs", "1");
    assertThat(over(DEFAULTS, "--epochs", "1").epochs()).isEqualTo(1);
  }

  private static List<Integer> step(int epochs) {
    TrainingOptions options = over(DEFAULTS, "--schedule", "step", "--epochs", "" + epochs);
    return ((Schedule.Steps) options.schedule()).milestones();
  }

  @Test
  void valuesOutOfRangeAreWrongCalls() {
    assertRefused(
        "--label-smoothing must be from 0 and below 1, found 1.0", "--label-smoothing", "1");
    assertRefused("--rate must be above 0", "--rate", "-1");
    assertRefused("numbers are finite", "--rate", "NaN");
    assertRefused("--optimizer 'adam' is unknown; known are sgd, adamw", "--optimizer", "adam");
    assertRefused("--schedule 'cos' is unknown; known are cosine", "--schedule", "cos");
    assertRefused("--crop", "--crop", "1000");
    assertRefused(
        "--milestones must be below the 5",
        "--schedule",
        "step",
        "--milestones",
        "5",
        "--epochs",
        "5");
    assertRefused("--step-every", "--schedule", "step", "--step-every", "30");
    assertRefused(
        "--milestones: not with --step-every",
        "--schedule",
        "step",
        "--step-every",
        "3",
        "--milestones",
        "3");
  }

  @Test
  void optionsThatNothingReadsAreWrongCalls() {
    assertRefused("--beta1: is not read with --optimizer sgd", "--beta1", "0.9");
    assertRefused(
        "--momentum: is not read with --optimizer adamw",
        "--optimizer",
        "adamw",
        "--momentum",
        "0.9");
    assertRefused("--milestones: is not read with", "--milestones", "3");
    assertRefused("--step-every: is not read with", "--step-every", "3");
  }

  @Test
  void aTeacherHasItsOwnOptions() {
    assertThat(over(DEFAULTS, "--teacher", "runs/large").distillation())
        .isEqualTo(new Distillation(4f, 0.9f));
    TrainingOptions taught = over(DEFAULTS, "--teacher", "x", "--temperature", "2");
    assertThat(taught.distillation()).isEqualTo(new Distillation(2f, 0.9f));
    assertThat(over(taught, "--distill-weight", "0.5").distillation())
        .isEqualTo(new Distillation(2f, 0.5f));
    assertRefused("--temperature: is about a teacher", "--temperature", "2");
    assertRefused("--distill-weight: is about a teacher", "--distill-weight", "0.5");
    assertRefused("must be above 0", "--teacher", "x", "--distill-weight", "0");
  }

  @Test
  void mixingAndAveragingAreOffUnlessAskedFor() {
    assertThat(DEFAULTS.regularization()).isEqualTo(new Regularization(5e-4f, 0.1f, 0f, 0f));
    assertThat(over(DEFAULTS, "--mixup", "0.2", "--clip-norm", "5").regularization())
        .isEqualTo(new Regularization(5e-4f, 0.1f, 0.2f, 5f));
    assertThat(over(DEFAULTS, "--ema", "0.99").averageDecay()).isEqualTo(0.99f);
    assertThat(over(DEFAULTS, "--cutout", "8", "--flip", "false", "--crop", "2").augmentation())
        .isEqualTo(new Augmentation(2, false, 8));
    assertRefused("--ema must be from 0 and below 1", "--ema", "1");
    assertRefused("--mixup must be 0, or from 0.001", "--mixup", "1e-5");
    assertRefused("--clip-norm must be", "--clip-norm", "-1");
    assertRefused(
        "--distill-weight must be from 0 to 1", "--teacher", "x", "--distill-weight", "2");
  }

  @Test
  void patienceMayBeChangedAlone() {
    var stopping = new StoppingOptions();
    assertThat(stopping.over(null)).isNull();
    stopping.minimalGain = 0.01;
    assertThat(stopping.over(new EarlyStopping(3, 0))).isEqualTo(new EarlyStopping(3, 0.01));
    assertThatThrownBy(() -> stopping.over(null))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--min-gain: is about early stopping");
    stopping.patience = 0;
    assertThatThrownBy(() -> stopping.over(null))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--patience must be at least 1");
  }

  private static void assertRefused(String message, String... asked) {
    assertThatThrownBy(() -> over(DEFAULTS, asked))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  private static TrainingOptions over(TrainingOptions base, String... asked) {
    var options = new RecipeOptions();
    new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(options)).parseArgs(asked);
    return options.over(base, null);
  }
}
