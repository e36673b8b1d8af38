package io.dfsnet.engine.autograd;

/**
 * A float array on loan from {@link Buffers}. It goes back when its last holder releases it; while
 * it has several, nobody writes to it.
 */
final class Buffer {
  private final Buffers home;
  private final float[] data;
  private int holders;

  Buffer(Buffers home, float[] data) {
    this.home = home;
    this.data = data;
  }

  float[] data() {
    return data;
  }

  /** True if there are several holders, so that nobody may write. */
  boolean isShared() {
    return holders > 1;
  }

  /** One holder more. */
  Buffer hold() {
    holders++;
    return this;
  }

  /** One holder less. */
  void release() {
    if (holders == 0) {
      throw new IllegalStateException("buffer: released more often than held");
    }
    holders--;
    if (holders == 0) {
      home.comeBack(this);
    }
  }
}
