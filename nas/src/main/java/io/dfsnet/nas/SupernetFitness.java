package io.dfsnet.nas;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.data.Batch;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.train.BatchNormCalibration;
import io.dfsnet.nn.train.Evaluation;
import java.util.List;
import java.util.SortedSet;

/**
 * The accuracy of a candidate with the weights of a trained supernet. Its batch norms are
 * calibrated first, because the supernet's statistics are a mixture of all candidates'; on the same
 * training batches for every candidate, so that they differ in nothing else.
 */
public final class SupernetFitness implements Fitness {
  private final Supernet supernet;
  private final List<Batch> calibration;
  private final ImageSet heldOut;
  private final Workers workers;

  /**
   * @param calibration batches of the training set
   * @param heldOut images of the training set that the supernet was not trained on; never the test
   *     set, on which the chosen candidate is judged in the end
   */
  public SupernetFitness(
      Supernet supernet, List<Batch> calibration, ImageSet heldOut, Workers workers) {
    this.supernet = supernet;
    this.calibration = List.copyOf(calibration);
    this.heldOut = heldOut;
    this.workers = workers;
  }

  /** Top-1 accuracy, 0 to 1. */
  @Override
  public double of(SortedSet<Integer> fused) {
    Model model = supernet.model(fused);
    BatchNormCalibration.run(model.network(), model.weights(), calibration, workers);
    return Evaluation.of(model, heldOut, workers).accuracy();
  }
}
