package io.dfsnet.nas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.dividefuse.WidthPolicy;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.engine.autograd.Variable;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Seeds;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.data.Batch;
import io.dfsnet.nn.data.Batches;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.data.Normalization;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import io.dfsnet.nn.train.Forward;
import io.dfsnet.nn.train.Lesson;
import io.dfsnet.nn.train.Trainer;
import io.dfsnet.nn.train.TrainingOptions;
import io.dfsnet.nn.train.WeightsBinding;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SupernetTest {
  private static final long SEED = 50;
  private static final int GROUPS = 2;
  private static final String CONVOLUTION = "layer2.0.conv1";

  private final Workers workers = new Workers(1);
  private final Network original = Models.create("resnet8-w4", 4, 3, 8, 8, Shortcut.PROJECTION);
  private final Supernet supernet = Supernet.initial(original, GROUPS, WidthPolicy.KEEP, SEED);

  @Test
  void aPositionHasDenseWeightsAndABatchNormForEachChoice() {
    Map<String, Tensor> tensors = supernet.weights().tensors();

    assertThat(tensors.get("layer2.0.conv1.weight").shape()).isEqualTo(Shape.of(8, 4, 3, 3));
    assertThat(tensors.get("layer2.0.conv2.weight").shape()).isEqualTo(Shape.of(8, 4, 3, 3));
    assertThat(tensors.get("layer2.0.downsample.0.weight").shape()).isEqualTo(Shape.of(8, 2, 1, 1));
    assertThat(tensors).doesNotContainKey("layer2.0.bn1.weight").containsKey("layer2.0.bn2.weight");
    for (String choice : List.of("grouped", "fused")) {
      for (String suffix : List.of("weight", "bias", "running_mean", "running_var")) {
        assertThat(tensors).containsKey("layer2.0.bn1#" + choice + "." + suffix);
      }
    }
  }

  @Test
  void aCandidatesNetworkIsTheDividedNetwork() {
    assertThat(supernet.candidate(fused(0, 2)).network())
        .isEqualTo(Divider.divide(original, Division.keep(GROUPS, fused(0, 2))));
    Supernet wide = Supernet.initial(original, GROUPS, WidthPolicy.FULL, SEED);
    assertThat(wide.network(fused(1)))
        .isEqualTo(Divider.divide(original, new Division(GROUPS, fused(1), WidthPolicy.FULL)));
    assertThat(wide.model(fused(1)).network()).isEqualTo(wide.network(fused(1)));
  }

  @Test
  void plainWeightsGiveTheLogitsOfTheBinding() {
    shake(supernet.weights());
    for (var fused : List.of(fused(), fused(0), fused(1, 2), fused(0, 1, 2))) {
      Lesson lesson = supernet.candidate(fused);
      Weights plain = supernet.weights(fused);
      plain.requireFit(lesson.network());
      Tensor images = batch(3).images();

      for (Forward.Mode mode : Forward.Mode.values()) {
        var tape = new Tape(workers);
        Tensor shared =
            Forward.run(lesson.network(), tape, tape.constant(images), lesson.binding(), mode)
                .value()
                .copy();
        tape.reset();
        lesson.binding().reset();
        Tensor own =
            Forward.run(
                    lesson.network(),
                    tape,
                    tape.constant(images),
                    new WeightsBinding(plain, 0.1f),
                    mode)
                .value();
        assertThat(shared.data()).as("%s %s", fused, mode).containsExactly(own.data());
      }
    }
  }

  @Test
  void theGradientOfAGroupedChoiceReachesTheDiagonalBlocksOnly() {
    Lesson grouped = supernet.candidate(fused(0));
    float[] gradient = backward(grouped).get(CONVOLUTION + ".weight").gradient().data();
    int perFilter = 4 * 9;
    for (int i = 0; i < gradient.length; i++) {
      int filterGroup = i / perFilter / 4;
      int channelGroup = i % perFilter / 9 / 2;
      if (filterGroup != channelGroup) {
        assertThat(gradient[i]).as("element %d", i).isZero();
      }
    }
    assertThat(gradient).contains(gradient[0]).matches(g -> g[0] != 0);

    float[] dense =
        backward(supernet.candidate(fused(1))).get(CONVOLUTION + ".weight").gradient().data();
    long zeros = IntStream.range(0, dense.length).filter(i -> dense[i] == 0).count();
    assertThat(zeros).isLessThan(dense.length / 10);
  }

  @Test
  void aStepTouchesTheBatchNormsOfItsOwnChoices() {
    Map<String, Variable> leaves = backward(supernet.candidate(fused(1)));

    assertThat(leaves)
        .containsKeys("layer2.0.bn1#fused.weight", "layer1.0.bn1#grouped.bias", "fc.weight")
        .doesNotContainKeys("layer2.0.bn1#grouped.weight", "layer1.0.bn1#fused.bias");
    assertThat(statistic("layer2.0.bn1#fused.running_mean")).isNotEqualTo(new float[8]);
    assertThat(statistic("layer2.0.bn1#grouped.running_mean")).isEqualTo(new float[8]);
    assertThat(statistic("layer1.0.bn1#grouped.running_mean")).isNotEqualTo(new float[4]);
  }

  @Test
  void aTrainerTrainsItOnWhatTheSamplerDraws() {
    ImageSet images = images(64);
    Weights before = supernet.weights().copy();
    var space = SearchSpace.of(original, GROUPS, WidthPolicy.KEEP, new Budget.Count(1));
    var sampler = new FairSampler(space, SEED);
    TrainingOptions options =
        TrainingOptions.DEFAULTS.toBuilder()
            .epochs(6)
            .batch(16)
            .peakRate(0.05f)
            .augmentation(Augmentation.NONE)
            .build();
    var trainer =
        new Trainer(
            supernet.weights(),
            images,
            options,
            workers,
            step -> supernet.candidate(sampler.positions(step)));
    double first = trainer.epoch(step -> {}).orElseThrow().loss();
    double last = 0;
    while (trainer.epochsDone() < 6) {
      last = trainer.epoch(step -> {}).orElseThrow().loss();
    }

    assertThat(last).isLessThan(first);
    // 24 steps of one fusion each: every position was fused and grouped.
    before
        .tensors()
        .forEach(
            (name, tensor) ->
                assertThat(supernet.weights().get(name).data())
                    .as(name)
                    .isNotEqualTo(tensor.data()));
  }

  @Test
  void fitnessIsTheAccuracyOnHeldOutImagesAfterCalibration() {
    shake(supernet.weights());
    List<Batch> calibration = List.of(batch(16), batch(16));
    var fitness = new SupernetFitness(supernet, calibration, images(40), workers);
    Weights before = supernet.weights().copy();
    double accuracy = fitness.of(fused(1));

    assertThat(accuracy * 40)
        .isCloseTo(Math.rint(accuracy * 40), within(1e-9))
        .isBetween(0.0, 40.0);
    assertThat(fitness.of(fused(1))).isEqualTo(accuracy);
    // Running statistics left over from training do not matter, and the supernet is not touched.
    before
        .tensors()
        .forEach(
            (name, tensor) ->
                assertThat(supernet.weights().get(name).data()).isEqualTo(tensor.data()));
    java.util.Arrays.fill(supernet.weights().get("layer2.0.bn1#fused.running_var").data(), 1e6f);
    assertThat(fitness.of(fused(1))).isEqualTo(accuracy);
  }

  @Test
  void goesOnWithStoredWeights() {
    var again = new Supernet(original, GROUPS, WidthPolicy.KEEP, supernet.weights());
    assertThat(again.weights()).isSameAs(supernet.weights());
  }

  @Test
  void refusesForeignWeights() {
    assertThatThrownBy(
            () -> new Supernet(original, GROUPS, WidthPolicy.KEEP, Weights.initial(original, 1)))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("layer1.0.bn1#grouped.weight");
    assertThatThrownBy(() -> new Supernet(original, GROUPS, WidthPolicy.FULL, supernet.weights()))
        .isInstanceOf(NetworkException.class)
        .hasMessage("supernet: 'conv1.weight' is [4, 3, 3, 3] instead of [8, 3, 3, 3]");
    var more = new java.util.LinkedHashMap<>(supernet.weights().tensors());
    more.put("more", Tensor.zeros(1));
    assertThatThrownBy(() -> new Supernet(original, GROUPS, WidthPolicy.KEEP, new Weights(more)))
        .hasMessageStartingWith("supernet: has ");
  }

  @Test
  void refusesWhatCannotBeFused() {
    assertThatThrownBy(() -> Supernet.initial(original, 1, WidthPolicy.KEEP, SEED))
        .isInstanceOf(SearchException.class)
        .hasMessage("supernet: needs at least 2 groups to fuse, found 1");
    var stem = Network.builder("stem");
    stem.add("conv", Op.Conv2d.square(3, 8, 3, 1, 1, 1), stem.input(3, 6, 6));
    assertThatThrownBy(() -> Supernet.initial(stem.build(), 2, WidthPolicy.KEEP, SEED))
        .isInstanceOf(SearchException.class)
        .hasMessage("supernet: network 'stem' has no fusion positions");
  }

  private Map<String, Variable> backward(Lesson lesson) {
    var tape = new Tape(workers);
    Batch batch = batch(8);
    lesson.binding().reset();
    Variable logits =
        Forward.run(
            lesson.network(),
            tape,
            tape.constant(batch.images()),
            lesson.binding(),
            Forward.Mode.TRAINING);
    tape.backward(tape.softmaxCrossEntropy(logits, batch.labels(), 0f));
    return lesson.binding().leaves();
  }

  private float[] statistic(String name) {
    return supernet.weights().get(name).data();
  }

  /** Moves every value a little, so that no two batch norms are equal any more. */
  private static void shake(Weights weights) {
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              RandomGenerator random = Seeds.random(SEED, name);
              for (int i = 0; i < tensor.data().length; i++) {
                tensor.data()[i] += random.nextFloat(0.01f, 0.1f);
              }
            });
  }

  private static Batch batch(int size) {
    return new Batches(images(size), size, Augmentation.NONE, SEED).get(0, 0);
  }

  /** Noise whose brightness tells the class, 0 to 3. */
  private static ImageSet images(int count) {
    RandomGenerator random = Seeds.random(SEED, "images");
    int elements = 3 * 8 * 8;
    byte[] pixels = new byte[count * elements];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % 4;
      for (int j = 0; j < elements; j++) {
        pixels[i * elements + j] = (byte) (random.nextInt(64) + 64 * labels[i]);
      }
    }
    return new ImageSet(
        "noise",
        4,
        Shape.of(3, 8, 8),
        pixels,
        labels,
        Normalization.of(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.25f, 0.25f, 0.25f}));
  }

  private static SortedSet<Integer> fused(Integer... positions) {
    return new TreeSet<>(List.of(positions));
  }

  private static org.assertj.core.data.Offset<Double> within(double offset) {
    return org.assertj.core.data.Offset.offset(offset);
  }
}
