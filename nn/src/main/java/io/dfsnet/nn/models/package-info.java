/** Known architectures by name, as networks. */
package io.dfsnet.nn.models;
