package io.dfsnet.engine;

/**
 * What the families of {@link SumPass} share: the arrays of the call that is under way, which its
 * threads read here, and how many threads it is worth.
 */
abstract class PlannedSum implements SumPass {
  private final long multiplyAdds;

  // The call that is under way.
  float[] source;
  float[][] weights;
  Epilogue epilogue;
  float[] result;

  /**
   * @param multiplyAdds how much work a call is
   */
  PlannedSum(long multiplyAdds) {
    this.multiplyAdds = multiplyAdds;
  }

  @Override
  public final void run(
      float[] source, float[][] weights, Epilogue epilogue, float[] result, Workers workers) {
    this.source = source;
    this.weights = weights;
    this.epilogue = epilogue;
    this.result = result;
    sum(UnitQueue.hands(multiplyAdds, workers), workers);
    this.source = null;
    this.weights = null;
    this.epilogue = null;
    this.result = null;
  }

  /**
   * Computes the result. How work is cut does not matter to it, so the thread count may decide it.
   *
   * @param hands how many threads the call is worth
   */
  abstract void sum(int hands, Workers workers);
}
