/**
 * Reverse-mode automatic differentiation: a tape that records operations on tensors and plays their
 * derivatives back.
 */
package io.dfsnet.engine.autograd;
