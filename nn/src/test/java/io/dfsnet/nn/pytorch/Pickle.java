package io.dfsnet.nn.pytorch;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Writes pickles instruction by instruction, sound ones and others. */
final class Pickle {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A pickle of protocol 2, as {@code torch.save} writes it. */
  static byte[] of(Consumer<Pickle> content) {
    var pickle = new Pickle().op(Opcode.PROTO).raw(2);
    content.accept(pickle);
    return pickle.op(Opcode.STOP).bytes();
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  Pickle op(Opcode opcode) {
    return raw(opcode.code());
  }

  Pickle raw(int... bytes) {
    for (int each : bytes) {
      out.write(each);
    }
    return this;
  }

  Pickle text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    op(Opcode.BINUNICODE).int32(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  Pickle int32(int value) {
    out.writeBytes(
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    return this;
  }

  Pickle number(long value) {
    if (value == (int) value) {
      return op(Opcode.BININT).int32((int) value);
    }
    return wide(BigInteger.valueOf(value));
  }

  Pickle wide(BigInteger value) {
    byte[] bytes = value.toByteArray();
    op(Opcode.LONG1).raw(bytes.length);
    for (int i = bytes.length - 1; i >= 0; i--) {
      raw(bytes[i]);
    }
    return this;
  }

  Pickle real(double value) {
    op(Opcode.BINFLOAT);
    out.writeBytes(ByteBuffer.allocate(Double.BYTES).putDouble(value).array());
    return this;
  }

  Pickle global(String module, String name) {
    op(Opcode.GLOBAL);
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    return this;
  }

  Pickle tuple(long... values) {
    op(Opcode.MARK);
    for (long value : values) {
      number(value);
    }
    return op(Opcode.TUPLE);
  }

  /** A dictionary of the entries that {@code content} writes, keys and values in turn. */
  Pickle dictionary(Consumer<Pickle> content) {
    op(Opcode.EMPTY_DICT).op(Opcode.MARK);
    content.accept(this);
    return op(Opcode.SETITEMS);
  }

  /** An OrderedDict of the entries that {@code content} writes. */
  Pickle ordered(Consumer<Pickle> content) {
    global("collections", "OrderedDict").op(Opcode.EMPTY_TUPLE).op(Opcode.REDUCE).op(Opcode.MARK);
    content.accept(this);
    return op(Opcode.SETITEMS);
  }

  /** Refers to a whole storage. */
  Pickle storage(String type, String key, long elements) {
    return op(Opcode.MARK)
        .text("storage")
        .global("torch", type)
        .text(key)
        .text("cpu")
        .number(elements)
        .op(Opcode.TUPLE)
        .op(Opcode.BINPERSID);
  }

  /** A tensor over a whole storage that is referred to. */
  Pickle tensor(Consumer<Pickle> storage, long offset, long[] sizes, long[] strides) {
    global("torch._utils", "_rebuild_tensor_v2").op(Opcode.MARK);
    storage.accept(this);
    return number(offset)
        .tuple(sizes)
        .tuple(strides)
        .op(Opcode.NEWFALSE)
        .ordered(none -> {})
        .op(Opcode.TUPLE)
        .op(Opcode.REDUCE);
  }

  /** A row of floats that is all of its storage. */
  Pickle floats(String key, int elements) {
    return tensor(
        pickle -> pickle.storage("FloatStorage", key, elements),
        0,
        new long[] {elements},
        new long[] {1});
  }
}
