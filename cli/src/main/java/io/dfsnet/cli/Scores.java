package io.dfsnet.cli;

import io.dfsnet.engine.SoftmaxCrossEntropy;
import java.util.Arrays;

/** Adds up how well logits tell the classes of images. */
final class Scores {
  private static final int TOP = 5;

  private int images;
  private int first;
  private int amongTop;
  private double loss;

  /** One more image. */
  void add(float[] logits, int label) {
    int[] wanted = {label};
    images++;
    first += SoftmaxCrossEntropy.correct(1, logits.length, logits, wanted);
    amongTop += rank(logits, label) < TOP ? 1 : 0;
    loss += SoftmaxCrossEntropy.loss(1, logits.length, logits, wanted, 0f);
  }

  /**
   * Some more images.
   *
   * @param logits one row after another
   */
  void addAll(float[] logits, int[] labels) {
    int classes = logits.length / labels.length;
    for (int i = 0; i < labels.length; i++) {
      add(Arrays.copyOfRange(logits, i * classes, (i + 1) * classes), labels[i]);
    }
  }

  int images() {
    return images;
  }

  /** How often the label has the largest logit, 0 to 1. */
  double top1() {
    return (double) first / images;
  }

  /** How often the label is among the five largest logits, 0 to 1. */
  double top5() {
    return (double) amongTop / images;
  }

  /** The mean cross entropy, without label smoothing. */
  double loss() {
    return loss / images;
  }

  /**
   * How many classes stand before the label, largest logit first, of equal ones the lowest class
   * first. NaN stands before everything, so that a broken network never looks right.
   */
  private static int rank(float[] logits, int label) {
    int before = 0;
    for (int k = 0; k < logits.length; k++) {
      boolean ahead = !(logits[k] <= logits[label]) || logits[k] == logits[label] && k < label;
      before += ahead ? 1 : 0;
    }
    return before;
  }
}
