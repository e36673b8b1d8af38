package io.dfsnet.engine;

import java.util.List;

/**
 * The inner loops of the engine's convolutions, once as scalar code and once as SIMD code. {@link
 * Engine} chooses between the two when the JVM starts; {@link KernelRegistry} chooses among their
 * kernels.
 */
interface Kernels {
  /** The instruction set in kernel names: {@code scalar}, {@code simd512}. */
  String instructionSet();

  /** How many positions a kernel computes per run; 0 if it takes runs of any length. */
  int lanes();

  /** Shifted-plane sums, ordered by rows, most rows first; the last one has one row. */
  List<SumKernel> sums();

  /** Outer products, ordered by rows, most rows first; the last one has one row. */
  List<OuterKernel> outers();

  /**
   * Applies {@code epilogue} to the sums of output channel {@code channel} that stand in {@code
   * values} from {@code from} (inclusive) to {@code to} (exclusive).
   */
  void finish(float[] values, int from, int to, Epilogue epilogue, int channel);

  /** {@code sums[i] += addends[i]} for the first {@code count} elements from each start on. */
  void add(float[] sums, int sumsAt, float[] addends, int addendsAt, int count);

  /** Runs {@code rounds} rounds of independent fused multiply-adds and returns their count. */
  long multiplyAdd(int rounds);
}
