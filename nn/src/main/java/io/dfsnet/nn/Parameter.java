package io.dfsnet.nn;

import io.dfsnet.engine.Shape;

/**
 * One tensor that a node needs: the slot, not the values.
 *
 * @param name the node's name, a dot, and the name that PyTorch gives the tensor, for example
 *     {@code layer1.0.bn1.running_mean}
 * @param shape the shape that the node's operation asks for
 * @param role what the tensor is to its operation
 */
public record Parameter(String name, Shape shape, Role role) {

  /** What a tensor is to its operation; decides how it starts and how it is trained. */
  public enum Role {
    /** The weights of a convolution or linear layer. The only role that weight decay applies to. */
    WEIGHT("weight"),
    /** The bias of a convolution or linear layer. */
    BIAS("bias"),
    /** The scale of a batch norm. */
    SCALE("weight"),
    /** The shift of a batch norm. */
    SHIFT("bias"),
    /** The running mean of a batch norm: measured, not trained. */
    RUNNING_MEAN("running_mean"),
    /** The running variance of a batch norm: measured, not trained. */
    RUNNING_VARIANCE("running_var");

    private final String suffix;

    Role(String suffix) {
      this.suffix = suffix;
    }

    /** The last part of the tensor's name. */
    public String suffix() {
      return suffix;
    }

    /** Whether gradient descent changes the tensor. */
    public boolean trainable() {
      return this != RUNNING_MEAN && this != RUNNING_VARIANCE;
    }
  }

  /** The slot of {@code node} for {@code role}. */
  static Parameter of(String node, Role role, int... sizes) {
    return new Parameter(node + "." + role.suffix(), Shape.of(sizes), role);
  }
}
