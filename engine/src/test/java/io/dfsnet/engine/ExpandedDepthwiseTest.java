package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("kernels")
class ExpandedDepthwiseTest {
  private static final long SEED = 11;

  @BeforeEach
  void needsDepthwiseKernels() {
    Assumptions.assumeFalse(
        Engine.kernels().depthwise().isEmpty(), "these kernels have no depthwise ones");
  }

  /** Bands that divide the rows and such that do not, chunks with rests, groups, multipliers. */
  @ParameterizedTest
  @CsvSource({
    "n1 g1 ic4 ih56 oc48 kh1, n1 g48 ic48 ih56 oc48 kh3 ph1",
    "n2 g1 ic5 ih57 iw61 oc45 kh1, n2 g45 ic45 ih57 iw61 oc45 kh3 ph1 sh2 sw2",
    "n2 g2 ic8 ih40 iw88 oc44 kh1, n2 g44 ic44 ih40 iw88 oc44 kh3 ph1",
    "n1 g1 ic24 ih112 oc15 kh1, n1 g15 ic15 ih112 oc30 kh3 ph1",
    "n1 g1 ic24 ih112 oc13 kh1, n1 g13 ic13 ih112 oc13 kh3 ph1 sh2 sw2",
    "n1 g1 ic7 ih90 iw70 oc26 kh1, n1 g26 ic26 ih90 iw70 oc26 kh3",
    "n1 g1 ic24 ih111 iw112 oc17 kh1, n1 g17 ic17 ih111 iw112 oc17 kh3 sh2 sw2",
    "n1 g1 ic16 ih1 iw8192 oc20 kh1, n1 g20 ic20 ih1 iw8192 oc20 kh3 ph1",
    "n1 g1 ic16 ih2 iw8192 oc20 kh1, n1 g20 ic20 ih2 iw8192 oc20 kh3 ph1 sh2 sw2",
    "n1 g1 ic3 ih224 oc32 kh3 ph1 sh2 sw2, n1 g32 ic32 ih112 oc32 kh3 ph1",
    "n2 g1 ic3 ih151 iw147 oc27 kh3 ph1 sh2 sw2, n2 g27 ic27 ih76 iw74 oc27 kh3 ph1 sh2 sw2",
    "n2 g2 ic6 ih71 iw70 oc34 kh3 ph1, n2 g34 ic34 ih71 iw70 oc68 kh3 ph1"
  })
  void givesTheBitsOfTheTwoOneAfterTheOther(String expansion, String depthwise) {
    var first = Convolution.of(Conv2dGeometry.parse(expansion));
    var second = Convolution.of(Conv2dGeometry.parse(depthwise));
    var pair = ExpandedDepthwise.of(first, second).orElseThrow();
    var random = new Random(SEED);
    float[] input = ConvolutionProblems.normal(first.geometry().inShape(), random);
    var firstWeights =
        first.pack(ConvolutionProblems.normal(first.geometry().weightShape(), random));
    var secondWeights =
        second.pack(ConvolutionProblems.normal(second.geometry().weightShape(), random));
    float[] addend = ConvolutionProblems.normal(second.geometry().outShape(), random);
    for (var activation : Activation.values()) {
      var firstEpilogue =
          new Epilogue(bias(first, activation == Activation.NONE, random), null, activation);
      var secondEpilogue =
          new Epilogue(
              bias(second, activation == Activation.RELU, random),
              activation == Activation.RELU6 ? addend : null,
              activation);
      for (int threads = 1; threads <= 3; threads++) {
        try (var workers = new Workers(threads)) {
          float[] between = new float[first.geometry().outShape().elements()];
          float[] expected = new float[addend.length];
          first.forward(input, firstWeights, firstEpilogue, between, workers);
          second.forward(between, secondWeights, secondEpilogue, expected, workers);
          float[] found = new float[addend.length];
          Arrays.fill(found, Float.NaN);
          pair.forward(
              input, firstWeights, firstEpilogue, secondWeights, secondEpilogue, found, workers);
          assertThat(found)
              .as("%s, %s, %d threads, seed %d", activation, pair.cut(), threads, SEED)
              .isEqualTo(expected);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a small map, n1 g1 ic4 ih20 oc48 kh1, n1 g48 ic48 ih20 oc48 kh3 ph1",
    "no depthwise convolution, n1 g1 ic4 ih56 oc48 kh1, n1 g1 ic48 ih56 oc48 kh3 ph1",
    "no matrix product, n1 g1 ic4 ih56 oc48 kh3 ph1, n1 g48 ic48 ih56 oc48 kh3 ph1",
    "a product with a stride, n1 g1 ic4 ih112 oc48 kh1 sh2 sw2, n1 g48 ic48 ih56 oc48 kh3 ph1",
    "short bands, n1 g1 ic900 ih112 oc16 kh1, n1 g16 ic16 ih112 oc16 kh3 ph1"
  })
  void leavesToTheTwoWhatIsNotWorthIt(String why, String expansion, String depthwise) {
    assertThat(pair(expansion, depthwise)).as(why).isEmpty();
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> pair("n1 g1 ic4 ih56 oc48 kh1", "n1 g48 ic48 ih55 oc48 kh3 ph1"))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("is not the input of problem n1 g48 ic48 ih55");
    var first = Convolution.of(Conv2dGeometry.parse("n1 g1 ic4 ih56 oc48 kh1"));
    var second = Convolution.of(Conv2dGeometry.parse("n1 g48 ic48 ih56 oc48 kh3 ph1"));
    var pair = ExpandedDepthwise.of(first, second).orElseThrow();
    float[] input = new float[first.geometry().inShape().elements()];
    float[] map = new float[first.geometry().outShape().elements()];
    var firstWeights = first.pack(new float[48 * 4]);
    var secondWeights = second.pack(new float[48 * 9]);
    var adds = new Epilogue(null, map, Activation.NONE);
    try (var workers = new Workers(1)) {
      assertThatThrownBy(
              () ->
                  pair.forward(
                      input, firstWeights, adds, secondWeights, Epilogue.NONE, map, workers))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("never whole");
      assertThatThrownBy(
              () ->
                  pair.forward(
                      input, firstWeights, Epilogue.NONE, secondWeights, adds, map, workers))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("an array of its own");
    }
  }

  private static Optional<ExpandedDepthwise> pair(String expansion, String depthwise) {
    return ExpandedDepthwise.of(
        Convolution.of(Conv2dGeometry.parse(expansion)),
        Convolution.of(Conv2dGeometry.parse(depthwise)));
  }

  private static float[] bias(Convolution convolution, boolean none, Random random) {
    return none
        ? null
        : ConvolutionProblems.normal(Shape.of(convolution.geometry().outChannels()), random);
  }
}
