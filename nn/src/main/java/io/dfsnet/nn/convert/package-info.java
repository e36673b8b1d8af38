/**
 * Model files of every format that is read here: which one a file is, and which of a network's
 * parameters its tensors are, by whatever names other programs gave them.
 */
package io.dfsnet.nn.convert;
