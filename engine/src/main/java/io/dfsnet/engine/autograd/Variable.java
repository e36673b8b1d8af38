package io.dfsnet.engine.autograd;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;

/**
 * A tensor that a {@link Tape} knows: a leaf, which the user gave it, or the result of one of its
 * operations.
 *
 * <p>A leaf may be used step after step. A result lives in an array of the tape and dies at {@link
 * Tape#reset}; reading it later is an error, because the array then holds something else.
 */
public final class Variable {
  private final Tape tape;
  private final boolean leaf;
  private final boolean differentiable;
  private final Shape shape;
  private Tensor value;
  private Buffer gradient;

  private Variable(Tape tape, Tensor value, boolean leaf, boolean differentiable) {
    this.tape = tape;
    this.value = value;
    this.shape = value.shape();
    this.leaf = leaf;
    this.differentiable = differentiable;
  }

  static Variable leaf(Tape tape, Tensor value, boolean differentiable) {
    return new Variable(tape, value, true, differentiable);
  }

  static Variable result(Tape tape, Tensor value, boolean differentiable) {
    return new Variable(tape, value, false, differentiable);
  }

  public Shape shape() {
    return shape;
  }

  /**
   * The values, not a copy.
   *
   * @throws IllegalStateException if this is a result of a step that the tape has forgotten
   */
  public Tensor value() {
    if (value == null) {
      throw new IllegalStateException(
          "variable " + shape + ": its step is over; read results before Tape.reset()");
    }
    return value;
  }

  /**
   * The gradient that {@link Tape#backward} left here, valid until {@link Tape#reset}; null if none
   * arrived. Only parameters keep theirs: the gradient of a result is used up on the way back.
   */
  public Tensor gradient() {
    return gradient == null ? null : new Tensor(shape, gradient.data());
  }

  /** As {@code Variable[64, 16, 3, 3]}. */
  @Override
  public String toString() {
    return "Variable" + shape;
  }

  /** The values' array. */
  float[] data() {
    return value().data();
  }

  boolean isLeaf() {
    return leaf;
  }

  /** Whether a gradient is wanted here: in a parameter, and in what depends on one. */
  boolean isDifferentiable() {
    return differentiable;
  }

  boolean belongsTo(Tape other) {
    return tape == other && value != null;
  }

  Buffer gradientBuffer() {
    return gradient;
  }

  /** Puts {@code next} (or nothing, if null) in the place of the gradient, which is let go. */
  void replaceGradient(Buffer next) {
    if (gradient != null) {
      gradient.release();
    }
    gradient = next;
  }

  /** Hands the gradient to the caller, who has to release it. */
  Buffer takeGradient() {
    Buffer taken = gradient;
    gradient = null;
    return taken;
  }

  /** The end of the step that computed this result. */
  void forget() {
    value = null;
  }
}
