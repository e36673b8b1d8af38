package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Micro-kernels alone, between guard elements: what stands before, between and behind the results
 * must stay as it was. Distances are primes, so that an index gone wrong cannot meet a right value.
 */
@Tag("kernels")
class MicroKernelTest {
  private static final int REDUCTION = 23;
  private static final int COUNT = 100_003 % 397;
  private static final float GUARD = 1234567;

  private final Kernels kernels = Engine.kernels();
  private final Random random = new Random(42);

  @Test
  void sumsStayBetweenTheirGuards() {
    for (var kernel : kernels.sums()) {
      for (int runs = 1; runs <= 11; runs++) {
        int lanes = kernels.lanes(COUNT);
        int channelSize = runs * lanes + 13;
        var call = new SumKernel.Call(lanes);
        call.reduction = REDUCTION;
        call.offsets = offsets();
        call.planes = ConvolutionProblems.integers(Shape.of(19 + 40 + runs * lanes + 700), random);
        call.planesAt = 19;
        call.weights =
            ConvolutionProblems.integers(Shape.of(3 + REDUCTION * kernel.rows()), random);
        call.weightsAt = 3;
        call.positions = positions(runs, lanes);
        call.firstRun = 0;
        call.endRun = runs;
        call.out = new float[17 + kernel.rows() * channelSize];
        Arrays.fill(call.out, GUARD);
        call.outAt = 17;
        call.outChannelSize = channelSize;
        float[] expected = call.out.clone();
        for (int m = 0; m < kernel.rows(); m++) {
          for (int p = 0; p < runs * lanes; p++) {
            float sum = 0;
            for (int k = 0; k < REDUCTION; k++) {
              float weight = call.weights[3 + k * kernel.rows() + m];
              sum += weight * call.planes[19 + call.offsets[k] + p + 40];
            }
            expected[17 + m * channelSize + p] = sum;
          }
        }
        kernel.run(call);
        assertThat(call.out).as("%s, %d runs", kernel.name(), runs).isEqualTo(expected);
      }
    }
  }

  @Test
  void outerProductsStayBetweenTheirGuards() {
    for (var kernel : kernels.outers()) {
      for (int count = 1; count <= REDUCTION; count++) {
        int runs = 5;
        int lanes = kernels.lanes(COUNT);
        var call = new OuterKernel.Call();
        call.count = count;
        call.offsets = offsets();
        call.planes = ConvolutionProblems.integers(Shape.of(19 + 40 + runs * lanes + 700), random);
        call.planesAt = 19;
        call.gradientChannelSize = runs * lanes + 13;
        call.gradient =
            ConvolutionProblems.integers(
                Shape.of(5 + kernel.rows() * call.gradientChannelSize), random);
        call.gradientAt = 5;
        call.positions = positions(runs, lanes);
        call.runs = runs;
        call.sumsPitch = REDUCTION + 6;
        call.sums = new float[11 + kernel.rows() * call.sumsPitch];
        Arrays.fill(call.sums, GUARD);
        call.sumsAt = 11;
        float[] expected = call.sums.clone();
        for (int m = 0; m < kernel.rows(); m++) {
          for (int k = 0; k < count; k++) {
            float sum = 0;
            for (int p = 0; p < runs * lanes; p++) {
              float factor = call.gradient[5 + m * call.gradientChannelSize + p];
              sum += factor * call.planes[19 + call.offsets[k] + p + 40];
            }
            expected[11 + m * call.sumsPitch + k] += sum;
          }
        }
        kernel.run(call);
        assertThat(call.sums).as("%s, %d taps", kernel.name(), count).isEqualTo(expected);
      }
    }
  }

  @Test
  void blockedOuterProductsStayBetweenTheirGuards() {
    for (var kernel : kernels.blockedOuters()) {
      int lanes = kernel.rows();
      for (int streams = 1; streams <= BlockedOuterKernel.STREAMS; streams++) {
        for (int groupOutputs = kernel.inputs(); groupOutputs <= lanes; groupOutputs *= 2) {
          if (!kernel.admits(lanes / groupOutputs)) {
            continue;
          }
          var call = new BlockedOuterKernel.Call();
          call.spread = kernel.spread(0, groupOutputs, groupOutputs);
          call.rows = 3;
          call.run = 5 * lanes;
          call.step = lanes;
          call.tile = new float[kernel.inputs() * BlockedOuterKernel.STREAMS * lanes];
          call.input = ConvolutionProblems.integers(Shape.of(7 + 21 * lanes), random);
          call.inputAt = 7;
          call.inputPitch = 6 * lanes + 1;
          call.gradient = ConvolutionProblems.integers(Shape.of(3 + 32 * lanes), random);
          call.gradientPitch = 7 * lanes + 3;
          call.streams = streams;
          call.sumsPitch = streams * lanes + 5;
          call.sums = new float[11 + kernel.inputs() * call.sumsPitch + 7];
          Arrays.fill(call.sums, GUARD);
          for (int j = 0; j < streams; j++) {
            call.gradientAt[j] = 3 + (2 - j) * 2 * lanes;
            call.sumsAt[j] = 11 + j * lanes;
          }
          float[] expected = call.sums.clone();
          for (int t = 0; t < kernel.inputs(); t++) {
            for (int j = 0; j < streams; j++) {
              for (int lane = 0; lane < lanes; lane++) {
                int from = lane / groupOutputs * groupOutputs + t;
                float sum = 0;
                for (int row = 0; row < call.rows; row++) {
                  for (int p = 0; p < call.run; p += lanes) {
                    int inputAt = call.inputAt + row * call.inputPitch + p + from;
                    int at = call.gradientAt[j] + row * call.gradientPitch + p + lane;
                    sum += call.input[inputAt] * call.gradient[at];
                  }
                }
                expected[call.sumsAt[j] + t * call.sumsPitch + lane] += sum;
              }
            }
          }
          kernel.run(call);
          assertThat(call.sums)
              .as("%s, %d streams, %d lanes a group", kernel.name(), streams, groupOutputs)
              .isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void transpositionStaysBetweenItsGuards() {
    int lanes = kernels.blockedOuters().isEmpty() ? 5 : kernels.blockedOuters().getFirst().rows();
    for (int rows = 1; rows <= lanes; rows++) {
      for (int columns = 1; columns <= 6 * lanes + 3; columns++) {
        int pitch = columns + 2;
        float[] from = ConvolutionProblems.integers(Shape.of(5 + rows * pitch), random);
        int[] slots = new int[columns];
        // Backwards, and every other slot, so that what stands between can be looked at.
        for (int c = 0; c < columns; c++) {
          slots[c] = 2 * (columns - 1 - c);
        }
        float[] to = new float[3 + (2 * columns + 1) * lanes];
        Arrays.fill(to, GUARD);
        kernels.transpose(from, 5, pitch, rows, columns, slots, to, 3, lanes);
        float[] expected = new float[to.length];
        Arrays.fill(expected, GUARD);
        for (int c = 0; c < columns; c++) {
          int at = 3 + slots[c] * lanes;
          for (int r = 0; r < rows; r++) {
            expected[at + r] = from[5 + r * pitch + c];
          }
          // Lanes behind the last row may hold anything.
          System.arraycopy(to, at + rows, expected, at + rows, lanes - rows);
        }
        assertThat(to).as("%d rows, %d columns", rows, columns).isEqualTo(expected);
      }
    }
  }

  @Test
  void spreadKeepsWhatStandsBetween() {
    for (int stride = 1; stride <= 3; stride++) {
      for (int first = 0; first < stride; first++) {
        for (int width = 1; width < 150; width++) {
          int count = (width - 1 - first) / stride + 1;
          if (width <= first) {
            continue;
          }
          float[] from = ConvolutionProblems.integers(Shape.of(7 + count), random);
          float[] to = new float[9 + width + 5];
          Arrays.fill(to, GUARD);
          float[] expected = to.clone();
          for (int i = 0; i < count; i++) {
            expected[9 + first + i * stride] = from[7 + i];
          }
          kernels.spread(from, 7, to, 9, width, first, stride, count);
          assertThat(to).as("stride %d, %d of %d", stride, first, width).isEqualTo(expected);
        }
      }
    }
  }

  /** Runs that follow each other, read 40 values behind the offsets and written from 0 on. */
  private static Positions positions(int runs, int lanes) {
    int[] planeStarts = new int[runs];
    int[] mapStarts = new int[runs];
    for (int run = 0; run < runs; run++) {
      planeStarts[run] = 40 + run * lanes;
      mapStarts[run] = run * lanes;
    }
    return new Positions(lanes, runs, planeStarts, mapStarts);
  }

  private static int[] offsets() {
    int[] offsets = new int[REDUCTION];
    Arrays.setAll(offsets, k -> k * 29 % 641);
    return offsets;
  }
}
