package io.dfsnet.nn.train;

import io.dfsnet.engine.autograd.Variable;

/**
 * The loss of a batch.
 *
 * @param variable what gradients come from
 * @param value what the loss is: the variable less what no weights can change
 */
record Loss(Variable variable, double value) {}
