package io.dfsnet.engine.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dfsnet.engine.Activation;
import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.PoolGeometry;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.ShapeException;
import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The life of a step, and what a tape refuses. */
class TapeTest {
  private final Workers workers = new Workers(1);
  private final Tape tape = new Tape(workers, new SpoiledBuffers());

  @AfterEach
  void stop() {
    workers.close();
  }

  @Test
  void onlyParametersKeepGradients() {
    Variable weight = tape.parameter(row(2, -3));
    Variable data = tape.constant(row(5, 7));
    Variable unused = tape.parameter(row(1, 1));
    Variable sum = tape.add(tape.relu(weight), data);
    Variable loss = tape.linear(sum, tape.constant(row(10, 100)), null, 1);
    tape.backward(loss);

    assertThat(loss.value().data()).containsExactly(10 * 7 + 100 * 7);
    assertThat(weight.gradient().data()).containsExactly(10, 0);
    assertThat(weight.gradient().shape()).isEqualTo(Shape.of(1, 2));
    assertThat(data.gradient()).isNull();
    assertThat(unused.gradient()).isNull();
    assertThat(sum.gradient()).isNull();
    assertThat(loss.gradient()).isNull();
  }

  @Test
  void gradientsOfParametersAreArraysOfTheirOwn() {
    Variable left = tape.parameter(row(1));
    Variable right = tape.parameter(row(2));
    tape.backward(tape.add(left, right));

    assertThat(left.gradient().data()).isNotSameAs(right.gradient().data());
  }

  @Test
  void parametersLiveOnAfterReset() {
    var value = row(2);
    Variable weight = tape.parameter(value);
    for (int step = 1; step <= 3; step++) {
      Variable doubled = tape.add(weight, weight);
      tape.backward(doubled);
      assertThat(doubled.value().data()).containsExactly(2 * value.data()[0]);
      assertThat(weight.gradient().data()).containsExactly(2);
      tape.reset();
      assertThat(weight.gradient()).isNull();
      value.data()[0] += 1;
    }
  }

  @Test
  void aForgottenResultIsRefused() {
    Variable result = tape.relu(tape.parameter(row(1)));
    tape.reset();

    assertThatIllegalStateException()
        .isThrownBy(result::value)
        .withMessageContaining("before Tape.reset()");
    assertThatIllegalStateException()
        .isThrownBy(() -> tape.relu(result))
        .withMessageStartingWith("relu: Variable[1, 1] belongs to another tape");
  }

  @Test
  void aVariableOfAnotherTapeIsRefused() {
    Variable foreign = new Tape(workers).parameter(row(1));

    assertThatIllegalStateException()
        .isThrownBy(() -> tape.add(tape.parameter(row(1)), foreign))
        .withMessageStartingWith("add: Variable[1, 1] belongs to another tape");
  }

  @Test
  void aStepIsPlayedBackOnce() {
    Variable loss = tape.relu(tape.parameter(row(1)));
    tape.backward(loss);

    assertThatIllegalStateException()
        .isThrownBy(() -> tape.backward(loss))
        .withMessageContaining("reset()");
  }

  @Test
  void backwardNeedsAScalar() {
    Variable vector = tape.relu(tape.parameter(row(1, 2)));

    assertThatThrownBy(() -> tape.backward(vector))
        .isInstanceOf(ShapeException.class)
        .hasMessage("backward: needs a scalar [], found [1, 2]");
  }

  @Test
  void backwardNeedsAParameter() {
    Variable constant = tape.relu(tape.constant(row(1)));

    assertThatIllegalStateException()
        .isThrownBy(() -> tape.backward(constant))
        .withMessageContaining("Tape.parameter()");
  }

  @Test
  void batchNormMovesRunningStatistics() {
    var running = new RunningStatistics(new float[] {1}, new float[] {2}, 0.25f);
    Variable input = tape.constant(new Tensor(Shape.of(4, 1), new float[] {1, 3, 5, 7}));
    Variable gamma = tape.parameter(vector(1));
    tape.batchNorm(input, gamma, tape.parameter(vector(0)), 0, running);

    // Mean 4 and unbiased variance 20 / 3 of the batch.
    assertThat(running.mean()[0]).isEqualTo(0.75f * 1 + 0.25f * 4);
    assertThat(running.variance()[0]).isCloseTo(0.75f * 2 + 0.25f * 20 / 3, within(1e-6f));
  }

  /** What fuses is a matter of speed alone. */
  @ParameterizedTest
  @CsvSource({"RELU, true", "RELU, false", "RELU6, true", "RELU6, false"})
  void aFusedNormalizationGivesTheBitsOfSeparateOperations(Activation activation, boolean adds) {
    Shape shape = Shape.of(6, 3, 7, 5);
    var random = new SplittableRandom(7);
    float[] x = OperationCase.wholeNumbers(shape, random);
    float[] addend = OperationCase.wholeNumbers(shape, random);
    var seed = new Tensor(shape, OperationCase.wholeNumbers(shape, random));
    List<List<float[]>> results = new ArrayList<>();
    for (boolean fused : new boolean[] {true, false}) {
      Variable input = tape.parameter(new Tensor(shape, x));
      Variable gamma = tape.parameter(vector(0.3f, -2, 9.1f));
      Variable beta = tape.parameter(vector(0.1f, 0.7f, -1));
      Variable shortcut = adds ? tape.parameter(new Tensor(shape, addend)) : null;
      var running = new RunningStatistics(new float[3], new float[3], 0.1f);
      Variable output =
          fused
              ? tape.batchNorm(input, gamma, beta, 1e-5f, running, shortcut, activation)
              : separately(
                  activation, tape.batchNorm(input, gamma, beta, 1e-5f, running), shortcut);
      tape.backward(output, seed);
      List<float[]> found = new ArrayList<>();
      found.add(output.value().data().clone());
      for (Variable leaf :
          adds ? List.of(input, gamma, beta, shortcut) : List.of(input, gamma, beta)) {
        found.add(leaf.gradient().data().clone());
      }
      found.add(running.mean());
      results.add(found);
      tape.reset();
    }

    assertThat(results.getFirst()).usingRecursiveComparison().isEqualTo(results.getLast());
  }

  private Variable separately(Activation activation, Variable normalized, Variable shortcutOrNull) {
    Variable sum = shortcutOrNull == null ? normalized : tape.add(normalized, shortcutOrNull);
    return activation == Activation.RELU ? tape.relu(sum) : tape.relu6(sum);
  }

  @Test
  void wrongShapesAreRefusedWithBothShapes() {
    Variable map = variable(2, 4, 6, 6);
    Variable other = variable(2, 3, 6, 6);
    Variable matrix = variable(2, 5);
    Variable one = variable(1);
    var geometry = Conv2dGeometry.parse("n2 ic4 ih6 oc8 kh3");
    var pool = new PoolGeometry(2, 4, 6, 5, 2, 2, 0);
    var running = new RunningStatistics(new float[3], new float[3], 0.1f);
    Map<String, Executable> refusals =
        Map.ofEntries(
            refusal(
                "conv2d: input must be [2, 4, 6, 6], found [2, 3, 6, 6]",
                () -> tape.conv2d(other, variable(8, 4, 3, 3), null, geometry)),
            refusal(
                "conv2d: weight must be [8, 4, 3, 3], found [8, 2, 3, 3]",
                () -> tape.conv2d(map, variable(8, 2, 3, 3), null, geometry)),
            refusal(
                "conv2d: bias must be [8], found [1]",
                () -> tape.conv2d(map, variable(8, 4, 3, 3), one, geometry)),
            refusal(
                "batchNorm: gamma must be [4], found [1]",
                () -> tape.batchNorm(map, one, variable(4), 0, running)),
            refusal(
                "batchNorm: beta must be [4], found [1]",
                () -> tape.batchNormInference(map, variable(4), one, 0, running)),
            refusal(
                "batchNorm: running statistics must be [4], found [3] for input [2, 4, 6, 6]",
                () -> tape.batchNorm(map, variable(4), variable(4), 0, running)),
            refusal(
                "batchNorm: addend must be [2, 3, 6, 6], found [2, 4, 6, 6]",
                () ->
                    tape.batchNorm(
                        other, variable(3), variable(3), 0, running, map, Activation.NONE)),
            refusal(
                "batchNorm: needs a shape [n, channels, ...], found [1]",
                () -> tape.batchNorm(one, one, one, 0, running)),
            refusal(
                "add: right must be [2, 4, 6, 6], found [2, 3, 6, 6]", () -> tape.add(map, other)),
            refusal(
                "maxPool: input must be [2, 4, 6, 5], found [2, 4, 6, 6]",
                () -> tape.maxPool(map, pool)),
            refusal(
                "averagePool: input must be [2, 4, 6, 5], found [2, 4, 6, 6]",
                () -> tape.averagePool(map, pool)),
            refusal(
                "globalAveragePool: needs [n, channels, height, width], found [2, 5]",
                () -> tape.globalAveragePool(matrix)),
            refusal(
                "linear: weight must be [3, 5], found [3, 4]",
                () -> tape.linear(matrix, variable(3, 4), null, 1)),
            refusal(
                "linear: bias must be [3], found [1]",
                () -> tape.linear(matrix, variable(3, 5), one, 1)),
            refusal(
                "linear: needs [n, inFeatures], found [2, 4, 6, 6]",
                () -> tape.linear(map, variable(3, 5), null, 1)),
            refusal(
                "linear: 5 input features are not divisible by 2 parts",
                () -> tape.linear(matrix, variable(3, 5), null, 2)),
            refusal("concat: needs at least one input", () -> tape.concat(List.of())),
            refusal(
                "concat: inputs must agree in all sizes but channels, found [2, 4, 6, 6] and [2,"
                    + " 5]",
                () -> tape.concat(List.of(map, matrix))),
            refusal(
                "channelSlice: 3 channels from 2 on are not in shape [2, 4, 6, 6]",
                () -> tape.channelSlice(map, 2, 3)),
            refusal(
                "channelSlice: 0 channels from 2 on are not in shape [2, 4, 6, 6]",
                () -> tape.channelSlice(map, 2, 0)),
            refusal(
                "channelShuffle: 4 channels are not divisible by 3 groups, shape [2, 4, 6, 6]",
                () -> tape.channelShuffle(map, 3)),
            refusal("flatten: needs a shape [n, ...], found [1]", () -> tape.flatten(one)),
            refusal(
                "padShortcut: 4 input and 9 output channels must both be divisible by 2 groups",
                () -> tape.padShortcut(map, 9, 2, 2)),
            refusal(
                "padShortcut: 2 output channels are fewer than the input's, shape [2, 4, 6, 6]",
                () -> tape.padShortcut(map, 2, 2, 1)),
            refusal(
                "blockDiagonal: output and input channels of weights [2, 3, 6, 6] must both be"
                    + " divisible by 2 groups",
                () -> tape.blockDiagonal(other, 2)),
            refusal(
                "softmaxCrossEntropy: needs [n, classes], found [2, 4, 6, 6]",
                () -> tape.softmaxCrossEntropy(map, new int[2], 0)),
            refusal(
                "softmaxCrossEntropy: 2 rows need as many labels, found 3",
                () -> tape.softmaxCrossEntropy(matrix, new int[3], 0)));

    refusals.forEach(
        (message, call) ->
            assertThat(Assertions.assertThrows(ShapeException.class, call, message))
                .hasMessage(message));
  }

  private static Map.Entry<String, Executable> refusal(String message, Executable call) {
    return Map.entry(message, call);
  }

  private Variable variable(int... sizes) {
    return tape.parameter(Tensor.zeros(sizes));
  }

  private static Tensor row(float... values) {
    return new Tensor(Shape.of(1, values.length), values);
  }

  private static Tensor vector(float... values) {
    return new Tensor(Shape.of(values.length), values);
  }
}
