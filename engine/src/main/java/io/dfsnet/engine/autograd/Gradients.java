package io.dfsnet.engine.autograd;

import io.dfsnet.engine.Elementwise;
import io.dfsnet.engine.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Where gradients arrive. A variable that was used several times gets the sum of what its uses
 * send, added in the order in which the tape is played back. Variables that want no gradient, and
 * absent ones (null), are passed over.
 *
 * <p>An array that several variables hold as their gradient, which {@link #pass} allows, is not
 * written to any more: a sum goes to another array. One that nobody else holds may be written over
 * by the operation that uses it up.
 */
final class Gradients {
  private final Buffers buffers;
  private final Workers workers;
  private final List<Variable> receivers = new ArrayList<>();

  Gradients(Buffers buffers, Workers workers) {
    this.buffers = buffers;
    this.workers = workers;
  }

  /** Sends {@code variable} what {@code write} writes into all of an array of its size. */
  void into(Variable variable, Consumer<float[]> write) {
    if (wanted(variable)) {
      Buffer fresh = bufferFor(variable);
      write.accept(fresh.data());
      arrive(variable, fresh);
    }
  }

  /**
   * As {@link #into} for a derivative that itself adds what has arrived before. {@code write} gets
   * that, or null, and the array for the sum.
   */
  void onto(Variable variable, BiConsumer<float[], float[]> write) {
    if (wanted(variable)) {
      Buffer before = variable.gradientBuffer();
      Buffer sum = bufferFor(variable);
      write.accept(before == null ? null : before.data(), sum.data());
      put(variable, sum);
    }
  }

  /**
   * As {@link #into} for a derivative that looks at one position at a time: writes over the
   * gradient of the output, if nobody else holds that.
   */
  void inPlace(Variable variable, Buffer gradOutput, Consumer<float[]> write) {
    if (wanted(variable)) {
      Buffer gradient = inPlaceOf(gradOutput);
      write.accept(gradient.data());
      arrive(variable, gradient);
    }
  }

  /** Sends {@code variable} the gradient of the operation's output as it is. */
  void pass(Variable variable, Buffer gradOutput) {
    if (!wanted(variable)) {
      return;
    }
    if (variable.isLeaf()) {
      // A parameter's gradient is an array of its own: an optimizer may write to it.
      float[] dy = gradOutput.data();
      into(variable, dx -> System.arraycopy(dy, 0, dx, 0, dy.length));
    } else if (variable.gradientBuffer() == null) {
      put(variable, gradOutput.hold());
    } else {
      Buffer sum = bufferFor(variable);
      add(variable.gradientBuffer(), gradOutput, sum);
      put(variable, sum);
    }
  }

  /** Takes all gradients away. */
  void clear() {
    receivers.forEach(variable -> variable.replaceGradient(null));
    receivers.clear();
  }

  /** An array of the size of {@code variable}, to be handed over to {@link #arrive}. */
  Buffer bufferFor(Variable variable) {
    return buffers.take(variable.shape().elements());
  }

  /** An array of the size of {@code gradOutput}: that one, if nobody else holds it. */
  Buffer inPlaceOf(Buffer gradOutput) {
    return gradOutput.isShared() ? buffers.take(gradOutput.data().length) : gradOutput.hold();
  }

  /** Sends {@code variable} a gradient that the caller hands over and nobody reads any more. */
  void arrive(Variable variable, Buffer contribution) {
    if (!wanted(variable)) {
      contribution.release();
      return;
    }
    if (variable.gradientBuffer() != null) {
      add(variable.gradientBuffer(), contribution, contribution);
    }
    put(variable, contribution);
  }

  private void put(Variable variable, Buffer gradient) {
    if (variable.gradientBuffer() == null) {
      receivers.add(variable);
    }
    variable.replaceGradient(gradient);
  }

  private void add(Buffer left, Buffer right, Buffer sum) {
    Elementwise.add(left.data(), right.data(), sum.data(), workers);
  }

  /** True if a gradient is to be sent to {@code variable}. */
  static boolean wanted(Variable variable) {
    return variable != null && variable.isDifferentiable();
  }
}
