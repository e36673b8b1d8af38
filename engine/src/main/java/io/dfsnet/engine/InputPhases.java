package io.dfsnet.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Both axes of backward to data: the phases of the input and the one grid of gradient planes that
 * all of them read.
 */
record InputPhases(List<InputPhase> vertical, List<InputPhase> horizontal, TapGrid taps) {

  static InputPhases of(Conv2dGeometry geometry) {
    var vertical =
        InputPhase.of(
            geometry.inHeight(),
            geometry.kernelHeight(),
            geometry.strideHeight(),
            geometry.padHeight(),
            geometry.dilationHeight());
    var horizontal =
        InputPhase.of(
            geometry.inWidth(),
            geometry.kernelWidth(),
            geometry.strideWidth(),
            geometry.padWidth(),
            geometry.dilationWidth());
    return new InputPhases(
        vertical,
        horizontal,
        new TapGrid(
            geometry.outHeight(),
            geometry.outWidth(),
            longest(vertical),
            longest(horizontal),
            1,
            1,
            shifts(vertical),
            shifts(horizontal)));
  }

  /** True if the stride is 1 on both axes, so that one phase holds the whole input. */
  boolean isWhole() {
    return vertical.size() == 1 && horizontal.size() == 1;
  }

  /** How many columns each horizontal phase has. */
  int[] columns() {
    return horizontal.stream().mapToInt(InputPhase::count).toArray();
  }

  /** The taps that reach the elements of a pair of phases, in the order of the gradient's rows. */
  List<SumProblem.Tap> taps(InputPhase rows, InputPhase columns, int kernelWidth) {
    List<SumProblem.Tap> reaching = new ArrayList<>();
    for (int i = rows.taps().length - 1; i >= 0; i--) {
      int gridRow = Arrays.binarySearch(taps.rowShifts(), rows.shifts()[i]);
      for (int j = columns.taps().length - 1; j >= 0; j--) {
        int gridColumn = Arrays.binarySearch(taps.columnShifts(), columns.shifts()[j]);
        int weight = rows.taps()[i] * kernelWidth + columns.taps()[j];
        reaching.add(new SumProblem.Tap(weight, gridRow, gridColumn));
      }
    }
    return reaching;
  }

  private static int longest(List<InputPhase> phases) {
    return phases.stream().mapToInt(InputPhase::count).max().orElseThrow();
  }

  private static int[] shifts(List<InputPhase> phases) {
    return phases.stream()
        .flatMapToInt(phase -> Arrays.stream(phase.shifts()))
        .distinct()
        .sorted()
        .toArray();
  }
}
