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
          TrainingOptions.DEFAULTS
              .withEpochs(8)
              .withBatch(64)
              .withPeakRate(0.1f)
              .withAugmentation(Augmentation.NONE));

  /** Photographs are harder: a larger network and more images. */
  private static final DemoPlan PHOTOGRAPHS =
      new DemoPlan(
          "",
          "resnet20",
          10_000,
          1000,
          5000,
          4,
          3,
          8,
          20,
          TrainingOptions.DEFAULTS.withEpochs(6).withBatch(64).withPeakRate(0.1f));

  /** The plan that suits a data set. */
  static DemoPlan of(DataOptions options) {
    String data = options.specification == null ? GENERATED.data : options.specification;
    boolean generated = data.equals("synthetic") || data.startsWith("synthetic:");
    DemoPlan plan = generated ? GENERATED : PHOTOGRAPHS;
    int train = options.limit == null ? plan.train : Math.min(options.limit, plan.train);
    int test = options.limit == null ? plan.test : Math.min(options.limit, plan.test);
    return new DemoPlan(
        data,
        plan.model,
        train,
        Math.min(plan.heldOut, train / 5),
        test,
        plan.groups,
        plan.fusions,
        plan.supernetEpochs,
        plan.evaluations,
        plan.recipe);
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
        epochs == null ? recipe : recipe.withEpochs(epochs));
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
        recipe.withSeed(seed));
  }
}
