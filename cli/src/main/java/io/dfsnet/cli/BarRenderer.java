package io.dfsnet.cli;

import java.time.Duration;
import me.tongfei.progressbar.ProgressBarRenderer;
import me.tongfei.progressbar.ProgressState;

/**
 * Draws a task in one line; the bar takes what the words leave, and the count gives way first:
 *
 * <pre>
 * evaluating  45% [=========>           ] 45/100 0:12 70.00 %
 * epoch 12/30  45% [==>   ] 0:12 loss 1.234 rate 0.123 4321 images/s, run 1:02:33
 * task      done   bar      time left, and how it goes
 * </pre>
 */
final class BarRenderer implements ProgressBarRenderer {
  private static final int LEAST_BAR = 4;
  private static final int LEAST_BAR_BESIDE_COUNT = 10;

  @Override
  public String render(ProgressState state, int width) {
    double done = state.getMax() == 0 ? 1 : Math.min(1, state.getNormalizedProgress());
    String head = Units.format("%s %3.0f%% [", state.getTaskName(), Math.floor(100 * done));
    String tail = "] " + timeLeft(state) + state.getExtraMessage();
    String count = "] " + state.getCurrent() + "/" + state.getMax() + tail.substring(1);
    if (width - head.length() - count.length() >= LEAST_BAR_BESIDE_COUNT) {
      tail = count;
    }
    int bar = Math.max(LEAST_BAR, width - head.length() - tail.length());
    String line = head + bar(done, bar) + tail;
    return line.substring(0, Math.min(width, line.length()));
  }

  private static String bar(double done, int width) {
    int full = (int) (done * width);
    return "=".repeat(full) + (full < width ? ">" + " ".repeat(width - full - 1) : "");
  }

  /** At the speed of this process so far; nothing while there is none. */
  private static String timeLeft(ProgressState state) {
    long steps = state.getCurrent() - state.getStart();
    if (steps <= 0) {
      return "";
    }
    double secondsOfStep = state.getElapsedAfterStart().toMillis() * 1e-3 / steps;
    double left = (state.getMax() - state.getCurrent()) * secondsOfStep;
    return Units.time(Duration.ofMillis(Math.round(1e3 * left))) + " ";
  }
}
