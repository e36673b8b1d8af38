package io.dfsnet.nn.train;

/**
 * How much a network learns from another one ("Distilling the Knowledge in a Neural Network",
 * Hinton, Vinyals and Dean, 2015):
 *
 * <pre>
 * loss = weight * T^2 * KL(softmax(teacher / T) || softmax(student / T))
 *      + (1 - weight) * cross entropy of the student
 * </pre>
 *
 * <p>The factor T^2 keeps the size of the gradients, which fall with its inverse.
 *
 * @param temperature T, above 0: the higher, the more of the teacher's doubts is learnt
 * @param weight of the teacher against the labels, 0 to 1; 0 if there is no teacher
 */
public record Distillation(float temperature, float weight) {
  /** No teacher. */
  public static final Distillation NONE = new Distillation(1f, 0f);

  public Distillation {
    TrainingException.require(
        temperature > 0 && temperature <= 1000,
        "temperature",
        temperature,
        "must be above 0 and at most 1000");
    TrainingException.require(
        weight >= 0 && weight <= 1, "distill-weight", weight, "must be from 0 to 1");
  }

  /** Whether a teacher is needed. */
  public boolean hasTeacher() {
    return weight > 0;
  }
}
