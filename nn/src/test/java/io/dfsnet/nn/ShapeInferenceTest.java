package io.dfsnet.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Shape;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Shapes that were worked out by hand, one line for each operation, and what each refuses. */
class ShapeInferenceTest {
  private static final Shape MAP = Shape.of(6, 9, 7);
  private static final Shape VECTOR = Shape.of(12);

  static List<Arguments> shapes() {
    return List.of(
        Arguments.of(new Op.Input(3, 32, 31), Shape.of(3, 32, 31), List.of()),
        Arguments.of(Op.Conv2d.square(6, 8, 3, 1, 1, 2), Shape.of(8, 9, 7), List.of(MAP)),
        Arguments.of(Op.Conv2d.square(6, 8, 3, 2, 0, 2), Shape.of(8, 4, 3), List.of(MAP)),
        // (9 + 2*2 - 2*(3-1) - 1) / 1 + 1 = 9 rows, (7 + 2*1 - 3*(2-1) - 1) / 2 + 1 = 3 columns
        Arguments.of(
            new Op.Conv2d(6, 4, 3, 2, 1, 2, 2, 1, 2, 3, 1, true), Shape.of(4, 9, 3), List.of(MAP)),
        Arguments.of(new Op.BatchNorm(6, 1e-5f), MAP, List.of(MAP)),
        Arguments.of(new Op.BatchNorm(12, 1e-5f), VECTOR, List.of(VECTOR)),
        Arguments.of(new Op.Relu(), MAP, List.of(MAP)),
        Arguments.of(new Op.Relu6(), VECTOR, List.of(VECTOR)),
        Arguments.of(new Op.Add(), MAP, List.of(MAP, MAP)),
        Arguments.of(new Op.MaxPool(3, 2, 1), Shape.of(6, 5, 4), List.of(MAP)),
        Arguments.of(new Op.AveragePool(2, 2, 0), Shape.of(6, 4, 3), List.of(MAP)),
        Arguments.of(new Op.GlobalAveragePool(), Shape.of(6), List.of(MAP)),
        Arguments.of(new Op.Linear(12, 5, true, 4), Shape.of(5), List.of(VECTOR)),
        Arguments.of(new Op.Concat(), Shape.of(13, 9, 7), List.of(MAP, Shape.of(1, 9, 7), MAP)),
        Arguments.of(new Op.ChannelSlice(2, 4), Shape.of(4, 9, 7), List.of(MAP)),
        Arguments.of(new Op.ChannelShuffle(3), MAP, List.of(MAP)),
        Arguments.of(new Op.Flatten(), Shape.of(378), List.of(MAP)),
        Arguments.of(new Op.PadShortcut(12, 2, 2), Shape.of(12, 5, 4), List.of(MAP)),
        Arguments.of(
            new Op.Exchange(Op.Exchange.Kind.ALL_GATHER, 2, 0, Shape.of(12, 9, 7)),
            Shape.of(12, 9, 7),
            List.of(MAP)));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void givesTheShapeOfOneImage(Op op, Shape output, List<Shape> inputs) {
    assertThat(infer(op, inputs.toArray(Shape[]::new))).isEqualTo(output);
  }

  @Test
  void everyOperationIsListedAbove() {
    Set<Class<?>> listed = new HashSet<>();
    shapes().forEach(line -> listed.add(line.get()[0].getClass()));
    assertThat(listed).containsExactlyInAnyOrder(Op.class.getPermittedSubclasses());
  }

  static List<Arguments> refusals() {
    return List.of(
        Arguments.of(new Op.Relu(), "needs 1 inputs, found 2", List.of(MAP, MAP)),
        Arguments.of(new Op.Add(), "needs 2 inputs, found 1", List.of(MAP)),
        Arguments.of(new Op.Concat(), "needs 1 inputs, found 0", List.of()),
        Arguments.of(Op.Conv2d.square(8, 8, 3, 1, 1, 1), "reads 8 channels", List.of(MAP)),
        Arguments.of(Op.Conv2d.square(6, 8, 3, 1, 1, 4), "not divisible by 4 groups", List.of(MAP)),
        Arguments.of(Op.Conv2d.square(6, 8, 11, 1, 0, 1), "spans 11 elements", List.of(MAP)),
        Arguments.of(Op.Conv2d.square(12, 8, 1, 1, 0, 1), "reads [channels, ", List.of(VECTOR)),
        Arguments.of(new Op.BatchNorm(5, 1e-5f), "reads 5 channels", List.of(MAP)),
        Arguments.of(new Op.Add(), "adds equal shapes", List.of(MAP, Shape.of(6, 7, 9))),
        Arguments.of(new Op.MaxPool(3, 2, 2), "padding 2 must be from 0 to half", List.of(MAP)),
        Arguments.of(new Op.Linear(10, 5, true, 1), "reads [10], found [12]", List.of(VECTOR)),
        Arguments.of(new Op.Linear(12, 5, true, 5), "not divisible by 5 parts", List.of(VECTOR)),
        Arguments.of(new Op.Linear(378, 5, true, 1), "flatten maps first", List.of(MAP)),
        Arguments.of(new Op.Concat(), "maps of one size", List.of(MAP, Shape.of(6, 9, 8))),
        Arguments.of(
            new Op.Concat(),
            "joins 2147483648 channels",
            List.of(Shape.of(1 << 30, 1, 1), Shape.of(1 << 30, 1, 1))),
        Arguments.of(
            new Op.ChannelSlice(3, 4), "takes 4 channels from 3 on, found [6,", List.of(MAP)),
        Arguments.of(new Op.ChannelSlice(-1, 4), "takes 4 channels from -1 on", List.of(MAP)),
        Arguments.of(new Op.ChannelSlice(1, 0), "takes 0 channels from 1 on", List.of(MAP)),
        Arguments.of(
            new Op.ChannelSlice(1, Integer.MAX_VALUE), "takes 2147483647 channels", List.of(MAP)),
        Arguments.of(new Op.ChannelShuffle(4), "not divisible by 4 groups", List.of(MAP)),
        Arguments.of(new Op.PadShortcut(5, 1, 1), "pads to at least its 6", List.of(MAP)),
        Arguments.of(new Op.PadShortcut(13, 1, 2), "13 channels are not divisible", List.of(MAP)));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void namesTheNodeAndTheRule(Op op, String rule, List<Shape> inputs) {
    assertThatThrownBy(() -> infer(op, inputs.toArray(Shape[]::new)))
        .isInstanceOf(NetworkException.class)
        .hasMessageStartingWith(op.getClass().getSimpleName() + " 'node': ")
        .hasMessageContaining(rule);
  }

  private static Shape infer(Op op, Shape... inputs) {
    List<String> names = Arrays.stream(inputs).map(Shape::toString).toList();
    return ShapeInference.output(new Node("node", op, names), List.of(inputs));
  }
}
