package io.dfsnet.nn.train;

/**
 * How far a training is: always between two steps.
 *
 * @param epochsDone how many epochs are over
 * @param stepsDone how many steps of the next epoch are done
 * @param lossSum the sum of those steps' losses
 * @param correct how many of those steps' images were told right
 */
public record Cursor(int epochsDone, int stepsDone, double lossSum, long correct) {
  /** Before the first step. */
  public static final Cursor START = new Cursor(0, 0, 0, 0);

  public Cursor {
    if (epochsDone < 0 || stepsDone < 0 || correct < 0 || !Double.isFinite(lossSum)) {
      throw new TrainingException(
          "no training is at epoch "
              + epochsDone
              + ", step "
              + stepsDone
              + " with a loss of "
              + lossSum
              + " and "
              + correct
              + " images told right");
    }
  }

  /** One step on. */
  Cursor afterStep(double loss, int correctOfStep) {
    return new Cursor(epochsDone, stepsDone + 1, lossSum + loss, correct + correctOfStep);
  }

  /** At the beginning of the next epoch. */
  Cursor afterEpoch() {
    return new Cursor(epochsDone + 1, 0, 0, 0);
  }
}
