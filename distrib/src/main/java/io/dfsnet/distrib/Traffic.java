package io.dfsnet.distrib;

/**
 * Counts what crosses a connection in one direction: tensor values apart from everything else, and
 * those by request, so that a late frame of a failed request never falsifies the next one's count.
 */
final class Traffic {
  private long request;
  private long tensorBytes;
  private long overheadBytes;

  /** Counts a frame of which {@code tensor} bytes are tensor values. */
  synchronized void count(Frame frame, long tensor) {
    overheadBytes += frame.bytes() - tensor;
    if (tensor == 0 || frame.request() < request) {
      return;
    }
    if (frame.request() > request) {
      request = frame.request();
      tensorBytes = 0;
    }
    tensorBytes += tensor;
  }

  /** The bytes of tensor values that crossed for a request; known until the next one's first. */
  synchronized long tensorBytes(long ofRequest) {
    return ofRequest == request ? tensorBytes : 0;
  }

  /** Headers, checksums and control messages since the connection began. */
  synchronized long overheadBytes() {
    return overheadBytes;
  }
}
