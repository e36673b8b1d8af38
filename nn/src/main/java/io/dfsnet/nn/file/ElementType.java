package io.dfsnet.nn.file;

import java.nio.ByteBuffer;

/** The element types of safetensors that are read; each knows how it becomes a float. */
enum ElementType {
  F32(4) {
    @Override
    float next(ByteBuffer bytes) {
      return bytes.getFloat();
    }
  },
  F64(8) {
    @Override
    float next(ByteBuffer bytes) {
      return (float) bytes.getDouble();
    }
  },
  F16(2) {
    @Override
    float next(ByteBuffer bytes) {
      return Float.float16ToFloat(bytes.getShort());
    }
  },
  /** The upper half of a float. */
  BF16(2) {
    @Override
    float next(ByteBuffer bytes) {
      return Float.intBitsToFloat(bytes.getShort() << 16);
    }
  };

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** The size of one element. */
  int bytes() {
    return bytes;
  }

  /** The next element, from little-endian bytes. */
  abstract float next(ByteBuffer bytes);
}
