package io.dfsnet.engine;

/**
 * Softmax over the logits of a row and the cross-entropy loss behind it.
 *
 * <pre>
 * probability[k] = exp(logit[k]) / sum over j of exp(logit[j])
 * target[k]      = (1 - smoothing) * (1 if k is the label, else 0) + smoothing / classes
 *                  of {@link Targets.Classes}, or given as it is by {@link Targets.Probabilities}
 * loss           = mean over the rows of  -sum over k of target[k] * log(probability[k])
 * gradLogits[k]  = (probability[k] * sum of the target - target[k]) / rows
 * </pre>
 *
 * <p>A row's largest logit is subtracted from all before the exponential, which changes no
 * probability and lets nothing overflow. Exponentials and sums are in double, with {@link
 * StrictMath} so that every machine computes the same bits. Logits are {@code [rows, classes]}.
 */
public final class SoftmaxCrossEntropy {
  /** How far the sum of a row's float probabilities may be from 1. */
  private static final double MASS_TOLERANCE = 1e-3;

  private SoftmaxCrossEntropy() {}

  /** The probabilities of every row; {@code probabilities} may be the same array as the logits. */
  public static void softmax(int rows, int classes, float[] logits, float[] probabilities) {
    requireLogits("softmax", rows, classes, logits);
    Require.length("softmax", "probabilities", probabilities, logits.length);
    for (int from = 0; from < logits.length; from += classes) {
      float largest = largest(logits, from, classes);
      double sum = sumOfExponentials(logits, from, classes, largest);
      for (int i = from; i < from + classes; i++) {
        probabilities[i] = (float) (StrictMath.exp((double) logits[i] - largest) / sum);
      }
    }
  }

  /** The mean loss of the rows. */
  public static float loss(int rows, int classes, float[] logits, Targets targets) {
    requireTargets(rows, classes, logits, targets);
    double loss = 0;
    for (int row = 0; row < rows; row++) {
      int from = row * classes;
      float largest = largest(logits, from, classes);
      double logSum = StrictMath.log(sumOfExponentials(logits, from, classes, largest)) + largest;
      // -sum(target * (logit - logSum)) = logSum * sum(target) - sum(target * logit)
      loss += logSum * mass(targets, row, classes) - expected(logits, row, classes, targets);
    }
    return (float) (loss / rows);
  }

  /** The mean loss of the rows for {@link Targets.Classes}. */
  public static float loss(int rows, int classes, float[] logits, int[] labels, float smoothing) {
    return loss(rows, classes, logits, new Targets.Classes(labels, smoothing));
  }

  /**
   * The derivative of the loss; overwrites {@code gradLogits}.
   *
   * @param gradLoss the gradient of the loss itself, a factor of all others
   */
  public static void gradient(
      int rows, int classes, float[] logits, Targets targets, float gradLoss, float[] gradLogits) {
    requireTargets(rows, classes, logits, targets);
    Require.length("softmaxCrossEntropy", "gradLogits", gradLogits, logits.length);
    double factor = (double) gradLoss / rows;
    for (int row = 0; row < rows; row++) {
      int from = row * classes;
      float largest = largest(logits, from, classes);
      double sum = sumOfExponentials(logits, from, classes, largest);
      double mass = mass(targets, row, classes);
      for (int k = 0; k < classes; k++) {
        double probability = StrictMath.exp((double) logits[from + k] - largest) / sum;
        double target = target(targets, row, k, classes);
        gradLogits[from + k] = (float) (factor * (probability * mass - target));
      }
    }
  }

  /**
   * The mean entropy of the rows: what the loss cannot fall below with these targets.
   *
   * @param probabilities {@code [rows, classes]}
   */
  public static double entropy(int rows, int classes, float[] probabilities) {
    Require.length("entropy", "probabilities", probabilities, Math.multiplyExact(rows, classes));
    double entropy = 0;
    for (float probability : probabilities) {
      if (probability > 0) {
        entropy -= probability * StrictMath.log(probability);
      }
    }
    return entropy / rows;
  }

  /** How many rows have their largest logit at their label; a row with NaN is not one of them. */
  public static int correct(int rows, int classes, float[] logits, int[] labels) {
    requireTargets(rows, classes, logits, new Targets.Classes(labels, 0f));
    int correct = 0;
    for (int row = 0; row < rows; row++) {
      if (argmax(logits, row * classes, classes) == labels[row]) {
        correct++;
      }
    }
    return correct;
  }

  /** The class of the largest logit, the first of equal ones; -1 if one is NaN. */
  private static int argmax(float[] logits, int from, int classes) {
    float largest = largest(logits, from, classes);
    for (int k = 0; k < classes; k++) {
      if (logits[from + k] == largest) {
        return k;
      }
    }
    return -1;
  }

  /** NaN if there is one in the row, so that it reaches the loss. */
  private static float largest(float[] logits, int from, int classes) {
    float largest = logits[from];
    for (int i = from + 1; i < from + classes; i++) {
      largest = Math.max(largest, logits[i]);
    }
    return largest;
  }

  private static double sumOfExponentials(float[] logits, int from, int classes, float largest) {
    double sum = 0;
    for (int i = from; i < from + classes; i++) {
      sum += StrictMath.exp((double) logits[i] - largest);
    }
    return sum;
  }

  private static double mean(float[] logits, int from, int classes) {
    double sum = 0;
    for (int i = from; i < from + classes; i++) {
      sum += logits[i];
    }
    return sum / classes;
  }

  private static void requireLogits(String operation, int rows, int classes, float[] logits) {
    if (rows < 1 || classes < 1) {
      throw new ShapeException(
          operation, "needs at least one row and one class, found " + rows + " and " + classes);
    }
    Require.length(operation, "logits", logits, Math.multiplyExact(rows, classes));
  }

  /** How much all targets of a row are together. */
  private static double mass(Targets targets, int row, int classes) {
    return switch (targets) {
      case Targets.Classes _ -> 1;
      case Targets.Probabilities(float[] probabilities) -> {
        double sum = 0;
        for (int k = 0; k < classes; k++) {
          sum += probabilities[row * classes + k];
        }
        yield sum;
      }
    };
  }

  /** The sum of a row's logits, each times its target. */
  private static double expected(float[] logits, int row, int classes, Targets targets) {
    int from = row * classes;
    return switch (targets) {
      case Targets.Classes(int[] labels, float smoothing) -> {
        double expected = (1.0 - smoothing) * logits[from + labels[row]];
        yield smoothing > 0 ? expected + smoothing * mean(logits, from, classes) : expected;
      }
      case Targets.Probabilities(float[] probabilities) -> {
        double expected = 0;
        for (int i = from; i < from + classes; i++) {
          // A class that is ruled out may have the logit -infinity.
          if (probabilities[i] > 0) {
            expected += (double) probabilities[i] * logits[i];
          }
        }
        yield expected;
      }
    };
  }

  private static double target(Targets targets, int row, int k, int classes) {
    return switch (targets) {
      case Targets.Classes(int[] labels, float smoothing) ->
          (double) smoothing / classes + (k == labels[row] ? 1.0 - smoothing : 0.0);
      case Targets.Probabilities(float[] probabilities) -> probabilities[row * classes + k];
    };
  }

  private static void requireTargets(int rows, int classes, float[] logits, Targets targets) {
    requireLogits("softmaxCrossEntropy", rows, classes, logits);
    switch (targets) {
      case Targets.Classes(int[] labels, float smoothing) ->
          requireLabels(rows, classes, labels, smoothing);
      case Targets.Probabilities(float[] probabilities) -> {
        Require.length("softmaxCrossEntropy", "probabilities", probabilities, logits.length);
        for (int row = 0; row < rows; row++) {
          requireProbabilities(probabilities, row, classes, mass(targets, row, classes));
        }
      }
    }
  }

  private static void requireProbabilities(
      float[] probabilities, int row, int classes, double mass) {
    boolean positive = true;
    for (int i = row * classes; i < (row + 1) * classes; i++) {
      positive &= probabilities[i] >= 0;
    }
    if (!positive || !(Math.abs(mass - 1) <= MASS_TOLERANCE)) {
      throw new IllegalArgumentException(
          "softmaxCrossEntropy: the targets of row "
              + row
              + " must be at least 0 with a sum of 1, found the sum "
              + mass
              + (positive ? "" : " with negative ones"));
    }
  }

  private static void requireLabels(int rows, int classes, int[] labels, float smoothing) {
    if (labels.length != rows) {
      throw new ShapeException(
          "softmaxCrossEntropy", rows + " rows need as many labels, found " + labels.length);
    }
    for (int row = 0; row < rows; row++) {
      if (labels[row] < 0 || labels[row] >= classes) {
        throw new IllegalArgumentException(
            "softmaxCrossEntropy: label "
                + labels[row]
                + " of row "
                + row
                + " is not one of "
                + classes
                + " classes");
      }
    }
    if (!(smoothing >= 0 && smoothing <= 1)) {
      throw new IllegalArgumentException(
          "softmaxCrossEntropy: label smoothing must be from 0 to 1, found " + smoothing);
    }
  }
}
