package io.dfsnet.engine;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels in SIMD code. The class mentions {@code jdk.incubator.vector}, so it is loaded only
 * after {@link SimdGate} has let it pass; vectors do not leave the {@code Vector*} classes.
 */
final class VectorKernels implements Kernels {
  /** A constant, so that C2 turns every vector operation into one instruction. */
  static final VectorSpecies<Float> SPECIES = species(Engine.simd().bits());

  static final int LENGTH = SPECIES.length();

  /** Accumulators, operands and all: 32 with AVX-512 and NEON, 16 with AVX2. */
  private static final boolean MANY_REGISTERS =
      Preferred.bits() >= 512 || System.getProperty("os.arch").equals("aarch64");

  private final List<SumKernel> sums = VectorSums.all(MANY_REGISTERS);
  private final List<OuterKernel> outers = VectorOuters.all(MANY_REGISTERS);

  @Override
  public String instructionSet() {
    return "simd" + SPECIES.vectorBitSize();
  }

  @Override
  public int lanes() {
    return LENGTH;
  }

  @Override
  public List<SumKernel> sums() {
    return sums;
  }

  @Override
  public List<OuterKernel> outers() {
    return outers;
  }

  @Override
  public void finish(float[] values, int from, int to, Epilogue epilogue, int channel) {
    if (epilogue.bias() != null) {
      addBias(values, from, to, epilogue.bias()[channel]);
    }
    if (epilogue.addend() != null) {
      add(values, from, epilogue.addend(), from, to - from);
    }
    if (epilogue.activation() != Activation.NONE) {
      activate(values, from, to, epilogue.activation());
    }
  }

  private static void addBias(float[] values, int from, int to, float bias) {
    int i = from;
    for (; i <= to - LENGTH; i += LENGTH) {
      load(values, i).add(bias).intoArray(values, i);
    }
    for (; i < to; i++) {
      values[i] += bias;
    }
  }

  @Override
  public void add(float[] sums, int sumsAt, float[] addends, int addendsAt, int count) {
    int i = 0;
    for (; i <= count - LENGTH; i += LENGTH) {
      load(sums, sumsAt + i).add(load(addends, addendsAt + i)).intoArray(sums, sumsAt + i);
    }
    for (; i < count; i++) {
      sums[sumsAt + i] += addends[addendsAt + i];
    }
  }

  /** {@code Math.max(x, 0)} is: not greater than zero becomes +0, but NaN stays. */
  private static void activate(float[] values, int from, int to, Activation activation) {
    float ceiling = activation == Activation.RELU6 ? 6 : Float.POSITIVE_INFINITY;
    int i = from;
    for (; i <= to - LENGTH; i += LENGTH) {
      var x = load(values, i);
      x = x.blend(0, x.compare(VectorOperators.LE, 0));
      x = x.blend(ceiling, x.compare(VectorOperators.GT, ceiling));
      x.intoArray(values, i);
    }
    for (; i < to; i++) {
      values[i] = Math.min(Math.max(values[i], 0), ceiling);
    }
  }

  @Override
  public long multiplyAdd(int rounds) {
    return VectorSums.multiplyAdd(rounds);
  }

  static FloatVector load(float[] values, int at) {
    return FloatVector.fromArray(SPECIES, values, at);
  }

  static FloatVector zero() {
    return FloatVector.zero(SPECIES);
  }

  static FloatVector broadcast(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  private static VectorSpecies<Float> species(int bits) {
    return switch (bits) {
      case 128 -> FloatVector.SPECIES_128;
      case 256 -> FloatVector.SPECIES_256;
      case 512 -> FloatVector.SPECIES_512;
      default -> throw new IllegalStateException("simd: no species of " + bits + " bits");
    };
  }

  /** Apart, because the gate asks before {@link #SPECIES} can be chosen. */
  static final class Preferred {
    private Preferred() {}

    /** The width in bits that the JVM prefers on this CPU. */
    static int bits() {
      return FloatVector.SPECIES_PREFERRED.vectorBitSize();
    }
  }
}
