package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.InvertedResidual.Layer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernels")
class InvertedResidualTest {
  private static final long SEED = 11;

  /** Of all plans, so that each finds there what others left. */
  private static final ScratchMemory MEMORY = new ScratchMemory();

  @BeforeEach
  void needsDepthwiseKernels() {
    Assumptions.assumeFalse(
        Engine.kernels().depthwise().isEmpty(), "these kernels have no depthwise ones");
  }

  /**
   * Bands that divide the rows and such that do not, chunks with rests, groups, multipliers, stems,
   * projections.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "n1 g1 ic4 ih56 oc48 kh1; n1 g48 ic48 ih56 oc48 kh3 ph1",
        "n2 g1 ic5 ih57 iw61 oc45 kh1; n2 g45 ic45 ih57 iw61 oc45 kh3 ph1 sh2 sw2",
        "n2 g2 ic8 ih40 iw88 oc44 kh1; n2 g44 ic44 ih40 iw88 oc44 kh3 ph1",
        "n1 g1 ic24 ih112 oc15 kh1; n1 g15 ic15 ih112 oc30 kh3 ph1",
        "n1 g1 ic24 ih112 oc13 kh1; n1 g13 ic13 ih112 oc13 kh3 ph1 sh2 sw2",
        "n1 g1 ic7 ih90 iw70 oc26 kh1; n1 g26 ic26 ih90 iw70 oc26 kh3",
        "n1 g1 ic24 ih111 iw112 oc17 kh1; n1 g17 ic17 ih111 iw112 oc17 kh3 sh2 sw2",
        "n1 g1 ic16 ih1 iw8192 oc20 kh1; n1 g20 ic20 ih1 iw8192 oc20 kh3 ph1",
        "n1 g1 ic16 ih2 iw8192 oc20 kh1; n1 g20 ic20 ih2 iw8192 oc20 kh3 ph1 sh2 sw2",
        "n1 g1 ic3 ih224 oc32 kh3 ph1 sh2 sw2; n1 g32 ic32 ih112 oc32 kh3 ph1",
        "n2 g1 ic3 ih151 iw147 oc27 kh3 ph1 sh2 sw2; n2 g27 ic27 ih76 iw74 oc27 kh3 ph1 sh2 sw2",
        "n2 g2 ic6 ih71 iw70 oc34 kh3 ph1; n2 g34 ic34 ih71 iw70 oc68 kh3 ph1",
        "n1 g1 ic3 ih224 oc32 kh3 ph1 sh2 sw2; n1 g32 ic32 ih112 oc32 kh3 ph1; n1 ic32 ih112 oc16"
            + " kh1",
        "n1 g1 ic24 ih56 oc144 kh1; n1 g144 ic144 ih56 oc144 kh3 ph1; n1 ic144 ih56 oc24 kh1",
        "n2 g1 ic5 ih57 iw61 oc45 kh1; n2 g45 ic45 ih57 iw61 oc45 kh3 ph1 sh2 sw2;"
            + " n2 ic45 ih29 iw31 oc11 kh1",
        "n2 g2 ic8 ih71 iw73 oc34 kh1; n2 g34 ic34 ih71 iw73 oc68 kh3 ph1;"
            + " n2 g2 ic68 ih71 iw73 oc14 kh1"
      })
  void givesTheBitsOfOneAfterTheOther(String problems) {
    var convolutions = convolutions(problems);
    var random = new Random(SEED);
    float[] input =
        ConvolutionProblems.normal(convolutions.getFirst().geometry().inShape(), random);
    var outShape = convolutions.getLast().geometry().outShape();
    float[] addend = ConvolutionProblems.normal(outShape, random);
    for (var activation : Activation.values()) {
      List<Layer> layers = new ArrayList<>();
      for (int i = 0; i < convolutions.size(); i++) {
        var convolution = convolutions.get(i);
        var weights = ConvolutionProblems.normal(convolution.geometry().weightShape(), random);
        boolean bare = activation == Activation.values()[i];
        float[] bias =
            bare
                ? null
                : ConvolutionProblems.normal(
                    Shape.of(convolution.geometry().outChannels()), random);
        boolean adds = activation == Activation.RELU6 && i == convolutions.size() - 1;
        layers.add(
            new Layer(
                convolution.pack(weights), new Epilogue(bias, adds ? addend : null, activation)));
      }
      if (activation == Activation.RELU6) {
        input[random.nextInt(input.length)] = Float.NaN;
      }
      for (int threads = 1; threads <= 3; threads++) {
        try (var workers = new Workers(threads)) {
          var fused = InvertedResidual.of(convolutions, threads, MEMORY).orElseThrow();
          float[] found = new float[addend.length];
          Arrays.fill(found, Float.NaN);
          fused.forward(input, layers, found, workers);
          assertThat(found)
              .as("%s, %s, %d threads, seed %d", activation, fused.cut(), threads, SEED)
              .isEqualTo(oneAfterTheOther(convolutions, input, layers, workers));
        }
      }
    }
  }

  private static float[] oneAfterTheOther(
      List<Convolution> convolutions, float[] input, List<Layer> layers, Workers workers) {
    float[] map = input;
    for (int i = 0; i < convolutions.size(); i++) {
      var convolution = convolutions.get(i);
      float[] output = new float[convolution.geometry().outShape().elements()];
      var layer = layers.get(i);
      convolution.forward(map, layer.weights(), layer.epilogue(), output, workers);
      map = output;
    }
    return map;
  }

  @ParameterizedTest
  @CsvSource({
    "a small map, n1 g1 ic4 ih20 oc48 kh1; n1 g48 ic48 ih20 oc48 kh3 ph1",
    "no depthwise convolution, n1 g1 ic4 ih56 oc48 kh1; n1 g1 ic48 ih56 oc48 kh3 ph1",
    "an expansion of patches, n1 g1 ic4 ih56 oc48 kh3 ph1; n1 g48 ic48 ih56 oc48 kh3 ph1",
    "a product with a stride, n1 g1 ic4 ih112 oc48 kh1 sh2 sw2; n1 g48 ic48 ih56 oc48 kh3 ph1",
    "short bands, n1 g1 ic900 ih112 oc16 kh1; n1 g16 ic16 ih112 oc16 kh3 ph1",
    "no projection, n1 ic4 ih56 oc48 kh1; n1 g48 ic48 ih56 oc48 kh3 ph1; n1 ic48 ih56 oc8 kh3 ph1",
    "a stride, n1 ic4 ih56 oc48 kh1; n1 g48 ic48 ih56 oc48 kh3 ph1; n1 ic48 ih56 oc8 kh1 sh2 sw2",
    "more groups, n1 ic4 ih56 oc48 kh1; n1 g48 ic48 ih56 oc48 kh3 ph1; n1 g2 ic48 ih56 oc8 kh1"
  })
  void leavesToTheOthersWhatIsNotWorthIt(String why, String problems) {
    assertThat(InvertedResidual.of(convolutions(problems), 1, MEMORY)).as(why).isEmpty();
  }

  @Test
  void leavesNoThreadWithoutABand() {
    var convolutions =
        convolutions(
            "n1 ic24 ih56 oc144 kh1; n1 g144 ic144 ih56 oc144 kh3 ph1; n1 ic144 ih56 oc24 kh1");
    assertThat(InvertedResidual.of(convolutions, 1, MEMORY).orElseThrow().cut())
        .startsWith("3 bands");
    assertThat(InvertedResidual.of(convolutions, 2, MEMORY).orElseThrow().cut())
        .startsWith("4 bands");
    assertThat(InvertedResidual.of(convolutions, 5, MEMORY).orElseThrow().cut())
        .startsWith("5 bands");
    assertThat(InvertedResidual.of(convolutions, 8, MEMORY)).isEmpty();
    assertThat(InvertedResidual.of(convolutions.subList(0, 2), 8, MEMORY)).isPresent();
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(
            () ->
                InvertedResidual.of(
                    convolutions("n1 g1 ic4 ih56 oc48 kh1; n1 g48 ic48 ih55 oc48 kh3 ph1"),
                    1,
                    MEMORY))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("is not the input of problem n1 g48 ic48 ih55");
    var convolutions = convolutions("n1 g1 ic4 ih56 oc48 kh1; n1 g48 ic48 ih56 oc48 kh3 ph1");
    assertThatThrownBy(() -> InvertedResidual.of(convolutions.subList(0, 1), 1, MEMORY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 or 3 convolutions, found 1");
    var pair = InvertedResidual.of(convolutions, 1, MEMORY).orElseThrow();
    float[] input = new float[convolutions.getFirst().geometry().inShape().elements()];
    float[] map = new float[convolutions.getLast().geometry().outShape().elements()];
    var expansion = convolutions.getFirst().pack(new float[48 * 4]);
    var depthwise = convolutions.getLast().pack(new float[48 * 9]);
    var adds = new Epilogue(null, map, Activation.NONE);
    try (var workers = new Workers(1)) {
      var addsFirst = List.of(new Layer(expansion, adds), new Layer(depthwise, Epilogue.NONE));
      assertThatThrownBy(() -> pair.forward(input, addsFirst, map, workers))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("never whole");
      var addsLast = List.of(new Layer(expansion, Epilogue.NONE), new Layer(depthwise, adds));
      assertThatThrownBy(() -> pair.forward(input, addsLast, map, workers))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("an array of its own");
    }
  }

  private static List<Convolution> convolutions(String problems) {
    return Arrays.stream(problems.split("; "))
        .map(Conv2dGeometry::parse)
        .map(Convolution::of)
        .toList();
  }
}
