/**
 * The tensor engine: plain {@code float[]} tensors in NCHW order, the geometry of convolutions and
 * pooling windows, and operations on them that run on SIMD kernels where the JVM compiles those
 * well and on scalar kernels everywhere else.
 */
package io.dfsnet.engine;
