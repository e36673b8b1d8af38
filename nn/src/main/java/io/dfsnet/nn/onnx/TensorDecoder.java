package io.dfsnet.nn.onnx;

import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.json.Json;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a {@code TensorProto}, whose elements stand in {@code raw_data} or in a field for their
 * type, and checks that there are as many as the shape says.
 */
final class TensorDecoder {
  private static final int RANK_LIMIT = 8;

  private final String source;
  private final List<Long> dims = new ArrayList<>();
  private final FloatList floats = new FloatList();
  private final List<Long> integers = new ArrayList<>();
  private String name = "";
  private long type;
  private ByteBuffer raw;
  private String elsewhere;

  TensorDecoder(String source, ProtoReader in) {
    this.source = source;
    while (in.next()) {
      switch (in.number()) {
        case 1 -> in.integers(dims::add);
        case 2 -> type = in.integer();
        case 3 -> {
          in.skip();
          elsewhere = "in segments";
        }
        case 4 -> floatData(in);
        case 5, 7 -> in.integers(integers::add);
        case 8 -> name = in.text();
        case 9 -> raw = in.bytes();
        case 13 -> externalData(in.message());
        case 14 -> elsewhere = in.integer() == 0 ? elsewhere : outside("another file");
        default -> in.skip();
      }
    }
  }

  /**
   * @throws FileFormatException if the elements are not in this file, or not as many as there
   *     should be
   */
  Onnx.Tensor tensor() {
    if (elsewhere != null) {
      throw refuse("its data are " + elsewhere + "; save the whole model in one file");
    }
    return new Onnx.Tensor(name, dims.stream().mapToLong(size -> size).toArray(), elements());
  }

  private void floatData(ProtoReader in) {
    if (in.isBytes()) {
      ByteBuffer piece = in.bytes();
      if (piece.remaining() % Float.BYTES != 0) {
        throw in.refuse(piece.remaining() + " bytes are no floats");
      }
      floats.add(piece.asFloatBuffer());
    } else {
      floats.add(in.real());
    }
  }

  /** The field {@code external_data} is read for one thing only: to name the file in the error. */
  private void externalData(ProtoReader in) {
    String key = "";
    String value = "";
    while (in.next()) {
      switch (in.number()) {
        case 1 -> key = in.text();
        case 2 -> value = in.text();
        default -> in.skip();
      }
    }
    elsewhere = key.equals("location") ? outside("the file " + Json.excerpt(value)) : elsewhere;
  }

  /** The first place that was named. */
  private String outside(String place) {
    return elsewhere == null ? "in " + place + ", external data are not read" : elsewhere;
  }

  private Onnx.Elements elements() {
    long count = count();
    return switch (Math.clamp(type, 0, Integer.MAX_VALUE)) {
      case Onnx.DataType.FLOAT -> {
        var values = raw == null ? floats.toBuffer() : raw(count, Float.BYTES).asFloatBuffer();
        requireCount(count, values.remaining());
        yield new Onnx.Elements.Floats(values);
      }
      case Onnx.DataType.INT64 -> integers(count, Long.BYTES);
      case Onnx.DataType.INT32 -> integers(count, Integer.BYTES);
      case Onnx.DataType.BOOL -> integers(count, Byte.BYTES);
      default -> new Onnx.Elements.Other(type);
    };
  }

  private Onnx.Elements integers(long count, int bytes) {
    if (raw == null) {
      requireCount(count, integers.size());
      if (count > Onnx.Elements.Longs.LIMIT) {
        return new Onnx.Elements.Other(type);
      }
      return new Onnx.Elements.Longs(integers.stream().mapToLong(value -> value).toArray());
    }
    ByteBuffer data = raw(count, bytes);
    if (count > Onnx.Elements.Longs.LIMIT) {
      return new Onnx.Elements.Other(type);
    }
    long[] values = new long[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (bytes) {
            case Long.BYTES -> data.getLong();
            case Integer.BYTES -> data.getInt();
            default -> data.get();
          };
    }
    return new Onnx.Elements.Longs(values);
  }

  /** The product of all sizes. */
  private long count() {
    if (dims.size() > RANK_LIMIT) {
      throw refuse("has " + dims.size() + " axes, at most " + RANK_LIMIT + " are read");
    }
    long count = 1;
    for (long size : dims) {
      // Both factors are below 2^31, so the product cannot overflow.
      count = size < 0 || size > Integer.MAX_VALUE ? Long.MAX_VALUE : count * size;
      if (count > Integer.MAX_VALUE) {
        throw refuse("sizes are not negative and their product is below 2^31, found " + dims);
      }
    }
    return count;
  }

  private ByteBuffer raw(long count, int bytes) {
    if (raw.remaining() != count * bytes) {
      throw refuse(
          "shape "
              + dims
              + " of "
              + bytes
              + " bytes each needs "
              + count * bytes
              + " bytes, found "
              + raw.remaining());
    }
    return raw;
  }

  private void requireCount(long wanted, long found) {
    if (wanted != found) {
      throw refuse("shape " + dims + " needs " + wanted + " elements, found " + found);
    }
  }

  private FileFormatException refuse(String rule) {
    return new FileFormatException(source, "tensor " + Json.excerpt(name) + ": " + rule);
  }
}
