package io.dfsnet.engine;

/**
 * Softmax over the logits of a row and the cross-entropy loss behind it, with label smoothing
 * (Szegedy et al., 2016).
 *
 * <pre>
 * probability[k] = exp(logit[k]) / sum over j of exp(logit[j])
 * target[k]      = (1 - smoothing) * (1 if k is the label, else 0) + smoothing / classes
 * loss           = mean over the rows of  -sum over k of target[k] * log(probability[k])
 * gradLogits[k]  = (probability[k] - target[k]) / rows
 * </pre>
 *
 * <p>A row's largest logit is subtracted from all before the exponential, which changes no
 * probability and lets nothing overflow. Exponentials and sums are in double, with {@link
 * StrictMath} so that every machine computes the same bits. Logits are {@code [rows, classes]}.
 */
public final class SoftmaxCrossEntropy {
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

  /**
   * The mean loss of the rows.
   *
   * @param labels the right class of every row
   * @param smoothing how much of the target is spread over all classes, from 0 to 1
   */
  public static float loss(int rows, int classes, float[] logits, int[] labels, float smoothing) {
    requireLabels(rows, classes, logits, labels, smoothing);
    double loss = 0;
    for (int row = 0; row < rows; row++) {
      int from = row * classes;
      float largest = largest(logits, from, classes);
      double logSum = StrictMath.log(sumOfExponentials(logits, from, classes, largest)) + largest;
      // The targets sum to 1, so -sum(target * (logit - logSum)) = logSum - sum(target * logit).
      double expected = (1.0 - smoothing) * logits[from + labels[row]];
      if (smoothing > 0) {
        expected += smoothing * mean(logits, from, classes);
      }
      loss += logSum - expected;
    }
    return (float) (loss / rows);
  }

  /**
   * The derivative of {@link #loss}; overwrites {@code gradLogits}.
   *
   * @param gradLoss the gradient of the loss itself, a factor of all others
   */
  public static void gradient(
      int rows,
      int classes,
      float[] logits,
      int[] labels,
      float smoothing,
      float gradLoss,
      float[] gradLogits) {
    requireLabels(rows, classes, logits, labels, smoothing);
    Require.length("softmaxCrossEntropy", "gradLogits", gradLogits, logits.length);
    double factor = (double) gradLoss / rows;
    double spread = (double) smoothing / classes;
    for (int row = 0; row < rows; row++) {
      int from = row * classes;
      float largest = largest(logits, from, classes);
      double sum = sumOfExponentials(logits, from, classes, largest);
      for (int k = 0; k < classes; k++) {
        double probability = StrictMath.exp((double) logits[from + k] - largest) / sum;
        double target = spread + (k == labels[row] ? 1.0 - smoothing : 0.0);
        gradLogits[from + k] = (float) (factor * (probability - target));
      }
    }
  }

  /** How many rows have their largest logit at their label; a row with NaN is not one of them. */
  public static int correct(int rows, int classes, float[] logits, int[] labels) {
    requireLabels(rows, classes, logits, labels, 0f);
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

  private static void requireLabels(
      int rows, int classes, float[] logits, int[] labels, float smoothing) {
    requireLogits("softmaxCrossEntropy", rows, classes, logits);
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
