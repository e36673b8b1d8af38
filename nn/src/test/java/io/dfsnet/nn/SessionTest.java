package io.dfsnet.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.engine.autograd.Variable;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import io.dfsnet.nn.train.Forward;
import io.dfsnet.nn.train.WeightsBinding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SessionTest {
  private static final long SEED = 20;
  private static final Workers ONE = new Workers(1);
  private static final Workers TWO = new Workers(2);

  @AfterAll
  static void close() {
    ONE.close();
    TWO.close();
  }

  @ParameterizedTest
  @MethodSource("io.dfsnet.nn.TestNetworks#all")
  void givesWhatTheOperationsMean(Network network) {
    Weights weights = TestNetworks.randomWeights(network, SEED);
    float[] images = TestNetworks.randomImages(network, 2, SEED);
    double[] expected = Interpreter.run(network, weights, images, 2);
    assertClose(run(network, weights, images, 2, ONE), expected);
  }

  @ParameterizedTest
  @MethodSource("io.dfsnet.nn.TestNetworks#all")
  void givesWhatTheTapeGives(Network network) {
    Weights weights = TestNetworks.randomWeights(network, SEED);
    float[] images = TestNetworks.randomImages(network, 3, SEED);
    var tape = new Tape(ONE);
    Shape shape = network.shape(network.input()).prepend(3);
    Variable output =
        Forward.run(
            network,
            tape,
            tape.constant(new Tensor(shape, images)),
            new WeightsBinding(weights, 0.1f),
            Forward.Mode.INFERENCE);
    float[] onTape = output.value().data();
    double[] expected = new double[onTape.length];
    Arrays.setAll(expected, i -> onTape[i]);
    assertClose(run(network, weights, images, 3, ONE), expected);
  }

  @ParameterizedTest
  @MethodSource("io.dfsnet.nn.TestNetworks#all")
  void theBitsOfAnImageDependOnThatImageOnly(Network network) {
    Weights weights = TestNetworks.randomWeights(network, SEED);
    float[] images = TestNetworks.randomImages(network, 5, SEED);
    int in = images.length / 5;
    float[] together = run(network, weights, images, 5, TWO);
    int out = together.length / 5;
    for (int image = 0; image < 5; image++) {
      float[] alone =
          run(network, weights, Arrays.copyOfRange(images, image * in, (image + 1) * in), 1, ONE);
      assertThat(Arrays.copyOfRange(together, image * out, (image + 1) * out))
          .as("image %d", image)
          .isEqualTo(alone);
    }
  }

  /** The claim of {@link Chain} and {@link Stretch} that makes what to take along a free choice. */
  @ParameterizedTest
  @MethodSource("io.dfsnet.nn.TestNetworks#all")
  void whatRunsAsOneStepChangesNoBit(Network network) {
    Weights weights = TestNetworks.randomWeights(network, SEED);
    float[] images = TestNetworks.randomImages(network, 2, SEED);
    List<Stretch> apart = new ArrayList<>();
    for (Chain chain : Chain.of(network)) {
      apart.add(Stretch.of(new Chain(chain.head(), chain.batchNorm(), null, null)));
      for (Node follower : new Node[] {chain.add(), chain.activator()}) {
        if (follower != null) {
          apart.add(Stretch.of(new Chain(follower, null, null, null)));
        }
      }
    }
    Map<String, float[]> buffers = Buffers.plan(network, apart, 2);
    List<Step> steps =
        new Compiler(
                network,
                new PackedLayers(weights),
                new PlannedConvolutions(network, 2, 1),
                ONE,
                buffers)
            .compile(apart);
    System.arraycopy(images, 0, buffers.get("input"), 0, images.length);
    steps.forEach(step -> step.action().run(null));
    assertThat(run(network, weights, images, 2, ONE))
        .isEqualTo(buffers.get(network.output().name()));
  }

  /** What a divided network rests on: a group computed alone has the bits that it has together. */
  @Test
  void aGroupByItselfGivesTheBitsOfTheWhole() {
    Network whole = block(2);
    Weights weights = TestNetworks.randomWeights(whole, SEED);
    float[] images = TestNetworks.randomImages(whole, 3, SEED);
    float[] sums = new float[3 * 5];
    for (int group = 0; group < 2; group++) {
      Network half = block(1);
      float[] halfOfImages = new float[images.length / 2];
      int part = halfOfImages.length / 3;
      for (int image = 0; image < 3; image++) {
        System.arraycopy(images, (2 * image + group) * part, halfOfImages, image * part, part);
      }
      float[] partial = run(half, half(weights, half, group), halfOfImages, 3, TWO);
      for (int i = 0; i < sums.length; i++) {
        sums[i] = group == 0 ? partial[i] : sums[i] + partial[i];
      }
    }
    assertThat(run(whole, weights, images, 3, ONE)).isEqualTo(sums);
  }

  @Test
  void runsGiveTheSameAgainAndLeaveTheImagesAlone() {
    Network network = TestNetworks.onlyElementwise();
    Weights weights = TestNetworks.randomWeights(network, SEED);
    float[] images = TestNetworks.randomImages(network, 1, SEED);
    float[] before = images.clone();
    var session = Session.of(network, weights, 1, ONE);
    float[] first = new float[30];
    float[] second = new float[30];
    session.run(images, first);
    session.run(images, second);
    assertThat(second).isEqualTo(first);
    assertThat(images).isEqualTo(before);
  }

  @Test
  void weightsChangedLaterDoNotMatter() {
    Network network = TestNetworks.everyOperation();
    Weights weights = TestNetworks.randomWeights(network, SEED);
    float[] images = TestNetworks.randomImages(network, 1, SEED);
    var session = Session.of(network, weights, 1, ONE);
    float[] before = new float[5];
    session.run(images, before);
    weights.tensors().values().forEach(tensor -> Arrays.fill(tensor.data(), 7f));
    float[] after = new float[5];
    session.run(images, after);
    assertThat(after).isEqualTo(before);
  }

  @Test
  void stepsNameTheirNodesAndKernels() {
    Network network = Models.create("resnet8", 10, 3, 32, 32, Shortcut.PAD);
    List<String> steps = Session.of(network, Weights.initial(network, SEED), 1, ONE).steps();
    assertThat(steps)
        .hasSize(11)
        .anyMatch(step -> step.startsWith("conv1 + bn1 + relu: ") && step.contains("n1 g1 ic3"))
        .anyMatch(step -> step.startsWith("layer2.0.shortcut: pad shortcut"))
        .last()
        .isEqualTo("fc: linear");
  }

  @Test
  void exchangesReachTheCollectiveInOrder() {
    List<String> calls = new ArrayList<>();
    Collective twins =
        (exchange, index, n, input, output) -> {
          calls.add(exchange.kind() + " " + index + " of " + n + " images");
          int part = input.length / n;
          int whole = output.length / n;
          for (int image = 0; image < n; image++) {
            for (int i = 0; i < whole; i++) {
              output[image * whole + i] = input[image * part + i % part];
            }
          }
        };
    Network shard = shard();
    Weights weights = TestNetworks.randomWeights(shard, SEED);
    float[] images = TestNetworks.randomImages(shard, 2, SEED);
    var session = Session.of(shard, weights, 2, ONE, twins);
    float[] output = new float[2 * 3];
    session.run(images, output);
    assertThat(calls).containsExactly("ALL_GATHER 0 of 2 images", "ALL_REDUCE 1 of 2 images");

    // Twins that both compute the same: gathering is doubling, their reduction is handed through.
    Network whole = wholeOf(shard);
    assertClose(output, Interpreter.run(whole, weights, images, 2));
  }

  @Test
  void warmingUpAsksNoOtherShard() {
    Collective refuses =
        (exchange, index, n, input, output) -> {
          throw new AssertionError("exchanged " + exchange);
        };
    Network shard = shard();
    var session = Session.of(shard, TestNetworks.randomWeights(shard, SEED), 1, ONE, refuses);
    Duration fastest = session.warmUp(Duration.ofMillis(50));
    assertThat(fastest).isPositive();
    float[] images = TestNetworks.randomImages(shard, 1, SEED);
    assertThatThrownBy(() -> session.run(images, new float[3])).isInstanceOf(AssertionError.class);
  }

  @Test
  void onlyAWarmUpThatSettlesMakesASessionReady() {
    Network network = TestNetworks.endsInConvolution();
    Weights weights = TestNetworks.randomWeights(network, SEED);
    float[] images = TestNetworks.randomImages(network, 1, SEED);
    float[] cold = new float[network.shape(network.output()).elements()];
    var session = Session.of(network, weights, 1, ONE);
    assertThat(session.ready()).isFalse();
    session.run(images, cold);
    session.warmUp(Duration.ZERO);
    assertThat(session.ready()).as("after one run of zeros").isFalse();

    session.warmUp(Duration.ofSeconds(30));
    assertThat(session.ready()).isTrue();
    float[] warm = new float[cold.length];
    session.run(images, warm);
    assertThat(warm).as("the bits of a cold run").isEqualTo(cold);
    session.warmUp(Duration.ZERO);
    assertThat(session.ready()).as("what is compiled stays so").isTrue();
  }

  @Test
  void aShardWithoutACollectiveIsRefused() {
    Network shard = shard();
    Weights weights = TestNetworks.randomWeights(shard, SEED);
    assertThatThrownBy(() -> Session.of(shard, weights, 1, ONE))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("gather")
        .hasMessageContaining("Collective");
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Network network = TestNetworks.endsInConvolution();
    Weights weights = TestNetworks.randomWeights(network, SEED);
    Network other = TestNetworks.everyOperation();
    assertThatThrownBy(() -> Session.of(other, weights, 1, ONE))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("depthwise.weight is missing");
    assertThatThrownBy(() -> Session.of(network, weights, 0, ONE))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("at least 1 image");
    var session = Session.of(network, weights, 2, ONE);
    assertThatThrownBy(() -> session.run(new float[200], new float[400]))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("images [2, 8, 5, 5] are 400 values, found 200");
    assertThatThrownBy(() -> session.run(new float[400], new float[401]))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("output [2, 8, 5, 5] are 400 values, found 401");
  }

  /** A residual block with a projection in so many groups of equal size, and a linear layer. */
  private static Network block(int groups) {
    int in = 6 * groups;
    int out = 10 * groups;
    var net = Network.builder("block", groups);
    String image = net.input(in, 9, 9);
    String x = net.add("conv1", Op.Conv2d.square(in, out, 3, 2, 1, groups), image);
    x = net.add("bn1", new Op.BatchNorm(out, 1e-5f), x);
    x = net.add("relu1", new Op.Relu(), x);
    x = net.add("conv2", Op.Conv2d.square(out, out, 3, 1, 1, groups), x);
    x = net.add("bn2", new Op.BatchNorm(out, 1e-5f), x);
    String around = net.add("projection", Op.Conv2d.square(in, out, 1, 2, 0, groups), image);
    around = net.add("projection.bn", new Op.BatchNorm(out, 1e-5f), around);
    x = net.add("add", new Op.Add(), x, around);
    x = net.add("relu2", new Op.Relu(), x);
    x = net.add("pool", new Op.GlobalAveragePool(), x);
    net.add("fc", new Op.Linear(out, 5, false, groups), x);
    return net.build();
  }

  /** One group's half: of the features that a linear layer reads, of the channels else. */
  private static Weights half(Weights weights, Network half, int group) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : half.parameters()) {
      Tensor target = Tensor.zeros(parameter.shape());
      float[] source = weights.get(parameter.name()).data();
      int rows = parameter.name().equals("fc.weight") ? 5 : 1;
      int part = target.data().length / rows;
      for (int row = 0; row < rows; row++) {
        System.arraycopy(source, (2 * row + group) * part, target.data(), row * part, part);
      }
      tensors.put(parameter.name(), target);
    }
    return new Weights(tensors);
  }

  /** Half of a network of two groups. */
  private static Network shard() {
    var net = Network.builder("shard");
    String x = net.add("conv", Op.Conv2d.square(2, 2, 3, 1, 1, 1), net.input(2, 4, 4));
    x = net.add("gather", gather(), x);
    x = net.add("fused", Op.Conv2d.square(4, 3, 3, 1, 1, 1), x);
    x = net.add("pool", new Op.GlobalAveragePool(), x);
    net.add("reduce", new Op.Exchange(Op.Exchange.Kind.ALL_REDUCE, 2, 0, Shape.of(3)), x);
    return net.build();
  }

  private static Op gather() {
    return new Op.Exchange(Op.Exchange.Kind.ALL_GATHER, 2, 0, Shape.of(4, 4, 4));
  }

  private static Network wholeOf(Network shard) {
    var net = Network.builder("whole");
    for (Node node : shard.nodes()) {
      if (node.name().equals("gather")) {
        net.add("gather", new Op.Concat(), "conv", "conv");
      } else if (!node.name().equals("reduce")) {
        net.add(node);
      }
    }
    return net.build();
  }

  private static float[] run(
      Network network, Weights weights, float[] images, int batch, Workers workers) {
    float[] output = new float[batch * network.shape(network.output()).elements()];
    Session.of(network, weights, batch, workers).run(images, output);
    return output;
  }

  /** Within 1e-5 of the largest expected value. */
  private static void assertClose(float[] found, double[] expected) {
    assertThat(found).hasSize(expected.length);
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    assertThat(largest).isPositive();
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i])
          .as("element %d, seed %d", i, SEED)
          .isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-5 * largest));
    }
  }
}
