package io.dfsnet.engine;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels in SIMD code. The class mentions {@code jdk.incubator.vector}, so it is loaded only
 * after {@link SimdGate} has let it pass; vectors do not leave the {@code Vector*} classes.
 *
 * <p>Those classes keep to two rules. C2, which compiles a method of them, knows that a vector is a
 * register only where it has inlined every call that the vector takes part in, and else makes an
 * object of it.
 *
 * <ul>
 *   <li>Vectors go through no helper of ours. C2 inlines helpers only until a method has taken in
 *       8000 bytes of bytecode, some forty vector operations; the Vector API's own methods always.
 *   <li>Multiply-adds are {@code a.lanewise(FMA, b, c)} and not {@code a.fma(b, c)}. The class of
 *       {@code a} follows from the species, but C2 knows it only after it has parsed the whole
 *       method; until then it goes by the classes that the JVM has seen at the place of the call.
 *       Within {@code fma} that place is one for all kernels, and so it is within {@code add}: sums
 *       that a loop carries are {@code lanewise(ADD, ...)}. Where some have had vectors of 256 bits
 *       and others of 512, the sums became objects in every third JVM. A call to {@code lanewise}
 *       is a place of its own, and has seen one class.
 * </ul>
 */
final class VectorKernels implements Kernels {
  /** A constant, so that C2 turns every vector operation into one instruction. */
  static final VectorSpecies<Float> SPECIES = species(Engine.simd().bits());

  static final int LENGTH = SPECIES.length();

  /** Vectors of as many bits whose lanes are ints. */
  static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);

  /** Lanes 0, 2, 4, ... in the lower half, and the same again in the upper half. */
  private static final VectorShuffle<Float> EVEN_LANES =
      VectorShuffle.fromOp(SPECIES, lane -> 2 * lane % LENGTH);

  private static final VectorMask<Float> UPPER_HALF =
      VectorMask.fromLong(SPECIES, -1L << LENGTH / 2);

  /** Lanes 0, 0, 1, 1, 2, 2, ... */
  private static final VectorShuffle<Float> LOWER_TWICE =
      VectorShuffle.fromOp(SPECIES, lane -> lane / 2);

  /** The same from the middle of the vector on. */
  private static final VectorShuffle<Float> UPPER_TWICE =
      VectorShuffle.fromOp(SPECIES, lane -> LENGTH / 2 + lane / 2);

  private static final VectorMask<Float> EVEN = VectorMask.fromLong(SPECIES, 0x5555L);
  private static final VectorMask<Float> ODD = VectorMask.fromLong(SPECIES, 0xAAAAL);

  /** Accumulators, operands and all: 32 with AVX-512 and NEON, 16 with AVX2. */
  private static final boolean MANY_REGISTERS =
      Preferred.bits() >= 512 || System.getProperty("os.arch").equals("aarch64");

  /** NEON has none, and the Vector API then falls back to code that boxes. */
  static final boolean HAS_MASKED_STORES = !System.getProperty("os.arch").equals("aarch64");

  private final List<SumKernel> sums = VectorSums.all(MANY_REGISTERS);
  private final List<RowKernel> rows = VectorRows.all(MANY_REGISTERS);
  private final List<PatchKernel> patches = VectorPatch.all(MANY_REGISTERS);
  private final List<ProductKernel> products = VectorProduct.all(MANY_REGISTERS);
  private final List<OuterKernel> outers = VectorOuters.all(MANY_REGISTERS);
  private final List<BlockedOuterKernel> blockedOuters = VectorBlockedOuters.all(MANY_REGISTERS);
  private final List<PointOuterKernel> pointOuters = VectorPointOuters.all(MANY_REGISTERS);
  private final ChannelKernels channels = new VectorChannels();
  private final TileTransforms transforms = new VectorTransforms();
  private final List<DepthwiseKernel> depthwise = VectorDepthwise.all();
  private final List<DepthwiseOuterKernel> depthwiseOuters =
      List.of(new VectorDepthwiseOuter(), new VectorDepthwiseOuterStrided());

  @Override
  public String instructionSet() {
    return "simd" + SPECIES.vectorBitSize();
  }

  @Override
  public int lanes(int positions) {
    return LENGTH;
  }

  @Override
  public List<SumKernel> sums() {
    return sums;
  }

  @Override
  public List<RowKernel> rows() {
    return rows;
  }

  @Override
  public TileTransforms transforms() {
    return transforms;
  }

  @Override
  public List<ProductKernel> products() {
    return products;
  }

  @Override
  public List<PatchKernel> patches() {
    return patches;
  }

  @Override
  public List<OuterKernel> outers() {
    return outers;
  }

  @Override
  public ChannelKernels channels() {
    return channels;
  }

  @Override
  public void copy(float[] from, int fromAt, float[] to, int toAt, int count) {
    int i = 0;
    for (; i < count && fromAt + i + LENGTH <= from.length; i += LENGTH) {
      FloatVector.fromArray(SPECIES, from, fromAt + i).intoArray(to, toAt + i);
    }
    for (; i < count; i++) {
      to[toAt + i] = from[fromAt + i];
    }
  }

  @Override
  public List<BlockedOuterKernel> blockedOuters() {
    return blockedOuters;
  }

  @Override
  public List<PointOuterKernel> pointOuters() {
    return pointOuters;
  }

  @Override
  public List<DepthwiseKernel> depthwise() {
    return depthwise;
  }

  @Override
  public List<DepthwiseOuterKernel> depthwiseOuters() {
    return depthwiseOuters;
  }

  @Override
  public void copyRows(
      float[] from,
      int fromAt,
      int fromPitch,
      int stride,
      float[] to,
      int toAt,
      int toPitch,
      int rows,
      int left,
      int right) {
    int read = stride <= 2 ? Math.ceilDiv(right - left, LENGTH) * LENGTH * stride : from.length + 1;
    // Whole vectors everywhere: what runs over is written again by what follows.
    if (rows > 0) {
      zero(to, toAt, toAt + left);
    }
    int t = 0;
    // As long as rows can be read in whole vectors without running over the end of the array.
    for (; t < rows && fromAt + t * fromPitch + read <= from.length; t++) {
      int row = toAt + t * toPitch;
      copyRow(from, fromAt + t * fromPitch, stride, to, row + left, right - left);
      // The right border of this row, and the left border of the next.
      int borders = t < rows - 1 ? toPitch + left : toPitch;
      zero(to, row + right, row + borders);
    }
    ScalarKernels.copyEachRow(
        from,
        fromAt + t * fromPitch,
        fromPitch,
        stride,
        to,
        toAt + t * toPitch,
        toPitch,
        rows - t,
        left,
        right);
  }

  private static void copyRow(
      float[] from, int fromAt, int stride, float[] to, int toAt, int count) {
    int source = fromAt;
    if (stride == 1) {
      for (int u = 0; u < count; u += LENGTH, source += LENGTH) {
        FloatVector.fromArray(SPECIES, from, source).intoArray(to, toAt + u);
      }
    } else {
      for (int u = 0; u < count; u += LENGTH, source += 2 * LENGTH) {
        var low = FloatVector.fromArray(SPECIES, from, source).rearrange(EVEN_LANES);
        var high = FloatVector.fromArray(SPECIES, from, source + LENGTH).rearrange(EVEN_LANES);
        low.blend(high, UPPER_HALF).intoArray(to, toAt + u);
      }
    }
  }

  /** Row after row, because what is read in one stream comes from far caches ahead of its use. */
  @Override
  public void copyPieces(
      float[] from,
      int fromAt,
      int fromPitch,
      int rows,
      int width,
      int pieces,
      float[] to,
      int toAt,
      int toPitch) {
    for (int t = 0; t < rows; t++) {
      int source = fromAt + t * fromPitch;
      int target = toAt + t * width;
      if (width == 2 * LENGTH) { // a loop of two rounds would take longer than what it copies
        for (int p = 0; p < pieces; p++, source += 2 * LENGTH, target += toPitch) {
          var low = FloatVector.fromArray(SPECIES, from, source);
          var high = FloatVector.fromArray(SPECIES, from, source + LENGTH);
          low.intoArray(to, target);
          high.intoArray(to, target + LENGTH);
        }
        continue;
      }
      for (int p = 0; p < pieces; p++, source += width, target += toPitch) {
        copyRow(from, source, 1, to, target, width);
      }
    }
  }

  @Override
  public int overrun() {
    return LENGTH - 1;
  }

  @Override
  public void zero(float[] values, int from, int to) {
    for (int i = from; i < to; i += LENGTH) {
      FloatVector.zero(SPECIES).intoArray(values, i);
    }
  }

  @Override
  public void spread(
      float[] from,
      int fromAt,
      float[] to,
      int rowAt,
      int width,
      int first,
      int stride,
      int count) {
    int done = 0;
    if (stride == 1) {
      for (; done <= count - LENGTH; done += LENGTH) {
        FloatVector.fromArray(SPECIES, from, fromAt + done).intoArray(to, rowAt + first + done);
      }
    } else if (stride == 2) {
      var mask = first == 0 ? EVEN : ODD;
      for (; done <= count - LENGTH && 2 * (done + LENGTH) <= width; done += LENGTH) {
        var values = FloatVector.fromArray(SPECIES, from, fromAt + done);
        int at = rowAt + 2 * done;
        FloatVector.fromArray(SPECIES, to, at)
            .blend(values.rearrange(LOWER_TWICE), mask)
            .intoArray(to, at);
        at += LENGTH;
        FloatVector.fromArray(SPECIES, to, at)
            .blend(values.rearrange(UPPER_TWICE), mask)
            .intoArray(to, at);
      }
      // Half of the values fill a vector.
      int half = LENGTH / 2;
      if (done <= count - half
          && 2 * done + LENGTH <= width
          && fromAt + done + LENGTH <= from.length) {
        var values = FloatVector.fromArray(SPECIES, from, fromAt + done);
        int at = rowAt + 2 * done;
        FloatVector.fromArray(SPECIES, to, at)
            .blend(values.rearrange(LOWER_TWICE), mask)
            .intoArray(to, at);
        done += half;
      }
    }
    for (; done < count; done++) {
      to[rowAt + first + done * stride] = from[fromAt + done];
    }
  }

  @Override
  public void finish(
      float[] sums,
      int sumsAt,
      float[] result,
      int resultAt,
      int count,
      Epilogue epilogue,
      int channel) {
    if (count < LENGTH) {
      ScalarKernels.finishEach(sums, sumsAt, result, resultAt, count, epilogue, channel);
      return;
    }
    if (epilogue.isNone()) {
      for (int i = 0; i < count; i += LENGTH) {
        int at = Math.min(i, count - LENGTH);
        FloatVector.fromArray(SPECIES, sums, sumsAt + at).intoArray(result, resultAt + at);
      }
      return;
    }
    // -0 is the one bias that changes no value, infinite bounds are the ones that cut off none.
    var bias =
        FloatVector.broadcast(SPECIES, epilogue.bias() == null ? -0f : epilogue.bias()[channel]);
    float floor = epilogue.activation().floor();
    float ceiling = epilogue.activation().ceiling();
    float[] addend = epilogue.addend();
    // A last vector repeats values of the one before it, unless those are finished already.
    int whole = count / LENGTH * LENGTH;
    int end = sums == result ? whole : count;
    for (int i = 0; i < end; i += LENGTH) {
      int at = Math.min(i, count - LENGTH);
      // No helper takes part: C2 may inline this method into a large one.
      var biased = FloatVector.fromArray(SPECIES, sums, sumsAt + at).lanewise(ADD, bias);
      var total =
          addend == null
              ? biased
              : biased.lanewise(ADD, FloatVector.fromArray(SPECIES, addend, resultAt + at));
      // Clamped as by Math.max and Math.min: a NaN stays, and a -0 at floor 0 becomes +0.
      var atLeast = total.blend(floor, total.compare(VectorOperators.LE, floor));
      atLeast
          .blend(ceiling, atLeast.compare(VectorOperators.GT, ceiling))
          .intoArray(result, resultAt + at);
    }
    int rest = count - end;
    if (rest > 0) {
      ScalarKernels.finishEach(sums, sumsAt + end, result, resultAt + end, rest, epilogue, channel);
    }
  }

  @Override
  public void transpose(
      float[] from,
      int fromAt,
      int fromPitch,
      int rows,
      int columns,
      int[] slots,
      float[] to,
      int toAt,
      int toPitch) {
    int done =
        VectorTransposition.transpose(
            from, fromAt, fromPitch, rows, columns, slots, to, toAt, toPitch);
    ScalarKernels.transposeEach(
        from, fromAt, fromPitch, rows, done, columns, slots, to, toAt, toPitch);
  }

  @Override
  public void turn(
      float[] sums,
      int pitch,
      float[] square,
      int positions,
      int channels,
      float[] result,
      int resultAt,
      int mapSize,
      Epilogue epilogue,
      int channel) {
    for (int c = 0; c < channels; c += LENGTH) {
      // The last vector repeats channels of the one before it.
      int at = Math.min(c, channels - LENGTH);
      int map = resultAt + at * mapSize;
      VectorTurn.turn(
          sums, at, pitch, square, positions, result, map, mapSize, epilogue, channel + at);
    }
  }

  @Override
  public void add(float[] sums, float[] addends) {
    int i = 0;
    for (; i <= sums.length - LENGTH; i += LENGTH) {
      FloatVector.fromArray(SPECIES, sums, i)
          .lanewise(ADD, FloatVector.fromArray(SPECIES, addends, i))
          .intoArray(sums, i);
    }
    for (; i < sums.length; i++) {
      sums[i] += addends[i];
    }
  }

  @Override
  public long multiplyAdd(int rounds) {
    // Independent chains, so that latency does not count; as many as 16 registers hold.
    var factor = FloatVector.broadcast(SPECIES, 0.999f);
    var one = FloatVector.broadcast(SPECIES, 1);
    var a = FloatVector.broadcast(SPECIES, rounds);
    var b = a;
    var c = a;
    var d = a;
    var e = a;
    var f = a;
    var g = a;
    var h = a;
    var i = a;
    var j = a;
    var k = a;
    var l = a;
    for (int round = 0; round < rounds; round++) {
      a = a.lanewise(FMA, factor, one);
      b = b.lanewise(FMA, factor, one);
      c = c.lanewise(FMA, factor, one);
      d = d.lanewise(FMA, factor, one);
      e = e.lanewise(FMA, factor, one);
      f = f.lanewise(FMA, factor, one);
      g = g.lanewise(FMA, factor, one);
      h = h.lanewise(FMA, factor, one);
      i = i.lanewise(FMA, factor, one);
      j = j.lanewise(FMA, factor, one);
      k = k.lanewise(FMA, factor, one);
      l = l.lanewise(FMA, factor, one);
    }
    var total = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l);
    return Float.isNaN(total.lane(0)) ? 0 : 12L * LENGTH * rounds;
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
