package io.dfsnet.nn.train;

import io.dfsnet.engine.SoftmaxCrossEntropy;
import io.dfsnet.engine.Targets;
import io.dfsnet.engine.Workers;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.engine.autograd.Variable;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.data.Batch;
import io.dfsnet.nn.data.ImageSet;

/**
 * What a training makes small: the cross entropy with the labels, smoothed and mixed, and the
 * distance to a teacher, see {@link Distillation}.
 *
 * @param teacherOrNull whom to learn from
 */
record Objective(float labelSmoothing, Distillation distillation, Teacher teacherOrNull) {

  static Objective of(
      TrainingOptions options, Model teacherOrNull, ImageSet images, Workers workers) {
    Distillation distillation = options.distillation();
    if (distillation.hasTeacher() != (teacherOrNull != null)) {
      throw new TrainingException(
          distillation.hasTeacher()
              ? "distill-weight " + distillation.weight() + " needs a teacher, and there is none"
              : "there is a teacher, but its distill-weight is 0");
    }
    Teacher teacher =
        teacherOrNull == null
            ? null
            : new Teacher(
                teacherOrNull, distillation.temperature(), images, options.batch(), workers);
    return new Objective(options.regularization().labelSmoothing(), distillation, teacher);
  }

  /** What the teacher is called; empty if there is none. */
  String teacher() {
    return teacherOrNull == null ? "" : teacherOrNull.toString();
  }

  /**
   * The loss of a batch.
   *
   * @param weight how much of its own image a mixed image has; 1 if nothing is mixed
   */
  Loss of(Tape tape, Variable logits, Batch batch, float weight) {
    Variable hard =
        tape.softmaxCrossEntropy(logits, targets(batch.labels(), logits.shape().size(1), weight));
    return teacherOrNull == null
        ? new Loss(hard, value(hard))
        : distilled(tape, logits, batch, hard);
  }

  private Targets targets(int[] labels, int classes, float weight) {
    return weight == 1f
        ? new Targets.Classes(labels, labelSmoothing)
        : new Targets.Probabilities(Mixup.targets(labels, classes, labelSmoothing, weight));
  }

  /**
   * {@code KL(teacher || student)} is their cross entropy less the entropy of the teacher, which is
   * no matter of the student's weights.
   */
  private Loss distilled(Tape tape, Variable logits, Batch batch, Variable hard) {
    int n = logits.shape().size(0);
    int classes = logits.shape().size(1);
    float temperature = distillation.temperature();
    float factor = distillation.weight() * temperature * temperature;
    float[] wanted = teacherOrNull.probabilities(batch.images().data(), classes);
    Variable soft =
        tape.softmaxCrossEntropy(
            tape.scale(logits, 1 / temperature), new Targets.Probabilities(wanted));
    Variable sum = tape.add(tape.scale(soft, factor), tape.scale(hard, 1 - distillation.weight()));
    return new Loss(sum, value(sum) - factor * SoftmaxCrossEntropy.entropy(n, classes, wanted));
  }

  private static float value(Variable scalar) {
    return scalar.value().data()[0];
  }
}
