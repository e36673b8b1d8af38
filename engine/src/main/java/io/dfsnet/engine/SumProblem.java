package io.dfsnet.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a {@link ShiftedSum} computes, from the view of one group. Forward and backward to data
 * differ in nothing but this record.
 *
 * @param taps how the result sees the source
 * @param parts the positions of the result, part by part
 * @param images how many images
 * @param groups how many groups
 * @param sourceChannels channels per group that are summed over
 * @param channels channels per group of the result
 * @param height of the result's maps
 * @param width of the result's maps
 * @param weightOfChannel distance in the weights from a result channel to the next
 * @param weightOfSource distance in the weights from a source channel to the next
 * @param multiplyAdds how much work it is
 */
record SumProblem(
    TapGrid taps,
    List<Part> parts,
    int images,
    int groups,
    int sourceChannels,
    int channels,
    int height,
    int width,
    int weightOfChannel,
    int weightOfSource,
    long multiplyAdds) {

  /**
   * Positions of the result that share their taps. Position {@code (y, x)} is element {@code
   * (firstRow + y * rowStride, firstColumn + x * columnStride)} of a result map.
   */
  record Part(
      int rows,
      int columns,
      int firstRow,
      int firstColumn,
      int rowStride,
      int columnStride,
      List<Tap> taps) {}

  /** A kernel element, by its index in {@code [kernelHeight][kernelWidth]}, and its grid tap. */
  record Tap(int weight, int row, int column) {}

  /** The output as a sum over the input: one part, all taps. */
  static SumProblem forward(Conv2dGeometry geometry) {
    var taps = TapGrid.forward(geometry);
    List<Tap> all = new ArrayList<>();
    for (int i = 0; i < geometry.kernelHeight(); i++) {
      for (int j = 0; j < geometry.kernelWidth(); j++) {
        all.add(new Tap(i * geometry.kernelWidth() + j, i, j));
      }
    }
    int kernel = geometry.kernelHeight() * geometry.kernelWidth();
    return new SumProblem(
        taps,
        List.of(new Part(taps.rows(), taps.columns(), 0, 0, 1, 1, all)),
        geometry.n(),
        geometry.groups(),
        geometry.inChannelsPerGroup(),
        geometry.outChannelsPerGroup(),
        geometry.outHeight(),
        geometry.outWidth(),
        geometry.inChannelsPerGroup() * kernel,
        kernel,
        geometry.macs());
  }

  /** The input's gradient as a sum over the output's gradient: a part for each pair of phases. */
  static SumProblem backwardData(Conv2dGeometry geometry) {
    var input = InputPhases.of(geometry);
    List<Part> parts = new ArrayList<>();
    for (var vertical : input.vertical()) {
      for (var horizontal : input.horizontal()) {
        parts.add(
            new Part(
                vertical.count(),
                horizontal.count(),
                vertical.first(),
                horizontal.first(),
                // A single phase is the whole axis.
                input.vertical().size() == 1 ? 1 : geometry.strideHeight(),
                input.horizontal().size() == 1 ? 1 : geometry.strideWidth(),
                input.taps(vertical, horizontal, geometry.kernelWidth())));
      }
    }
    int kernel = geometry.kernelHeight() * geometry.kernelWidth();
    return new SumProblem(
        input.taps(),
        parts,
        geometry.n(),
        geometry.groups(),
        geometry.outChannelsPerGroup(),
        geometry.inChannelsPerGroup(),
        geometry.inHeight(),
        geometry.inWidth(),
        kernel,
        geometry.inChannelsPerGroup() * kernel,
        geometry.macs());
  }

  int mapSize() {
    return height * width;
  }

  /**
   * Where the weights of neighbouring result channels begin.
   *
   * @param weights how many there are of all groups
   * @param firstChannel counted through all groups
   * @param starts one for each channel
   */
  void weightStarts(int weights, int firstChannel, int[] starts) {
    int groupSize = weights / groups;
    for (int i = 0; i < starts.length; i++) {
      int group = (firstChannel + i) / channels;
      int channel = (firstChannel + i) % channels;
      starts[i] = group * groupSize + channel * weightOfChannel;
    }
  }

  /** True if every position reads one source element per channel and all of them are inside. */
  boolean isPointwise() {
    return isWhole() && taps.isPointwise();
  }

  /** True for a 3x3 kernel with a border of one whose result lies so in its source. */
  boolean isPadded3x3(Sampling sampling) {
    return switch (sampling) {
      case SAME -> isPadded3x3(1);
      case DOWN -> isPadded3x3(2);
      case UP -> isDoubled3x3();
    };
  }

  private boolean isPadded3x3(int stride) {
    return isWhole()
        && taps.strideHeight() == stride
        && taps.strideWidth() == stride
        && isCentred(taps.rowShifts())
        && isCentred(taps.columnShifts())
        && taps.rows() == Math.ceilDiv(taps.sourceHeight(), stride)
        && taps.columns() == Math.ceilDiv(taps.sourceWidth(), stride);
  }

  /** Even positions get the kernel's middle, odd ones its last element and then its first. */
  private boolean isDoubled3x3() {
    return height == 2 * taps.sourceHeight()
        && width == 2 * taps.sourceWidth()
        && parts.size() == 4
        && parts.stream().anyMatch(part -> isPhase(part, 0, 4))
        && parts.stream().anyMatch(part -> isPhase(part, 1, 8, 6, 2, 0));
  }

  private static boolean isPhase(Part part, int first, int... weights) {
    return part.firstRow == first
        && part.firstColumn == first
        && Arrays.equals(part.taps.stream().mapToInt(Tap::weight).toArray(), weights);
  }

  private static boolean isCentred(int[] shifts) {
    return shifts.length == 3 && shifts[0] == -1 && shifts[1] == 0 && shifts[2] == 1;
  }

  /** True if the positions are the elements of the result, in the same order. */
  boolean isWhole() {
    return parts.size() == 1
        && parts.getFirst().rowStride == 1
        && parts.getFirst().columnStride == 1;
  }
}
