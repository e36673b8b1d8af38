package io.dfsnet.cli;

import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.train.TrainingOptions;

/**
 * How large the demo is: so large that its comparison means something, so small that it ends in
 * minutes on two cores.
 *
 * @param data specification of the data set
 * @param model the network to divide
 * @param train how many training images there are for all
 * @param heldOut how many of them the search keeps from its supernet, to judge candidates
 * @param test how many test images measure accuracy
 * @param groups channel groups, each on a node of its own
 * @param fusions how many positions fuse
 * @param supernetEpochs epochs of the supernet
 * @param evaluations candidates that the search may judge
 * @param recipe of every network that is trained
 */
record DemoPlan(
    String data,
    String model,
    int train,
    int heldOut,
    int test,
    int groups,
    int fusions,
    int supernetEpochs,
    int evaluations,
    TrainingOptions recipe) {

  /** Generated images: every figure is a matter of a minute. */
  private static final DemoPlan GENERATED =
      new DemoPlan(
          "synthetic:train=7000,test=2000",
          "resnet14-w8",
          7000,
          1000,
          2000,
          4,
          2,
          20,
          15,
          TrainingOptions.DEFAULTS.toBuilder()
              .epochs(8)
              .batch(64)
              .peakRate(0.1f)
              .augmentation(Augmentation.NONE)
              .build());

  /** Photographs are harder: a larger network and more images. */
  private static final DemoPlan PHOTOGRAPHS =
      new DemoPlan(
          "",
          "resnet14",
          14_000,
          1000,
          5000,
          4,
          2,
          7,
          15,
          TrainingOptions.DEFAULTS.toBuilder().epochs(7).batch(64).peakRate(0.1f).build());

  /** The plan that suits a data set; null for the generated one. */
  static DemoPlan of(String specification) {
    if (specification == null) {
      return GENERATED;
    }
    boolean generated = specification.equals("synthetic") || specification.startsWith("synthetic:");
    return (generated ? GENERATED : PHOTOGRAPHS).withData(specification);
  }

  /** This plan for no more images than there are; a fifth of few is held out. */
  DemoPlan within(int trainImages, int testImages) {
    int newTrain = Math.min(train, trainImages);
    return new DemoPlan(
        data,
        model,
        newTrain,
        Math.min(heldOut, newTrain / 5),
        Math.min(test, testImages),
        groups,
        fusions,
        supernetEpochs,
        evaluations,
        recipe);
  }

  /** What the data set is called, without where it is or how large. */
  String dataName() {
    return data.replaceFirst(":.*", "");
  }

  /** This plan with everything that is not null. */
  DemoPlan with(String newModel, Integer newGroups, Integer newFusions, Integer epochs) {
    return new DemoPlan(
        data,
        newModel == null ? model : newModel,
        train,
        heldOut,
        test,
        newGroups == null ? groups : newGroups,
        newFusions == null ? fusions : newFusions,
        epochs == null ? supernetEpochs : epochs,
        evaluations,
        epochs == null ? recipe : recipe.toBuilder().epochs(epochs).build());
  }

  /** This plan with the seed of all its random choices. */
  DemoPlan withSeed(long seed) {
    return new DemoPlan(
        data,
        model,
        train,
        heldOut,
        test,
        groups,
        fusions,
        supernetEpochs,
        evaluations,
        recipe.toBuilder().seed(seed).build());
  }

  private DemoPlan withData(String specification) {
    return new DemoPlan(
        specification,
        model,
        train,
        heldOut,
        test,
        groups,
        fusions,
        supernetEpochs,
        evaluations,
        recipe);
  }
}
