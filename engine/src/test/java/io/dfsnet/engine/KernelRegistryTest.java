package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The registry's names and conditions, and that the tests' problems reach all of its kernels. */
@Tag("kernels")
class KernelRegistryTest {
  private final Kernels kernels = Engine.kernels();
  private final KernelRegistry registry = new KernelRegistry(kernels);

  @Test
  void namesFollowTheGrammar() {
    assertThat(admitted())
        .allMatch(
            name ->
                name.matches(
                    "f32_conv_(forward|backward_data|backward_weights)_"
                        + "((direct|shifted|copies|inplace|blocked|winograd|matrix|transposed)_([mv]\\d+)([vkprw]\\d+)?(g2|down|up)?"
                        + "|depthwise_k3s[12](r[12]|v[124]|w2))__(scalar|simd(128|256|512))"));
  }

  @Test
  void tableReachesEveryKernel() {
    Set<String> expected = new TreeSet<>();
    for (var row : kernels.rows()) {
      if (row.sampling() == Sampling.SAME && row.groups() == 1) {
        expected.add("f32_conv_forward_winograd_" + row.name());
        expected.add("f32_conv_backward_data_winograd_" + row.name());
      }
      if (row.sampling() != Sampling.UP) {
        expected.add("f32_conv_forward_blocked_" + row.name());
      }
      if (row.sampling() != Sampling.DOWN) {
        expected.add("f32_conv_backward_data_blocked_" + row.name());
      }
    }
    for (var tile : kernels.products()) {
      for (var layout : List.of("matrix", "transposed")) {
        expected.add("f32_conv_forward_" + layout + "_" + tile.name());
        expected.add("f32_conv_backward_data_" + layout + "_" + tile.name());
      }
    }
    for (var patch : kernels.patches()) {
      expected.add("f32_conv_forward_inplace_" + patch.name());
      expected.add("f32_conv_backward_data_inplace_" + patch.name());
    }
    for (var planes : List.of("direct", "shifted", "copies", "winograd")) {
      for (var tile : kernels.sums()) {
        expected.add("f32_conv_forward_" + planes + "_" + tile.name());
        expected.add("f32_conv_backward_data_" + planes + "_" + tile.name());
      }
    }
    for (var planes : List.of("direct", "shifted", "copies")) {
      for (var tile : kernels.outers()) {
        expected.add("f32_conv_backward_weights_" + planes + "_" + tile.name());
      }
    }
    for (var tile : kernels.blockedOuters()) {
      expected.add("f32_conv_backward_weights_blocked_" + tile.name());
    }
    for (var kernel : kernels.pointOuters()) {
      expected.add("f32_conv_backward_weights_winograd_" + kernel.name());
    }
    for (var kernel : kernels.depthwise()) {
      if (kernel.name().startsWith("k3s1") || kernel instanceof VectorDepthwiseSpread) {
        expected.add("f32_conv_backward_data_depthwise_" + kernel.name());
      }
      if (!(kernel instanceof VectorDepthwiseSpread)) {
        expected.add("f32_conv_forward_depthwise_" + kernel.name());
      }
    }
    for (var kernel : kernels.depthwiseOuters()) {
      expected.add("f32_conv_backward_weights_depthwise_" + kernel.name());
    }
    assertThat(admitted()).containsExactlyElementsOf(expected);
  }

  private Set<String> admitted() {
    Set<String> names = new TreeSet<>();
    for (var problem : ConvolutionProblems.TABLE.values()) {
      var geometry = Conv2dGeometry.parse(problem);
      Stream.of(
              registry.forward(geometry),
              registry.backwardData(geometry),
              registry.backwardWeights(geometry))
          .flatMap(List::stream)
          .forEach(choice -> names.add(choice.name()));
    }
    return names;
  }

  @Test
  void namesOfAGeometryAreUnique() {
    var choices = registry.forward(Conv2dGeometry.parse("ic16 ih16 oc16 kh1"));
    var names = choices.stream().map(KernelRegistry.Choice::name).toList();
    assertThat(new HashSet<>(names)).hasSameSizeAs(names);
  }

  @Test
  void conditionsAreAsDocumented() {
    assertThat(forward("ic3 ih64 oc16 kh1")).contains("_direct_m8");
    assertThat(forward("ic3 ih64 oc16 kh1 sh2")).doesNotContain("_direct_");
    assertThat(forward("ic3 ih64 oc16 kh1 ph1")).doesNotContain("_direct_");
    String tile = kernels.products().getFirst().name();
    assertThat(forward("ic16 ih64 oc16 kh1")).endsWith("_matrix_" + tile);
    assertThat(forward("ic16 ih64 oc16 kh1 sh2")).endsWith("_matrix_" + tile);
    assertThat(forward("ic16 ih64 oc16 kh1 ph1")).doesNotContain("_matrix_");
    int columns = kernels.products().getFirst().columns();
    assertThat(forward("ic16 ih2 iw" + columns + " oc16 kh1")).endsWith("_matrix_" + tile);
    assertThat(forward("ic16 ih1 iw" + (2 * columns - 1) + " oc16 kh1"))
        .endsWith("_transposed_" + tile);
    assertThat(forward("ic16 ih2 iw" + columns + " oc15 kh1")).contains("_matrix_");
    assertThat(forward("ic15 ih17 oc9 kh3 ph1")).contains("_copies_m8");
    assertThat(forward("ic16 ih17 oc9 kh3 ph1")).contains("_winograd_m8");
    assertThat(forward("ic16 ih8 oc1 kh3 ph1")).contains("_winograd_m1");
    assertThat(forward("ic16 ih7 iw8 oc9 kh3 ph1")).doesNotContain("_winograd_");
    assertThat(forward("ic16 ih8 iw7 oc9 kh3 ph1")).doesNotContain("_winograd_");
    assertThat(forward("g2 ic30 ih8 oc32 kh3 ph1")).doesNotContain("_winograd_");
    assertThat(forward("ic16 ih17 oc9 kh3")).doesNotContain("_winograd_");
    assertThat(forward("ic16 ih17 oc9 kh3 ph1 sh2")).doesNotContain("_winograd_");
    assertThat(forward("ic16 ih17 oc9 kh3 ph2 dh2")).doesNotContain("_winograd_");
    int lanes = kernels.lanes(Integer.MAX_VALUE);
    if (!kernels.rows().isEmpty()) {
      boolean longTiles = kernels.rows().getFirst().positions() == 16;
      assertThat(forward("ic8 ih14 oc" + lanes + " kh3 ph1"))
          .contains(longTiles ? "_blocked_v1w14_" : "_blocked_v1p7_");
      assertThat(forward("ic8 ih8 oc" + lanes + " kh3 ph1")).contains("_blocked_v1p8_");
      assertThat(forward("ic16 ih14 oc" + lanes + " kh3 ph1"))
          .contains(longTiles ? "_winograd_v1w14_" : "_winograd_v1p7_");
      assertThat(forward("ic64 ih32 oc" + lanes + " kh3 ph1"))
          .contains(longTiles ? "_winograd_v1p16_" : "_winograd_v1p8_");
      assertThat(forward("ic64 ih8 oc" + lanes + " kh3 ph1")).contains("_winograd_v1p8_");
      int pair = 2 * Math.max(lanes, 4);
      var rowsOfPairs = "ih8 iw%d oc%d kh3 ph1".formatted(pair, lanes);
      assertThat(forward("ic32 " + rowsOfPairs)).contains("_winograd_m");
      assertThat(forward("ic33 " + rowsOfPairs)).contains("_winograd_v1");
      assertThat(forward("ic7 ih31 oc" + lanes + " kh3 ph1 sh2")).doesNotContain("_blocked_");
      assertThat(forward("ic8 ih31 oc" + lanes + " kh3 ph1 sh2"))
          .contains(longTiles ? "_blocked_v1p16down_" : "_blocked_v1p8down_");
      assertThat(forward("ic8 ih31 oc" + lanes + " kh3 ph1 sh2 sw1")).doesNotContain("_blocked_");
      assertThat(backwardData("ic" + lanes + " ih31 oc8 kh3 ph1 sh2")).doesNotContain("_blocked_");
      if (longTiles) {
        assertThat(backwardData("ic" + lanes + " ih32 oc8 kh3 ph1 sh2"))
            .contains("_blocked_v1p16up_");
      }
      assertThat(forward("ic12 ih32 oc" + lanes + " kh3 ph1")).contains("_inplace_");
      if (lanes == 16 && longTiles) {
        assertThat(forward("g2 ic16 ih8 oc16 kh3 ph1")).contains("_blocked_v1w8g2_");
        assertThat(forward("g2 ic16 ih31 oc16 kh3 ph1")).contains("_blocked_v1p8g2_");
        assertThat(forward("g2 ic16 ih56 oc16 kh3 ph1")).contains("_inplace_m4r4_");
        assertThat(forward("g8 ic64 ih56 oc64 kh3 ph1")).contains("_inplace_m4r4_");
        assertThat(forward("g4 ic64 ih56 oc64 kh3 ph1")).contains("_winograd_v1p14_");
        assertThat(forward("ic8 ih16 oc16 kh3 ph1")).contains("_blocked_v1w16_");
      }
      assertThat(forward("g2 ic16 ih32 oc" + lanes + " kh3 ph1")).contains("_inplace_");
      assertThat(forward("g8 ic16 ih32 oc16 kh3 ph1")).contains("_inplace_m2r4_");
      assertThat(forward("g8 ic16 ih3 iw32 oc16 kh3 ph1")).doesNotContain("_inplace_");
      assertThat(forward("g8 ic16 ih32 iw" + (lanes + 1) + " oc16 kh3 ph1"))
          .doesNotContain("_inplace_");
      assertThat(forward("ic16 ih6 oc" + lanes + " kh3 ph1")).doesNotContain("_blocked_");
      assertThat(forward("ic16 ih14 oc" + lanes + " kh3")).doesNotContain("_blocked_");
      assertThat(forward("ic8 ih14 oc" + (lanes + 1) + " kh3 ph1")).doesNotContain("_blocked_");
    }
    assertThat(forward("ic12 ih17 oc5 kh3 ph1")).contains("_m4");
    assertThat(forward("g2 ic16 ih17 oc6 kh3 ph1")).contains("_m2");
    assertThat(forward("g16 ic16 ih17 oc16 kh5 ph2")).contains("_m1");
  }

  @Test
  void depthwiseConditionsAreAsDocumented() {
    assumeThat(kernels.depthwise()).isNotEmpty();
    assertThat(forward("g16 ic16 ih17 oc16 kh3 ph1")).contains("_depthwise_k3s1v2");
    assertThat(forward("g16 ic16 ih17 oc32 kh3")).contains("_depthwise_k3s1v2");
    assertThat(forward("g16 ic16 ih17 oc16 kh3 ph1 sh2")).contains("_depthwise_k3s2v2");
    assertThat(backwardData("g16 ic16 ih17 oc16 kh3 ph1")).contains("_depthwise_k3s1v2");
    int lanes = kernels.lanes(Integer.MAX_VALUE);
    String wide = lanes == 16 ? "_depthwise_k3s1v4" : "_depthwise_k3s1v2";
    assertThat(forward("g16 ic16 ih17 iw" + 2 * lanes + " oc16 kh3 ph1")).contains("_k3s1v2");
    assertThat(forward("g16 ic16 ih17 iw" + (2 * lanes + 1) + " oc16 kh3 ph1")).contains(wide);
    if (VectorKernels.HAS_MASKED_STORES) {
      String strided = "g16 ic16 ih17 oc16 kh3 sh2 ph1 iw";
      String whole = lanes == 16 ? "_depthwise_k3s2w2" : "_depthwise_k3s2v2";
      assertThat(forward(strided + 4 * lanes)).contains(whole);
      assertThat(forward(strided + (4 * lanes - 1))).contains("_depthwise_k3s2v2");
      assertThat(forward(strided + (4 * lanes + 2))).contains("_depthwise_k3s2v2");
    }
    for (var other :
        List.of(
            "oc16 kh3 ph1 sh2 sw1",
            "oc16 kh3 ph1 sh3",
            "oc16 kh3 dh2",
            "oc16 kh5",
            "oc16 kh3 kw1")) {
      assertThat(forward("g16 ic16 ih17 " + other)).doesNotContain("_depthwise_");
    }
    assertThat(forward("g8 ic16 ih17 oc16 kh3 ph1")).doesNotContain("_depthwise_");
    assertThat(backwardData("g16 ic16 ih17 oc32 kh3 ph1")).doesNotContain("_depthwise_");
    assertThat(backwardData("g16 ic16 ih64 oc16 kh3 ph1 sh2")).contains("_depthwise_k3s2v1");
    assertThat(backwardData("g16 ic16 ih63 oc16 kh3 ph1 sh2")).doesNotContain("_depthwise_");
    assertThat(backwardData("g16 ic16 ih64 oc16 kh3 sh2")).doesNotContain("_depthwise_");
    assertThat(backwardData("g16 ic16 ih17 oc16 kh3")).doesNotContain("_depthwise_");
  }

  @Test
  void blockedOuterProductsComeFirstWhereValuesAreUsedOften() {
    int lanes = kernels.lanes(1 << 20);
    assumeThat(kernels.blockedOuters()).isNotEmpty();
    // 9 products per input channel; rows of one run, then of two.
    int outputs = 4 * lanes;
    assertThat(backwardWeights(lanes, lanes, outputs)).startsWith("blocked");
    assertThat(backwardWeights(lanes, 2 * lanes, outputs)).startsWith("blocked");
    // A quarter of 4 lanes is a single channel, and that is depthwise.
    if (lanes > 4) {
      assertThat(backwardWeights(lanes / 4, lanes, outputs)).startsWith("blocked");
      assertThat(backwardWeights(lanes / 4, 2 * lanes, outputs)).startsWith("shifted");
    }
    assertThat(backwardWeights(lanes, lanes, outputs + 1)).startsWith("shifted");
  }

  @Test
  void weightsOfWholeTilesAreSummedAtPoints() {
    assumeThat(kernels.pointOuters()).isNotEmpty();
    int outputs = 2 * kernels.lanes(1 << 20);
    for (int channels : new int[] {16, 24}) {
      var problem = "ic%d ih8 oc%d kh3 ph1".formatted(channels, outputs);
      assertThat(weights(problem)).contains("_winograd_");
    }
    for (var other : List.of("ic18 ih8", "ic16 ih9 iw8", "ic16 ih8 iw640", "ic8 ih8")) {
      assertThat(weights("%s oc%d kh3 ph1".formatted(other, outputs))).doesNotContain("_winograd_");
    }
    assertThat(weights("ic16 ih8 oc%d kh3 ph1".formatted(outputs + 1)))
        .doesNotContain("_winograd_");
  }

  private String weights(String problem) {
    return registry.backwardWeights(Conv2dGeometry.parse(problem)).getFirst().name();
  }

  private String backwardWeights(int inputs, int width, int outputs) {
    var problem = "ic%d ih4 iw%d oc%d kh3 ph1".formatted(inputs, width, outputs);
    return registry
        .backwardWeights(Conv2dGeometry.parse(problem))
        .getFirst()
        .name()
        .replace("f32_conv_backward_weights_", "");
  }

  @Test
  void blockedOuterProductsNeedGroupsThatFillVectors() {
    assertThat(BlockedOuterProduct.admits(Conv2dGeometry.parse("g4 ic16 ih8 oc16 kh3"), 16))
        .isTrue();
    assertThat(BlockedOuterProduct.admits(Conv2dGeometry.parse("g4 ic16 ih8 oc32 kh3"), 16))
        .isTrue();
    assertThat(BlockedOuterProduct.admits(Conv2dGeometry.parse("g2 ic20 ih8 oc32 kh3"), 16))
        .isTrue();
    assertThat(BlockedOuterProduct.admits(Conv2dGeometry.parse("ic3 ih8 oc32 kh3"), 16)).isTrue();
    assertThat(BlockedOuterProduct.admits(Conv2dGeometry.parse("g2 ic6 ih8 oc32 kh3"), 16))
        .isFalse();
    assertThat(BlockedOuterProduct.admits(Conv2dGeometry.parse("g4 ic32 ih8 oc16 kh3"), 16))
        .isFalse();
    assertThat(BlockedOuterProduct.admits(Conv2dGeometry.parse("g16 ic16 ih8 oc16 kh3"), 16))
        .isFalse();
    assertThat(BlockedOuterProduct.admits(Conv2dGeometry.parse("ic16 ih8 oc24 kh3"), 16)).isFalse();
    assertThat(
            BlockedOuterProduct.admits(Conv2dGeometry.parse("ic2048 ih65 oc16 kh3 ph30 dh30"), 16))
        .isFalse();
  }

  private String backwardData(String problem) {
    return registry.backwardData(Conv2dGeometry.parse(problem)).getFirst().name();
  }

  private String forward(String problem) {
    return registry.forward(Conv2dGeometry.parse(problem)).getFirst().name();
  }
}
