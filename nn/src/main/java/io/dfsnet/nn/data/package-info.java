/** Labelled images: the data sets, where they come from, and the batches that training draws. */
package io.dfsnet.nn.data;
