package io.dfsnet.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dfsnet.engine.VectorKernels.Preferred;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Problems for the tests of convolutions, each named by the property that it probes. */
final class ConvolutionProblems {
  private ConvolutionProblems() {}

  /** Small problems, for every kernel. */
  static final Map<String, String> TABLE = new LinkedHashMap<>();

  static {
    TABLE.put("single_element", "ic1 ih1 oc1 kh1");
    TABLE.put("one_by_one_output", "n3 ic5 ih3 oc7 kh3");
    TABLE.put("map_smaller_than_a_run", "n2 ic3 ih2 iw3 oc4 kh3 ph1");
    TABLE.put("row_is_one_run_of_16", "n2 ic3 ih5 iw16 oc8 kh3 ph1");
    TABLE.put("row_is_two_runs_of_16", "n2 ic4 ih6 iw32 oc9 kh3 ph1");
    TABLE.put("row_is_one_run_of_8", "n5 ic6 ih8 oc16 kh3 ph1");
    TABLE.put("row_is_one_run_of_4", "n7 ic6 ih4 oc12 kh3 ph1");
    TABLE.put("one_row_map", "n2 ic9 ih1 iw32 oc15 kh1 kw3 pw1");
    TABLE.put("row_has_a_tail", "n2 ic3 ih7 iw19 oc10 kh3 ph1");
    TABLE.put("prime_everything", "n5 ic7 ih11 iw13 oc17 kh5 kw3 ph2 pw1");
    TABLE.put("no_padding", "n2 ic4 ih9 iw10 oc8 kh3");
    TABLE.put("padding_wider_than_kernel", "n1 ic2 ih5 oc3 kh3 ph4 pw5");
    TABLE.put("padding_of_pointwise", "n1 ic3 ih4 iw5 oc4 kh1 ph1 pw2");
    TABLE.put("stem_3_to_16", "n2 ic3 ih32 oc16 kh3 ph1");
    TABLE.put("stem_7x7_stride_2", "n1 ic3 ih29 oc8 kh7 sh2 ph3");
    TABLE.put("channels_below_tile", "n2 ic5 ih8 oc3 kh3 ph1");
    TABLE.put("channels_equal_tile", "n2 ic8 ih8 oc8 kh3 ph1");
    TABLE.put("channels_above_tile", "n2 ic9 ih8 oc13 kh3 ph1");
    TABLE.put("channels_7_is_4_2_1", "n1 ic7 ih6 oc7 kh3 ph1");
    TABLE.put("vectors_of_channels_row_of_7", "n2 ic16 ih5 iw7 oc32 kh3 ph1");
    TABLE.put("vectors_of_channels_row_of_8", "n2 g2 ic32 ih9 iw8 oc32 kh3 ph1");
    TABLE.put("vectors_of_channels_row_with_a_tail", "n1 ic32 ih4 iw19 oc16 kh3 ph1");
    TABLE.put("vectors_of_channels_one_row", "n1 ic16 ih1 iw10 oc16 kh3 ph1");
    TABLE.put("vectors_of_channels_two_rows", "n1 ic16 ih2 iw24 oc16 kh3 ph1");
    TABLE.put("vectors_of_two_groups_row_of_8", "n2 g2 ic16 ih5 iw8 oc16 kh3 ph1");
    TABLE.put("vectors_of_two_groups_row_of_7", "n2 g4 ic32 ih7 oc32 kh3 ph1");
    TABLE.put("vectors_of_two_groups_of_4", "n2 g4 ic16 ih9 iw10 oc16 kh3 ph1");
    TABLE.put("vectors_of_two_groups_of_2", "n2 g6 ic12 ih4 iw9 oc12 kh3 ph1");
    TABLE.put("vectors_of_channels_row_of_14", "n1 ic16 ih3 iw14 oc16 kh3 ph1");
    TABLE.put("vectors_of_channels_row_of_16_and_more", "n2 ic5 ih4 iw21 oc16 kh3 ph1");
    TABLE.put("patch_is_the_map", "n1 ic2 ih4 iw16 oc4 kh3 ph1");
    TABLE.put("patches_of_two_channels", "n2 g3 ic6 ih5 iw16 oc6 kh3 ph1");
    TABLE.put("patches_of_four_channels", "n3 g2 ic6 ih7 iw16 oc8 kh3 ph1");
    TABLE.put("patches_with_a_tail", "n2 g2 ic4 ih11 iw39 oc8 kh3 ph1");
    TABLE.put("patches_with_half_a_run", "n2 g2 ic4 ih6 iw24 oc8 kh3 ph1");
    TABLE.put("whole_rows_of_16", "n2 ic16 ih5 iw16 oc16 kh3 kw3 ph1 pw1");
    TABLE.put("winograd_rows_of_16", "n2 ic16 ih8 iw16 oc16 kh3 ph1");
    TABLE.put("winograd_rows_of_8", "n3 ic18 ih12 iw8 oc32 kh3 ph1");
    TABLE.put("winograd_rows_of_14", "n2 ic16 ih14 oc16 kh3 ph1");
    TABLE.put("winograd_of_vectors_of_two_groups", "n5 g2 ic32 ih8 iw9 oc64 kh3 ph1");
    TABLE.put("winograd_of_two_groups", "n2 g2 ic34 ih9 iw21 oc32 kh3 ph1");
    TABLE.put("winograd_of_a_row_too_many", "n2 ic16 ih9 iw11 oc16 kh3 ph1");
    TABLE.put("winograd_of_few_channels", "n2 ic17 ih10 iw9 oc5 kh3 ph1");
    TABLE.put("winograd_of_13_channels", "n1 ic16 ih11 iw32 oc13 kh3 ph1");
    TABLE.put("groups_2", "n5 g2 ic8 ih16 oc16 kh3 ph1");
    TABLE.put("groups_4", "n2 g4 ic16 ih16 oc16 kh3 ph1");
    TABLE.put("groups_8_widening", "n2 g8 ic16 ih9 oc32 kh3 ph1");
    TABLE.put("groups_3_odd", "n2 g3 ic9 ih10 iw7 oc15 kh3 ph1");
    TABLE.put("groups_eq_channels", "n2 g12 ic12 ih14 oc12 kh3 ph1");
    TABLE.put("depthwise_of_rows_of_16", "n2 g5 ic5 ih16 oc5 kh3 ph1");
    TABLE.put("depthwise_multiplier_2", "n2 g6 ic6 ih9 oc12 kh3 ph1");
    TABLE.put("depthwise_stride_2", "n2 g6 ic6 ih15 oc6 kh3 sh2 ph1");
    TABLE.put("depthwise_of_strips", "n2 g3 ic3 ih5 iw41 oc3 kh3 ph1");
    TABLE.put("depthwise_of_strips_stride_2", "n2 g3 ic3 ih6 iw67 oc3 kh3 sh2 ph1");
    TABLE.put("depthwise_of_strips_in_bands", "n2 g3 ic3 ih26 iw100 oc6 kh3 ph1");
    TABLE.put("depthwise_of_strips_and_a_vector", "n2 g3 ic3 ih12 iw72 oc3 kh3 ph1");
    TABLE.put("depthwise_of_strips_and_two_vectors", "n2 g3 ic3 ih11 iw90 oc3 kh3 ph1");
    TABLE.put("depthwise_of_strips_no_padding", "n2 g3 ic3 ih15 iw114 oc3 kh3");
    TABLE.put("depthwise_of_two_vectors_stride_2", "n2 g3 ic3 ih10 iw56 oc3 kh3 sh2 ph1");
    TABLE.put("depthwise_of_two_vectors_odd_stride_2", "n2 g3 ic3 ih9 iw64 oc6 kh3 sh2 ph1");
    TABLE.put("depthwise_two_maps_in_a_vector", "n2 g13 ic13 ih7 oc13 kh3 ph1");
    TABLE.put("depthwise_two_maps_of_half_a_vector", "n2 g40 ic40 ih3 iw8 oc40 kh3 ph1");
    TABLE.put("depthwise_two_maps_stride_2", "n2 g13 ic13 ih14 oc13 kh3 sh2 ph1");
    TABLE.put("depthwise_of_tiny_maps", "n3 g50 ic50 ih2 oc50 kh3 ph1");
    TABLE.put("depthwise_single_element_maps", "n2 g70 ic70 ih1 oc70 kh3 ph1");
    TABLE.put("depthwise_single_element_maps_stride_2", "n2 g70 ic70 ih2 oc70 kh3 sh2 ph1");
    TABLE.put("depthwise_multiplier_3_narrow", "n2 g8 ic8 ih6 oc24 kh3 ph1");
    TABLE.put("depthwise_multiplier_2_stride_2", "n2 g8 ic8 ih9 iw7 oc16 kh3 sh2 ph1");
    TABLE.put("depthwise_no_padding", "n2 g6 ic6 ih7 iw19 oc6 kh3");
    TABLE.put("depthwise_no_padding_stride_2", "n2 g6 ic6 ih8 iw10 oc6 kh3 sh2");
    TABLE.put("depthwise_padding_2_1", "n2 g6 ic6 ih7 oc6 kh3 ph2 pw1");
    TABLE.put("depthwise_padding_beyond_kernel", "n2 g6 ic6 ih4 iw5 oc6 kh3 ph4 pw5");
    TABLE.put("depthwise_padding_beyond_kernel_stride_2", "n2 g6 ic6 ih4 iw5 oc6 kh3 sh2 ph4 pw6");
    TABLE.put("depthwise_5x5", "n2 g6 ic6 ih9 oc6 kh5 ph2");
    TABLE.put("depthwise_dilated", "n2 g6 ic6 ih9 oc6 kh3 ph2 dh2");
    TABLE.put("pointwise", "n2 ic8 ih16 oc12 kh1");
    TABLE.put("pointwise_with_tail", "n2 ic8 ih7 oc12 kh1");
    TABLE.put("pointwise_smaller_than_a_run", "n3 ic4 ih2 iw1 oc5 kh1");
    TABLE.put("pointwise_grouped", "n2 g4 ic8 ih5 oc12 kh1");
    TABLE.put("pointwise_stride_2", "n2 ic8 ih9 oc16 kh1 sh2");
    TABLE.put("pointwise_of_a_run_and_one", "n3 ic5 ih1 iw17 oc16 kh1");
    TABLE.put("pointwise_of_three_panels", "n2 ic6 ih7 oc150 kh1");
    TABLE.put("pointwise_of_odd_panels", "n2 g2 ic34 ih9 iw11 oc134 kh1");
    TABLE.put("pointwise_of_two_bands", "n2 ic5 ih14 oc21 kh1");
    TABLE.put("stride_2_even", "n2 ic4 ih32 oc8 kh3 sh2 ph1");
    TABLE.put("stride_2_odd", "n2 ic4 ih17 iw19 oc8 kh3 sh2 ph1");
    TABLE.put("stride_2_grouped", "n5 g2 ic8 ih16 oc16 kh3 sh2 ph1");
    TABLE.put("stride_2_vectors_of_channels", "n2 ic32 ih8 iw32 oc16 kh3 sh2 ph1");
    TABLE.put("stride_2_rows_of_28", "n2 g2 ic32 ih6 iw28 oc64 kh3 sh2 ph1");
    TABLE.put("stride_2_rows_of_15", "n2 ic16 ih7 iw15 oc32 kh3 sh2 ph1");
    TABLE.put("stride_2_rows_of_13", "n1 ic16 ih5 iw13 oc16 kh3 sh2 ph1");
    TABLE.put("stride_2_rows_of_22", "n1 ic16 ih4 iw22 oc16 kh3 sh2 ph1");
    TABLE.put("stride_2_two_rows", "n3 ic16 ih2 iw16 oc16 kh3 sh2 ph1");
    TABLE.put("stride_2_a_single_row", "n3 ic16 ih1 iw20 oc16 kh3 sh2 ph1");
    TABLE.put("stride_2_leftover_rows", "n1 ic3 ih8 iw10 oc4 kh3 sh2");
    TABLE.put("stride_3", "n2 ic4 ih16 oc5 kh3 sh3 ph1");
    TABLE.put("stride_beyond_kernel", "n2 ic4 ih17 oc5 kh2 sh5");
    TABLE.put("stride_of_a_single_row", "n1 ic1 ih1 iw37 oc1 kh1 sh2 sw1");
    TABLE.put("stride_asymmetric", "n2 ic4 ih13 iw17 oc6 kh3 sh1 sw2 ph1");
    TABLE.put("kernel_1x5", "n2 ic3 ih6 iw12 oc4 kh1 kw5 pw2");
    TABLE.put("kernel_4x2_even", "n2 ic3 ih9 iw8 oc4 kh4 kw2 ph1");
    TABLE.put("padding_asymmetric", "n2 ic3 ih9 iw8 oc4 kh3 ph2 pw0");
    TABLE.put("dilation_2", "n2 ic3 ih12 oc6 kh3 ph2 dh2");
    TABLE.put("dilation_2_stride_2", "n2 ic3 ih13 oc6 kh3 sh2 ph2 dh2");
    TABLE.put("dilation_3_stride_2", "n2 ic3 ih13 iw16 oc6 kh3 sh2 ph3 dh3");
    TABLE.put("taps_beside_a_narrow_map", "n2 ic2 ih4 iw1 oc3 kh1 kw3 pw3 dh1 dw3");
    TABLE.put("taps_beyond_a_wider_map", "n2 ic2 ih5 iw3 oc3 kh3 ph7 dh7");
    TABLE.put("dilation_asymmetric", "n1 ic2 ih11 iw15 oc3 kh3 kw2 dh2 dw5 ph1 pw2");
    TABLE.put("many_images_of_small_maps", "n19 ic3 ih4 oc5 kh3 ph1");
    TABLE.put("vectors_of_one_group", "n3 g2 ic20 ih7 oc32 kh3 ph1");
    TABLE.put("vectors_of_two_groups", "n5 g4 ic32 ih6 oc32 kh3 ph1");
    TABLE.put("vectors_of_two_narrow_groups", "n2 g6 ic24 ih9 oc48 kh3 sh2 ph1");
    TABLE.put("vectors_of_one_and_a_half_groups", "n2 g3 ic24 ih5 oc24 kh3 ph1");
    TABLE.put("vectors_of_odd_inputs", "n2 ic19 ih6 oc16 kh3 ph1");
    TABLE.put("five_taps_of_a_row", "n3 ic18 ih9 iw11 oc32 kh5 ph2");
    TABLE.put("five_taps_of_two_phases", "n3 ic4 ih9 iw12 oc32 kh3 kw5 sh2 ph1 pw2");
    TABLE.put("pointwise_vectors", "n9 ic40 ih4 oc64 kh1");
  }

  /**
   * Problems large enough to be cut into bands, or to be worth several threads. Too many for a
   * width that the CPU does not have: such vectors are emulated.
   */
  static final Map<String, String> LARGE = new LinkedHashMap<>();

  static {
    LARGE.put("threads_share_images", "n3 ic16 ih16 oc32 kh3 ph1");
    LARGE.put("threads_share_groups", "n1 g4 ic64 ih19 oc64 kh3 ph1");
    LARGE.put("threads_share_tiles", "n1 ic32 ih18 oc36 kh3 ph1");
    LARGE.put("threads_share_strided_images", "n6 ic16 ih32 oc16 kh3 sh2 ph1");
    LARGE.put("threads_share_vectors", "n1 ic64 ih10 oc64 kh3 ph1");
    LARGE.put("threads_share_bands_of_rows", "n1 ic32 ih56 oc16 kh3 ph1");
    LARGE.put("blocks_of_vectors", "n9 ic48 ih16 oc48 kh3 ph1");
    LARGE.put("chunks_of_vectors_of_groups", "n37 g4 ic64 ih8 oc64 kh3 ph1");
    LARGE.put("winograd_of_bands_of_tiles", "n2 ic64 ih24 iw79 oc32 kh3 ph1");
    LARGE.put("winograd_of_blocks_of_images", "n37 g2 ic32 ih16 oc32 kh3 ph1");
    LARGE.put("winograd_of_tiles_of_channels", "n1 ic48 ih28 oc20 kh3 ph1");
    LARGE.put("winograd_of_many_chunks", "n1 ic128 ih37 iw31 oc32 kh3 ph1");
    LARGE.put("bands_of_vectors", "n2 ic64 ih56 oc64 kh3 ph1");
    LARGE.put("bands_of_rows_stride_2", "n1 ic64 ih64 iw56 oc32 kh3 sh2 ph1");
    LARGE.put("bands_of_vectors_stride_2", "n1 ic64 ih65 iw57 oc128 kh3 sh2 ph1");
    LARGE.put("threads_share_depthwise_channels", "n1 g160 ic160 ih28 oc160 kh3 ph1");
    LARGE.put("threads_share_narrow_channels", "n2 g961 ic961 ih14 oc961 kh3 sh2 ph1");
    LARGE.put("bands_of_the_input", "n1 ic128 ih44 iw48 oc1 kh3 ph1");
    LARGE.put("bands_of_the_gradient", "n1 ic1 ih44 iw48 oc128 kh3 ph1");
    LARGE.put("bands_of_odd_maps", "n2 ic64 ih37 iw61 oc1 kh3 ph1");
    LARGE.put("bands_of_the_input_stride_2", "n1 ic128 ih63 iw61 oc1 kh3 sh2 ph1");
    LARGE.put("bands_of_the_gradient_stride_2", "n1 ic1 ih67 iw99 oc128 kh3 sh2 ph1");
    LARGE.put("threads_share_tiles_of_a_product", "n1 ic64 ih21 oc130 kh1");
    LARGE.put("threads_share_panels", "n1 g2 ic300 ih7 oc420 kh1");
    LARGE.put("blocks_of_images_of_panels", "n20 ic130 ih7 oc90 kh1");
    LARGE.put("bands_with_dilation", "n1 ic64 ih47 oc1 kh3 ph3 dh3");
  }

  /** A test per problem. */
  static Stream<DynamicTest> tests(Map<String, String> problems, Consumer<Conv2dGeometry> test) {
    return problems.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey() + ": " + entry.getValue(),
                    () -> {
                      assumeTrue(
                          problems != LARGE || Engine.simd().bits() <= Preferred.bits(),
                          "vectors wider than this CPU's are emulated, too slowly for this");
                      test.accept(Conv2dGeometry.parse(entry.getValue()));
                    }));
  }

  /** A small problem with every property drawn at random; valid by construction. */
  static Conv2dGeometry random(Random random) {
    int groups = 1 + random.nextInt(4);
    int kernelHeight = 1 + random.nextInt(4);
    int kernelWidth = 1 + random.nextInt(4);
    int dilationHeight = 1 + random.nextInt(3);
    int dilationWidth = 1 + random.nextInt(3);
    int padHeight = random.nextInt(4);
    int padWidth = random.nextInt(4);
    int leastHeight = Math.max(1, dilationHeight * (kernelHeight - 1) + 1 - 2 * padHeight);
    int leastWidth = Math.max(1, dilationWidth * (kernelWidth - 1) + 1 - 2 * padWidth);
    return new Conv2dGeometry(
        1 + random.nextInt(6),
        groups,
        groups * (1 + random.nextInt(5)),
        leastHeight + random.nextInt(14),
        random.nextInt(3) == 0 ? 16 * (1 + leastWidth / 16) : leastWidth + random.nextInt(20),
        groups * (1 + random.nextInt(11)),
        kernelHeight,
        kernelWidth,
        1 + random.nextInt(3),
        1 + random.nextInt(3),
        padHeight,
        padWidth,
        dilationHeight,
        dilationWidth);
  }

  /** Integers from -4 to 4: their sums are exact in float, so that equality is exact. */
  static float[] integers(Shape shape, Random random) {
    float[] values = new float[shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(9) - 4;
    }
    return values;
  }

  static float[] normal(Shape shape, Random random) {
    float[] values = new float[shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
