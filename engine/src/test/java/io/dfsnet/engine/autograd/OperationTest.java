package io.dfsnet.engine.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What must hold for every operation, checked for every case of {@link OperationCases} against
 * {@link Reference}. All arrays of the tape are {@linkplain SpoiledBuffers spoiled}.
 */
class OperationTest {
  private static final long SEED = 20261123;

  /** Half a unit in the last place of 1. */
  private static final double UNIT = Math.ulp(1f) / 2;

  /** Elements per input whose derivative is checked; more would only take longer. */
  private static final int CHECKED = 25;

  private final SplittableRandom random = new SplittableRandom(SEED);

  static Stream<OperationCase> cases() {
    return OperationCases.all().stream();
  }

  static Stream<OperationCase> casesExactOnWholeNumbers() {
    return cases().filter(operation -> operation.kind() != OperationCase.Kind.SMOOTH);
  }

  static Stream<OperationCase> multilinearCases() {
    return cases().filter(operation -> operation.kind() == OperationCase.Kind.MULTILINEAR);
  }

  @ParameterizedTest
  @MethodSource("casesExactOnWholeNumbers")
  void valuesAreExactOnWholeNumbers(OperationCase operation) {
    float[][] inputs = operation.wholeNumbers(random);
    double[] expected = operation.inDouble().apply(Doubles.of(inputs));

    assertThat(run(operation, inputs, 2).value).isEqualTo(Doubles.rounded(expected));
  }

  @ParameterizedTest
  @MethodSource("multilinearCases")
  void gradientsAreExactOnWholeNumbers(OperationCase operation) {
    float[][] inputs = operation.wholeNumbers(random);
    Step step = run(operation, inputs, 2);

    forSomeElements(
        inputs,
        (input, element) ->
            assertThat((double) step.gradients.get(input)[element])
                .as("input %d, element %d", input, element)
                .isEqualTo(differenceQuotient(operation, inputs, step.seed, input, element, 1)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void valuesAreCloseToTheReference(OperationCase operation) {
    float[][] inputs = operation.offKinks(random);
    double[] expected = operation.inDouble().apply(Doubles.of(inputs));
    float[] found = run(operation, inputs, 2).value;

    assertThat(found).hasSameSizeAs(expected);
    double tolerance = tolerance(operation, expected);
    for (int i = 0; i < found.length; i++) {
      assertThat(Math.abs(found[i] - expected[i])).as("element %d", i).isLessThan(tolerance);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsAreCloseToDifferenceQuotients(OperationCase operation) {
    float[][] inputs = operation.offKinks(random);
    Step step = run(operation, inputs, 2);

    forSomeElements(
        inputs,
        (input, element) -> {
          double expected = differenceQuotient(operation, inputs, step.seed, input, element, 1e-6);
          double tolerance =
              1e-7 * operation.reduction() + tolerance(operation, new double[] {expected});
          assertThat(Math.abs(step.gradients.get(input)[element] - expected))
              .as("input %d, element %d, expected %s", input, element, expected)
              .isLessThan(tolerance);
        });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void countOfThreadsChangesNoBit(OperationCase operation) {
    float[][] inputs = operation.offKinks(random);
    Step one = run(operation, inputs, 1);

    for (int threads = 2; threads <= 3; threads++) {
      Step several = run(operation, inputs, threads);
      assertThat(several.value).isEqualTo(one.value);
      assertThat(several.gradients).usingRecursiveComparison().isEqualTo(one.gradients);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void secondStepAllocatesNothingAndGivesTheSameBits(OperationCase operation) {
    float[][] inputs = operation.offKinks(random);
    var buffers = new SpoiledBuffers();
    try (var workers = new Workers(1)) {
      var tape = new Tape(workers, buffers);
      Step first = step(operation, inputs, tape);
      tape.reset();
      int allocations = buffers.allocations();
      Step second = step(operation, inputs, tape);

      assertThat(second.value).isEqualTo(first.value);
      assertThat(second.gradients).usingRecursiveComparison().isEqualTo(first.gradients);
      assertThat(buffers.allocations()).isEqualTo(allocations);
    }
  }

  /** A step's value and, for the seed as gradient of the value, the gradients of all inputs. */
  private record Step(float[] seed, float[] value, List<float[]> gradients) {}

  private static Step run(OperationCase operation, float[][] inputs, int threads) {
    try (var workers = new Workers(threads)) {
      return step(operation, inputs, new Tape(workers, new SpoiledBuffers()));
    }
  }

  private static Step step(OperationCase operation, float[][] inputs, Tape tape) {
    List<Variable> parameters = new ArrayList<>();
    for (int i = 0; i < inputs.length; i++) {
      parameters.add(tape.parameter(new Tensor(operation.shapes().get(i), inputs[i])));
    }
    Variable output = operation.onTape().apply(tape, parameters);
    float[] seed = OperationCase.wholeNumbers(output.shape(), new SplittableRandom(SEED + 1));
    tape.backward(output, new Tensor(output.shape(), seed));
    return new Step(
        seed,
        output.value().data().clone(),
        parameters.stream().map(variable -> variable.gradient().data().clone()).toList());
  }

  /** Of {@code sum of seed * output} in double, around one element of one input. */
  private static double differenceQuotient(
      OperationCase operation,
      float[][] inputs,
      float[] seed,
      int input,
      int element,
      double width) {
    double[][] moved = Doubles.of(inputs);
    moved[input][element] = inputs[input][element] + width;
    double[] above = operation.inDouble().apply(moved);
    moved[input][element] = inputs[input][element] - width;
    double[] below = operation.inDouble().apply(moved);
    double difference = 0;
    for (int i = 0; i < seed.length; i++) {
      difference += seed[i] * (above[i] - below[i]);
    }
    return difference / (2 * width);
  }

  private static double tolerance(OperationCase operation, double[] expected) {
    double largest = 1;
    for (double value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    return 8 * UNIT * (operation.reduction() + 1) * largest;
  }

  @FunctionalInterface
  private interface ElementCheck {
    void check(int input, int element);
  }

  private void forSomeElements(float[][] inputs, ElementCheck check) {
    for (int input = 0; input < inputs.length; input++) {
      int elements = inputs[input].length;
      for (int k = 0; k < Math.min(CHECKED, elements); k++) {
        check.check(input, elements <= CHECKED ? k : random.nextInt(elements));
      }
    }
  }
}
