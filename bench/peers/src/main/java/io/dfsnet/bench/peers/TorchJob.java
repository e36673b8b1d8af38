package io.dfsnet.bench.peers;

import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** An operation whose results are freed after each run. */
final class TorchJob implements Job {
  private final PointerScope operands;
  private final Supplier<Tensor[]> operation;
  private final NoGradGuard noGradients;

  TorchJob(PointerScope operands, Supplier<Tensor[]> operation, NoGradGuard noGradients) {
    this.operands = operands;
    this.operation = operation;
    this.noGradients = noGradients;
  }

  @Override
  public void run() {
    try (var _ = new PointerScope()) {
      operation.get();
    }
  }

  @Override
  public float[] output() {
    try (var _ = new PointerScope()) {
      float[] values = {};
      for (Tensor result : operation.get()) {
        values = Values.join(values, values(result.contiguous()));
      }
      return values;
    }
  }

  @Override
  public void close() {
    noGradients.close();
    operands.close();
  }

  /** The values of a contiguous tensor. */
  static float[] values(Tensor tensor) {
    float[] values = new float[(int) tensor.numel()];
    new FloatPointer(tensor.data_ptr()).get(values);
    return values;
  }
}
