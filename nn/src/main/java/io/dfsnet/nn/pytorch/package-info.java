/**
 * PyTorch's checkpoints, read as data: an unpickler that builds plain values and runs nothing.
 *
 * <p>A checkpoint is a pickle, a program for a small stack machine whose instructions may name any
 * function and call it. What is here knows the instructions and the names that checkpoints of
 * weights are made of, takes what they ask for as a description of tensors, and refuses the rest by
 * its name.
 */
package io.dfsnet.nn.pytorch;
