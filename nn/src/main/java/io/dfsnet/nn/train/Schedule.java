package io.dfsnet.nn.train;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How large the steps of gradient descent are over a training. Where a schedule warms up, the rate
 * first rises linearly to its peak, which the last step of the warm-up has. Steps are counted from
 * 0 over all epochs.
 */
public sealed interface Schedule {

  /** The largest rate. */
  float peak();

  /** The same course with another largest rate. */
  Schedule withPeak(float peak);

  /**
   * The rate of one step.
   *
   * @throws TrainingException if the training does not have this step
   */
  float at(long step, Span span);

  /**
   * The momentum of one step, which only {@link OneCycle} changes.
   *
   * @param momentum what the optimizer asks for
   */
  default float momentum(float momentum, long step, Span span) {
    return momentum;
  }

  /**
   * Whether a longer training begins as the shorter one runs, with the same rate and momentum in
   * each step.
   *
   * @param momentum what the optimizer asks for
   */
  default boolean beginsAs(Span shorter, Span longer, float momentum) {
    for (long step = 0; step < shorter.steps(); step++) {
      if (at(step, shorter) != at(step, longer)
          || momentum(momentum, step, shorter) != momentum(momentum, step, longer)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The peak to the end.
   *
   * <pre>
   * peak      .________________
   *          /
   * 0       /
   *        0  warm-up          steps
   * </pre>
   *
   * @param warmUp the part of all steps in which the rate rises, 0 to 1
   */
  record Constant(float peak, float warmUp) implements Schedule {
    public Constant {
      Rise.require(peak, warmUp);
    }

    @Override
    public Constant withPeak(float other) {
      return new Constant(other, warmUp);
    }

    @Override
    public float at(long step, Span span) {
      var rise = Rise.of(warmUp, step, span);
      return rise.lasts() ? rise.rate(peak) : peak;
    }
  }

  /**
   * Down along half a cosine ("SGDR", Loshchilov and Hutter, 2017).
   *
   * <pre>
   * peak       _-""-_
   *          /        \
   * least  /            "-_
   *       0  warm-up       steps
   * </pre>
   *
   * @param least where the rate would be one step behind the last, 0 to the peak
   * @param warmUp the part of all steps in which the rate rises, 0 to 1
   */
  record Cosine(float peak, float least, float warmUp) implements Schedule {
    public Cosine {
      Rise.require(peak, warmUp);
      Rise.requireLeast(peak, least);
    }

    @Override
    public Cosine withPeak(float other) {
      return new Cosine(other, least, warmUp);
    }

    @Override
    public float at(long step, Span span) {
      var rise = Rise.of(warmUp, step, span);
      if (rise.lasts()) {
        return rise.rate(peak);
      }
      double done = (double) (step - rise.steps()) / (span.steps() - rise.steps());
      return (float) cosine(peak, least, done);
    }
  }

  /**
   * Down by a factor after some epochs, as PyTorch's MultiStepLR does.
   *
   * <pre>
   * peak       ._______
   *           /        |
   * * factor /         |______
   * * factor^2                |____
   *         0  warm-up  milestones  epochs
   * </pre>
   *
   * @param milestones after how many epochs the rate falls, rising, each at least 1
   * @param factor what the rate is multiplied by, above 0 and below 1
   * @param warmUp the part of all steps in which the rate rises, 0 to 1
   */
  record Steps(float peak, List<Integer> milestones, float factor, float warmUp)
      implements Schedule {
    public Steps {
      Rise.require(peak, warmUp);
      milestones = List.copyOf(milestones);
      TrainingException.require(
          factor > 0 && factor < 1, "step-factor", factor, "must be above 0 and below 1");
      TrainingException.require(
          !milestones.isEmpty() && milestones.getFirst() >= 1 && rises(milestones),
          "milestones",
          milestones,
          "must be one or more numbers of epochs that rise");
    }

    /** The milestones of a training of {@code epochs} that fall every {@code every} of them. */
    public static List<Integer> every(int every, int epochs) {
      TrainingException.require(
          every >= 1 && every < epochs,
          "step-every",
          every,
          "must be from 1 and below the " + epochs + " epochs");
      return IntStream.rangeClosed(1, (epochs - 1) / every).mapToObj(i -> i * every).toList();
    }

    @Override
    public Steps withPeak(float other) {
      return new Steps(other, milestones, factor, warmUp);
    }

    @Override
    public float at(long step, Span span) {
      var rise = Rise.of(warmUp, step, span);
      double rate = peak;
      for (int milestone : milestones) {
        if (step >= (long) milestone * span.stepsPerEpoch()) {
          rate *= factor;
        }
      }
      return rise.lasts() ? rise.rate(rate) : (float) rate;
    }

    private static boolean rises(List<Integer> milestones) {
      for (int i = 1; i < milestones.size(); i++) {
        if (milestones.get(i) <= milestones.get(i - 1)) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Up and down along cosines, the momentum the other way ("Super-Convergence", Smith and Topin,
   * 2018), as PyTorch's OneCycleLR does: the last step has the least rate.
   *
   * <pre>
   * peak           _-"-_               momentum  -_           _--""
   *              /       \                          \       /
   * peak/divisor          \            less the dip   "-_-"
   * least                   "-_
   *             0  rise       steps              0  rise       steps
   * </pre>
   *
   * @param least the rate of the last step, 0 to the peak
   * @param rise the part of all steps in which the rate rises, 0 to 1
   * @param divisor of the peak, gives the rate of the first step; at least 1
   * @param momentumDip how far the momentum falls while the rate rises, from 0 and below 1
   */
  record OneCycle(float peak, float least, float rise, float divisor, float momentumDip)
      implements Schedule {
    public OneCycle {
      Rise.require(peak, rise);
      Rise.requireLeast(peak, least);
      TrainingException.require(
          divisor >= 1 && divisor <= 1e9f, "start-divisor", divisor, "must be from 1 to 1e9");
      TrainingException.require(
          momentumDip >= 0 && momentumDip < 1,
          "momentum-dip",
          momentumDip,
          "must be from 0 and below 1");
    }

    @Override
    public OneCycle withPeak(float other) {
      return new OneCycle(other, least, rise, divisor, momentumDip);
    }

    @Override
    public float at(long step, Span span) {
      return (float) course((double) peak / divisor, peak, least, step, span);
    }

    @Override
    public float momentum(float momentum, long step, Span span) {
      return (float) course(momentum, (double) momentum - momentumDip, momentum, step, span);
    }

    /** From {@code first} to {@code top} and on to {@code last}. */
    private double course(double first, double top, double last, long step, Span span) {
      span.require(step);
      long end = span.steps() - 1;
      double turn = (double) rise * span.steps() - 1;
      if (turn > 0 && step <= turn) {
        return cosine(first, top, step / turn);
      }
      double turned = Math.max(turn, 0);
      return turned >= end ? top : cosine(top, last, (step - turned) / (end - turned));
    }
  }

  /** From one value to another along half a cosine, of which a part is done. */
  private static double cosine(double from, double to, double done) {
    // StrictMath gives the same bits on every machine.
    return to + (from - to) * 0.5 * (1 + StrictMath.cos(Math.PI * done));
  }
}
