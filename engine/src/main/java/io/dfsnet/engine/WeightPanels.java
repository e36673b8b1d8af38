package io.dfsnet.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * The weights of pointwise convolutions for products with vectors over channels, {@code
 * [panel][source channel][channel of the panel]} for every group.
 */
record WeightPanels(SumProblem problem, List<Panel> panels) {
  /** Two vectors of 16: the columns of the widest tile. */
  private static final int WIDTH = 32;

  /** A narrower rest would not fill a vector; it belongs to the panel before it. */
  private static final int LEAST_REST = 16;

  /** Channels of a group that stand side by side, counted from its first. */
  record Panel(int firstChannel, int width) {}

  static WeightPanels of(SumProblem problem) {
    List<Panel> panels = new ArrayList<>();
    int channels = problem.channels();
    for (int first = 0; first < channels; ) {
      int rest = channels - first;
      int width = rest < WIDTH + LEAST_REST ? rest : WIDTH;
      panels.add(new Panel(first, width));
      first += width;
    }
    return new WeightPanels(problem, List.copyOf(panels));
  }

  static String order() {
    return "panels of " + WIDTH;
  }

  /** Where a panel of a group begins. */
  int start(int group, Panel panel) {
    return (group * problem.channels() + panel.firstChannel) * problem.sourceChannels();
  }

  void pack(float[] weights, float[] packed) {
    int groupSize = problem.channels() * problem.sourceChannels();
    for (int group = 0; group < problem.groups(); group++) {
      for (var panel : panels) {
        int from = group * groupSize + panel.firstChannel * problem.weightOfChannel();
        packPanel(weights, from, panel.width, packed, start(group, panel));
      }
    }
  }

  private void packPanel(float[] weights, int from, int width, float[] packed, int to) {
    int channels = problem.sourceChannels();
    for (int m = 0; m < width; m++) {
      int row = from + m * problem.weightOfChannel();
      for (int c = 0; c < channels; c++) {
        packed[to + c * width + m] = weights[row + c * problem.weightOfSource()];
      }
    }
  }
}
