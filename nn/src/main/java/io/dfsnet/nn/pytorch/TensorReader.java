package io.dfsnet.nn.pytorch;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.file.ElementType;
import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads the elements that views show, as floats in row-major order. */
final class TensorReader {
  private static final int CHUNK = 1 << 16;

  private final ByteSource source;
  private final Archive archive;

  /**
   * How many elements may still be read. Tensors may share a storage, and show an element of it
   * many times; without an end to that a small file could fill any memory. Where nothing is shared
   * they are a quarter of the bytes of the file, for floats of 16 bits half of them.
   */
  private long budget;

  TensorReader(ByteSource source, Archive archive) {
    this.source = source;
    this.archive = archive;
    this.budget = source.length();
  }

  /**
   * The tensor that a view shows.
   *
   * @param name what the file calls it
   * @throws FileFormatException if it does not hold floats, is empty or too large
   */
  Tensor read(String name, Pickled.View view) throws IOException {
    ElementType type =
        view.storage()
            .type()
            .elements()
            .orElseThrow(
                () ->
                    refuse(
                        name,
                        "holds the whole numbers of a "
                            + view.storage().type().className()
                            + ", weights are floats"));
    if (elements(view) == 0) {
      throw refuse(name, "is empty");
    }
    Shape shape = Shape.of(view.sizes());
    long span = view.last() - view.offset() + 1;
    budget -= Math.max(span, shape.elements());
    if (budget < 0 || span > Integer.MAX_VALUE) {
      throw refuse(
          name,
          "with it the tensors have more elements than the file has bytes: they overlap, or repeat"
              + " elements, more often than weights do");
    }
    float[] values = values(view, type, (int) span);
    return new Tensor(shape, isRowMajor(view) ? values : gather(view, shape, values));
  }

  /** The elements from the first to the last that the view shows, as they lie in the storage. */
  private float[] values(Pickled.View view, ElementType type, int span) throws IOException {
    float[] values = new float[span];
    long at =
        archive.storages().get(view.storage().key())
            + (view.storage().first() + view.offset()) * type.bytes();
    int perChunk = Math.min(span, CHUNK / type.bytes());
    ByteBuffer chunk = ByteBuffer.allocate(perChunk * type.bytes()).order(archive.order());
    for (int from = 0; from < span; from += perChunk) {
      int count = Math.min(perChunk, span - from);
      source.read(at + (long) from * type.bytes(), chunk.clear().limit(count * type.bytes()));
      type.read(chunk, values, from, from + count);
    }
    return values;
  }

  private static boolean isRowMajor(Pickled.View view) {
    long stride = 1;
    for (int axis = view.sizes().length - 1; axis >= 0; axis--) {
      if (view.sizes()[axis] > 1 && view.strides()[axis] != stride) {
        return false;
      }
      stride *= view.sizes()[axis];
    }
    return true;
  }

  /** Counts through all indexes, the last axis fastest, and takes the element of each. */
  private static float[] gather(Pickled.View view, Shape shape, float[] values) {
    float[] gathered = new float[shape.elements()];
    int[] index = new int[shape.rank()];
    long from = 0;
    for (int to = 0; to < gathered.length; to++) {
      gathered[to] = values[(int) from];
      for (int axis = index.length - 1; axis >= 0; axis--) {
        from += view.strides()[axis];
        if (++index[axis] < shape.size(axis)) {
          break;
        }
        from -= index[axis] * view.strides()[axis];
        index[axis] = 0;
      }
    }
    return gathered;
  }

  private static long elements(Pickled.View view) {
    long elements = 1;
    for (int size : view.sizes()) {
      elements *= size;
    }
    return elements;
  }

  private FileFormatException refuse(String name, String rule) {
    return source.refuse("tensor " + Json.excerpt(name) + ": " + rule);
  }
}
