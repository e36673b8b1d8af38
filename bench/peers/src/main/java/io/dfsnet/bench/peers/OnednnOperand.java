package io.dfsnet.bench.peers;

import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;

/** An operand in the layout of programs, and in the one that a primitive asks for. */
final class OnednnOperand {
  private final memory plain;
  private final memory own;
  private final reorder load;
  private final reorder store;

  /**
   * @param own the same object as {@code plain} if the primitive takes the plain layout
   */
  OnednnOperand(memory plain, memory own) {
    this.plain = plain;
    this.own = own;
    this.load = plain == own ? null : new reorder(plain, own);
    this.store = plain == own ? null : new reorder(own, plain);
  }

  memory own() {
    return own;
  }

  /** Plain to own. */
  void load(stream stream) {
    if (load != null) {
      load.execute(stream, plain, own);
    }
  }

  /** Own to plain. */
  void store(stream stream) {
    if (store != null) {
      store.execute(stream, own, plain);
    }
  }

  /** The values in plain layout. */
  float[] values() {
    float[] values = new float[(int) (plain.get_desc().get_size() / Float.BYTES)];
    new FloatPointer(plain.get_data_handle()).get(values);
    return values;
  }
}
