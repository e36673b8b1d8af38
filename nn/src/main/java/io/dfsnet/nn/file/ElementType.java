package io.dfsnet.nn.file;

import java.nio.ByteBuffer;

/** The element types of weights that are read; each knows how it becomes floats. */
public enum ElementType {
  F32(4) {
    @Override
    public void read(ByteBuffer bytes, float[] values, int from, int to) {
      bytes.asFloatBuffer().get(values, from, to - from);
    }
  },
  F64(8) {
    @Override
    public void read(ByteBuffer bytes, float[] values, int from, int to) {
      for (int i = from; i < to; i++) {
        values[i] = (float) bytes.getDouble();
      }
    }
  },
  F16(2) {
    @Override
    public void read(ByteBuffer bytes, float[] values, int from, int to) {
      for (int i = from; i < to; i++) {
        values[i] = Float.float16ToFloat(bytes.getShort());
      }
    }
  },
  /** The upper half of a float. */
  BF16(2) {
    @Override
    public void read(ByteBuffer bytes, float[] values, int from, int to) {
      for (int i = from; i < to; i++) {
        values[i] = Float.intBitsToFloat(bytes.getShort() << 16);
      }
    }
  };

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** The size of one element. */
  public int bytes() {
    return bytes;
  }

  /**
   * Reads bytes, in the order that the buffer has, into {@code values} from {@code from}
   * (inclusive) to {@code to} (exclusive).
   */
  public abstract void read(ByteBuffer bytes, float[] values, int from, int to);
}
