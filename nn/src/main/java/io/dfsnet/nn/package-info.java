/**
 * A network is data: an immutable graph of operations ({@link io.dfsnet.nn.Network}) with its
 * weights kept apart ({@link io.dfsnet.nn.Weights}). Training, inference, files, dividing, sharding
 * and searching are readers of that data.
 */
package io.dfsnet.nn;
