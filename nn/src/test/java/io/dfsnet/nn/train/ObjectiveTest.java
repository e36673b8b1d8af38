package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.engine.autograd.Variable;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.data.Batch;
import io.dfsnet.nn.data.Batches;
import io.dfsnet.nn.data.ImageSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The loss against its formula, written out in double from the logits alone. */
class ObjectiveTest {
  private static final Workers WORKERS = new Workers(1);
  private static final int BATCH = 6;
  private static final float SMOOTHING = 0.1f;
  private static final ImageSet IMAGES = Toy.images(12, 3);
  private static final Model TEACHER = teacher();

  private final Batch batch = new Batches(IMAGES, BATCH, Augmentation.NONE, 1).get(0, 0);
  private final double[] taught = logits(TEACHER);

  @AfterAll
  static void close() {
    WORKERS.close();
  }

  @ParameterizedTest
  @CsvSource({"1, 0, 1", "1, 0, 0.7", "4, 0.9, 1", "2, 0.5, 0.8", "1, 1, 1"})
  void lossAndGradientAreThoseOfTheFormula(float temperature, float share, float weight) {
    var distillation = new Distillation(temperature, share);
    TrainingOptions options =
        Toy.with(
            change ->
                change
                    .batch(BATCH)
                    .distillation(distillation)
                    .regularization(new Regularization(0f, SMOOTHING)));
    Objective objective = Objective.of(options, share > 0 ? TEACHER : null, IMAGES, WORKERS);
    Tensor logits = Tensor.zeros(BATCH, Toy.CLASSES);
    for (int i = 0; i < logits.data().length; i++) {
      logits.data()[i] = (float) Math.sin(3 * i + 1) * 2;
    }
    var tape = new Tape(WORKERS);
    Variable variable = tape.parameter(logits);
    Loss loss = objective.of(tape, variable, batch, weight);
    tape.backward(loss.variable());

    double[] values = new double[logits.data().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = logits.data()[i];
    }
    assertThat(loss.value()).isCloseTo(formula(values, distillation, weight), within(2e-6));
    for (int i = 0; i < values.length; i++) {
      double kept = values[i];
      values[i] = kept + 1e-5;
      double above = formula(values, distillation, weight);
      values[i] = kept - 1e-5;
      double below = formula(values, distillation, weight);
      values[i] = kept;
      assertThat((double) variable.gradient().data()[i])
          .as("logit %d", i)
          .isCloseTo((above - below) / 2e-5, within(1e-6));
    }
  }

  @Test
  void aStudentThatSaysWhatItsTeacherSaysHasNoLoss() {
    TrainingOptions options =
        Toy.with(change -> change.batch(BATCH).distillation(new Distillation(3f, 1f)));
    Objective objective = Objective.of(options, TEACHER, IMAGES, WORKERS);
    Tensor logits = Tensor.zeros(BATCH, Toy.CLASSES);
    for (int i = 0; i < taught.length; i++) {
      logits.data()[i] = (float) taught[i];
    }
    var tape = new Tape(WORKERS);
    assertThat(objective.of(tape, tape.parameter(logits), batch, 1f).value())
        .isCloseTo(0, within(1e-5));
  }

  @Test
  void aTeacherOfOtherClassesIsRefused() {
    var net = Network.builder("more");
    String x = net.add("flat", new Op.Flatten(), net.input(1, 8, 8));
    net.add("fc", new Op.Linear(64, 5, true, 1), x);
    Model other = Model.initial(net.build(), 1);
    TrainingOptions options =
        Toy.with(change -> change.distillation(new Distillation(3f, 1f)).epochs(1));
    var trainer = Trainer.of(Toy.model(), Toy.images(32, 1), options, WORKERS, other);
    assertThatThrownBy(() -> trainer.epoch(ProgressListener.NONE))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("tells 5 classes and its student 4");
  }

  private double formula(double[] logits, Distillation distillation, double weight) {
    int[] labels = batch.labels();
    double temperature = distillation.temperature();
    double hard = 0;
    double divergence = 0;
    for (int row = 0; row < BATCH; row++) {
      for (int k = 0; k < Toy.CLASSES; k++) {
        double target =
            SMOOTHING / Toy.CLASSES
                + (1 - SMOOTHING)
                    * ((labels[row] == k ? weight : 0)
                        + (labels[BATCH - 1 - row] == k ? 1 - weight : 0));
        hard -= target * Math.log(probability(logits, row, k, 1));
        double wanted = probability(taught, row, k, temperature);
        divergence += wanted * Math.log(wanted / probability(logits, row, k, temperature));
      }
    }
    double share = distillation.weight();
    return (share * temperature * temperature * divergence + (1 - share) * hard) / BATCH;
  }

  private static double probability(double[] logits, int row, int k, double temperature) {
    double sum = 0;
    for (int j = 0; j < Toy.CLASSES; j++) {
      sum += Math.exp(logits[row * Toy.CLASSES + j] / temperature);
    }
    return Math.exp(logits[row * Toy.CLASSES + k] / temperature) / sum;
  }

  /** What a model says of the batch, through the tape and not the session that a teacher uses. */
  private double[] logits(Model model) {
    var tape = new Tape(WORKERS);
    Variable logits =
        Forward.run(
            model.network(),
            tape,
            tape.constant(batch.images()),
            new WeightsBinding(model.weights(), 0.1f),
            Forward.Mode.INFERENCE);
    double[] values = new double[BATCH * Toy.CLASSES];
    for (int i = 0; i < values.length; i++) {
      values[i] = logits.value().data()[i];
    }
    return values;
  }

  private static Model teacher() {
    return Model.initial(Toy.network(), 8);
  }
}
