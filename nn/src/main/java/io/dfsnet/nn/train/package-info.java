/**
 * Training: what runs a network forward on a tape ({@link io.dfsnet.nn.train.Forward}), what
 * changes its weights ({@link io.dfsnet.nn.train.Trainer}), and what measures the result ({@link
 * io.dfsnet.nn.train.Evaluation}).
 *
 * <p>Same seed, same bits: every result here is a function of the data, the options and the seed,
 * whatever the thread count, and a training continued from its saved state equals one that was
 * never interrupted.
 */
package io.dfsnet.nn.train;
