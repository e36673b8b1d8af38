/**
 * Our kernels and other people's, side by side: the same problems, from the same inputs, on the
 * same core, within the same minute, every result checked. Start with {@link
 * io.dfsnet.bench.peers.SideBySide}; each library is a {@code Lane} in a JVM of its own, because
 * two builds of one native library cannot share a process.
 */
package io.dfsnet.bench.peers;
