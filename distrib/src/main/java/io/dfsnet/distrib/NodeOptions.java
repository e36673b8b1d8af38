package io.dfsnet.distrib;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a node runs.
 *
 * @param listen where it waits for a coordinator and its peers; port 0 takes any free one
 * @param cache the folder that keeps shards, so that a node that comes back fetches nothing
 * @param threads how many threads compute, shared out among the groups that the node hosts; every
 *     group has at least one
 * @param warmUp how long the groups may run zeros, all together, before the node says it is ready,
 *     until the JVM has compiled its kernels
 * @param insecurePlaintext allows an address that other machines reach, although nothing is
 *     encrypted or authenticated
 * @param socketBuffer bytes of the kernel's send and receive buffers of each connection, 0 to leave
 *     them to the system
 */
public record NodeOptions(
    InetSocketAddress listen,
    Optional<Path> cache,
    int threads,
    Duration warmUp,
    boolean insecurePlaintext,
    int socketBuffer,
    Limits limits) {

  public NodeOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("node: threads must be at least 1, found " + threads);
    }
    if (socketBuffer < 0) {
      throw new IllegalArgumentException(
          "node: socketBuffer must be 0 or more, found " + socketBuffer);
    }
  }

  /** On this machine only, without a cache, with a thread for each processor. */
  public static NodeOptions loopback(int port) {
    return new NodeOptions(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        Optional.empty(),
        Runtime.getRuntime().availableProcessors(),
        Duration.ofSeconds(10),
        false,
        0,
        Limits.DEFAULTS);
  }

  public NodeOptions withCache(Path folder) {
    return new NodeOptions(
        listen, Optional.of(folder), threads, warmUp, insecurePlaintext, socketBuffer, limits);
  }

  public NodeOptions withThreads(int newThreads) {
    return new NodeOptions(
        listen, cache, newThreads, warmUp, insecurePlaintext, socketBuffer, limits);
  }

  public NodeOptions withWarmUp(Duration newWarmUp) {
    return new NodeOptions(
        listen, cache, threads, newWarmUp, insecurePlaintext, socketBuffer, limits);
  }

  /** At an address that other machines may reach. */
  public NodeOptions withInsecurePlaintext(InetSocketAddress newListen) {
    return new NodeOptions(newListen, cache, threads, warmUp, true, socketBuffer, limits);
  }

  public NodeOptions withSocketBuffer(int bytes) {
    return new NodeOptions(listen, cache, threads, warmUp, insecurePlaintext, bytes, limits);
  }

  public NodeOptions withLimits(Limits newLimits) {
    return new NodeOptions(
        listen, cache, threads, warmUp, insecurePlaintext, socketBuffer, newLimits);
  }
}
