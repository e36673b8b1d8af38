package io.dfsnet.engine;

/** What {@link SoftmaxCrossEntropy} compares the probabilities of each row with. */
public sealed interface Targets {

  /**
   * One right class for each row, part of which may be spread over all classes ("Rethinking the
   * Inception Architecture", Szegedy et al., 2016).
   *
   * @param labels the right class of every row
   * @param smoothing how much of the target is spread over all classes, from 0 to 1
   */
  record Classes(int[] labels, float smoothing) implements Targets {}

  /**
   * Probabilities of all classes for each row.
   *
   * @param probabilities {@code [rows, classes]}, at least 0, each row with a sum near 1
   */
  record Probabilities(float[] probabilities) implements Targets {}
}
