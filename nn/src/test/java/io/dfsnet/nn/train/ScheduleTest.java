package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
  private static final Span TWENTY = new Span(4, 5);

  @Test
  void risesAlongALineAndFallsAlongACosine() {
    var cosine = new Schedule.Cosine(0.2f, 0f, 0.2f);
    float[] expected = {
      0.05f, 0.1f, 0.15f, 0.2f, 0.2f, 0.1980785f, 0.1923880f, 0.1831470f, 0.1707107f
    };
    for (int step = 0; step < expected.length; step++) {
      assertThat(cosine.at(step, TWENTY))
          .as("step %d", step)
          .isCloseTo(expected[step], within(1e-6f));
    }
    assertThat(cosine.at(12, TWENTY)).isCloseTo(0.1f, within(1e-6f));
    assertThat(cosine.at(19, TWENTY)).isCloseTo(0.0019215f, within(1e-6f));
  }

  @Test
  void aCosineMayEndAboveZero() {
    var cosine = new Schedule.Cosine(0.2f, 0.1f, 0.2f);
    assertThat(cosine.at(12, TWENTY)).isCloseTo(0.15f, within(1e-6f));
    assertThat(cosine.at(19, TWENTY)).isCloseTo(0.1009607f, within(1e-6f));
  }

  @Test
  void aTrainingMayHaveNoWarmUpAndMayBeAllWarmUp() {
    assertThat(new Schedule.Cosine(0.2f, 0f, 0f).at(0, TWENTY)).isEqualTo(0.2f);
    assertThat(new Schedule.Cosine(0.2f, 0f, 1f).at(19, TWENTY)).isEqualTo(0.2f);
  }

  /** 0.1 of 30 epochs of 390 steps. */
  @Test
  void theWarmUpIsAPartOfAllSteps() {
    var span = new Span(30, 390);
    Schedule schedule = TrainingOptions.DEFAULTS.schedule();
    assertThat(schedule.at(1169, span)).isEqualTo(0.2f);
    assertThat(schedule.at(1168, span)).isLessThan(0.2f);
    assertThat(schedule.at(1170, span)).isEqualTo(0.2f);
    assertThat(schedule.at(1300, span)).isLessThan(0.2f);
  }

  @Test
  void constantStaysAtItsPeak() {
    var constant = new Schedule.Constant(0.2f, 0.2f);
    assertThat(constant.at(0, TWENTY)).isCloseTo(0.05f, within(1e-9f));
    assertThat(constant.at(3, TWENTY)).isEqualTo(0.2f);
    assertThat(constant.at(19, TWENTY)).isEqualTo(0.2f);
  }

  /** torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[1, 3], gamma=0.1). */
  @Test
  void stepsDownAfterItsMilestones() {
    var steps = new Schedule.Steps(0.2f, List.of(1, 3), 0.1f, 0f);
    float[] expected = {0.2f, 0.02f, 0.02f, 0.002f};
    for (int step = 0; step < 20; step++) {
      assertThat(steps.at(step, TWENTY))
          .as("step %d", step)
          .isCloseTo(expected[step / 5], within(1e-8f));
    }
    assertThat(Schedule.Steps.every(3, 10)).containsExactly(3, 6, 9);
    assertThat(Schedule.Steps.every(3, 9)).containsExactly(3, 6);
  }

  /**
   * torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=20, pct_start=0.3,
   * div_factor=25, final_div_factor=1e4, base_momentum=0.85, max_momentum=0.95). By its formulas
   * the rise ends at step 0.3 * 20 - 1 = 5 and the fall at step 19; both go along half a cosine.
   */
  @ParameterizedTest
  @CsvSource({
    "0, 0.004, 0.95",
    "1, 0.0131671843, 0.9404508497",
    "2, 0.0371671843, 0.9154508497",
    "3, 0.0668328157, 0.8845491503",
    "5, 0.1, 0.85",
    "6, 0.0987464006, 0.8512536043",
    "12, 0.0500002, 0.9",
    "18, 0.0012539994, 0.9487463956",
    "19, 0.0000004, 0.95",
  })
  void oneCycleIsTorchs(long step, double rate, double momentum) {
    var cycle = new Schedule.OneCycle(0.1f, 0.1f / 25 / 1e4f, 0.3f, 25f, 0.1f);
    assertThat((double) cycle.at(step, TWENTY)).isCloseTo(rate, within(2e-8));
    assertThat((double) cycle.momentum(0.95f, step, TWENTY)).isCloseTo(momentum, within(2e-7));
  }

  @Test
  void oneCycleMayOnlyFallOrOnlyRise() {
    var falls = new Schedule.OneCycle(0.1f, 0f, 0f, 25f, 0.1f);
    assertThat(falls.at(0, TWENTY)).isEqualTo(0.1f);
    assertThat(falls.at(19, TWENTY)).isEqualTo(0f);
    var rises = new Schedule.OneCycle(0.1f, 0f, 1f, 25f, 0.1f);
    assertThat(rises.at(0, TWENTY)).isCloseTo(0.004f, within(1e-9f));
    assertThat(rises.at(19, TWENTY)).isEqualTo(0.1f);
    assertThat(rises.at(0, new Span(1, 1))).isEqualTo(0.1f);
  }

  @Test
  void aTrainingHasNoMoreStepsThanAnIntCounts() {
    assertThatThrownBy(() -> new Span(1 << 16, 1 << 16))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("take fewer epochs");
    assertThatThrownBy(() -> new Span(0, 1)).isInstanceOf(TrainingException.class);
  }

  @Test
  void otherSchedulesLeaveTheMomentumAlone() {
    assertThat(new Schedule.Constant(0.2f, 0.2f).momentum(0.7f, 3, TWENTY)).isEqualTo(0.7f);
  }

  @Test
  void stepsThatTheTrainingDoesNotHaveAreRefused() {
    for (Schedule schedule :
        List.of(
            new Schedule.Constant(1f, 0f),
            new Schedule.Cosine(1f, 0f, 0f),
            new Schedule.Steps(1f, List.of(1), 0.1f, 0f),
            new Schedule.OneCycle(1f, 0f, 0.3f, 25f, 0f))) {
      assertThatThrownBy(() -> schedule.at(20, TWENTY)).hasMessageContaining("step 20");
      assertThatThrownBy(() -> schedule.at(-1, TWENTY)).hasMessageContaining("step -1");
    }
  }
}
