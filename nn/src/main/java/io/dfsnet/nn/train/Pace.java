package io.dfsnet.nn.train;

/**
 * How far one step of gradient descent goes.
 *
 * @param rate the learning rate
 * @param momentum how much of the earlier gradients' mean is kept
 * @param gradientFactor what gradients are multiplied by first: below 1 where they are clipped
 */
public record Pace(float rate, float momentum, float gradientFactor) {}
