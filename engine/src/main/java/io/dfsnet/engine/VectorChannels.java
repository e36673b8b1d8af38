package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Normalization in SIMD code. A sum has as many partial sums as four vectors have lanes, so that it
 * waits for no addition, and each stays short enough for float.
 */
final class VectorChannels implements ChannelKernels {
  /** Values per round of a loop with four vectors. */
  private static final int FOUR = 4 * LENGTH;

  @Override
  public double sum(float[] x, int from, Strips strips) {
    var a = FloatVector.zero(SPECIES);
    var b = a;
    var c = a;
    var d = a;
    double rest = 0;
    for (int strip = 0; strip < strips.count(); strip++) {
      int i = begin(from, strips, strip);
      int end = i + strips.length();
      for (; i <= end - FOUR; i += FOUR) {
        a = a.add(FloatVector.fromArray(SPECIES, x, i));
        b = b.add(FloatVector.fromArray(SPECIES, x, i + LENGTH));
        c = c.add(FloatVector.fromArray(SPECIES, x, i + 2 * LENGTH));
        d = d.add(FloatVector.fromArray(SPECIES, x, i + 3 * LENGTH));
      }
      for (; i <= end - LENGTH; i += LENGTH) {
        a = a.add(FloatVector.fromArray(SPECIES, x, i));
      }
      for (; i < end; i++) {
        rest += x[i];
      }
    }
    return LaneSums.sum(a.add(b).add(c.add(d))) + rest;
  }

  @Override
  public void deviations(float[] x, float center, int from, Strips strips, double[] sums, int at) {
    var middle = FloatVector.broadcast(SPECIES, center);
    var a = FloatVector.zero(SPECIES);
    var b = a;
    var c = a;
    var d = a;
    var squaresA = a;
    var squaresB = a;
    var squaresC = a;
    var squaresD = a;
    double rest = 0;
    double squaresRest = 0;
    for (int strip = 0; strip < strips.count(); strip++) {
      int i = begin(from, strips, strip);
      int end = i + strips.length();
      for (; i <= end - FOUR; i += FOUR) {
        var first = FloatVector.fromArray(SPECIES, x, i).sub(middle);
        var second = FloatVector.fromArray(SPECIES, x, i + LENGTH).sub(middle);
        var third = FloatVector.fromArray(SPECIES, x, i + 2 * LENGTH).sub(middle);
        var fourth = FloatVector.fromArray(SPECIES, x, i + 3 * LENGTH).sub(middle);
        a = a.add(first);
        b = b.add(second);
        c = c.add(third);
        d = d.add(fourth);
        squaresA = first.lanewise(FMA, first, squaresA);
        squaresB = second.lanewise(FMA, second, squaresB);
        squaresC = third.lanewise(FMA, third, squaresC);
        squaresD = fourth.lanewise(FMA, fourth, squaresD);
      }
      for (; i <= end - LENGTH; i += LENGTH) {
        var next = FloatVector.fromArray(SPECIES, x, i).sub(middle);
        a = a.add(next);
        squaresA = next.lanewise(FMA, next, squaresA);
      }
      for (; i < end; i++) {
        double last = x[i] - center;
        rest += last;
        squaresRest = Math.fma(last, last, squaresRest);
      }
    }
    sums[at] = LaneSums.sum(a.add(b).add(c.add(d))) + rest;
    sums[at + 1] = LaneSums.sum(squaresA.add(squaresB).add(squaresC.add(squaresD))) + squaresRest;
  }

  @Override
  public void products(
      float[] gradient, float[] x, float center, int from, Strips strips, double[] sums, int at) {
    var middle = FloatVector.broadcast(SPECIES, center);
    var a = FloatVector.zero(SPECIES);
    var b = a;
    var c = a;
    var d = a;
    var productsA = a;
    var productsB = a;
    var productsC = a;
    var productsD = a;
    double rest = 0;
    double productsRest = 0;
    for (int strip = 0; strip < strips.count(); strip++) {
      int i = begin(from, strips, strip);
      int end = i + strips.length();
      for (; i <= end - FOUR; i += FOUR) {
        var first = FloatVector.fromArray(SPECIES, gradient, i);
        var second = FloatVector.fromArray(SPECIES, gradient, i + LENGTH);
        var third = FloatVector.fromArray(SPECIES, gradient, i + 2 * LENGTH);
        var fourth = FloatVector.fromArray(SPECIES, gradient, i + 3 * LENGTH);
        a = a.add(first);
        b = b.add(second);
        c = c.add(third);
        d = d.add(fourth);
        productsA =
            first.lanewise(FMA, FloatVector.fromArray(SPECIES, x, i).sub(middle), productsA);
        productsB =
            second.lanewise(
                FMA, FloatVector.fromArray(SPECIES, x, i + LENGTH).sub(middle), productsB);
        productsC =
            third.lanewise(
                FMA, FloatVector.fromArray(SPECIES, x, i + 2 * LENGTH).sub(middle), productsC);
        productsD =
            fourth.lanewise(
                FMA, FloatVector.fromArray(SPECIES, x, i + 3 * LENGTH).sub(middle), productsD);
      }
      for (; i <= end - LENGTH; i += LENGTH) {
        var next = FloatVector.fromArray(SPECIES, gradient, i);
        a = a.add(next);
        productsA = next.lanewise(FMA, FloatVector.fromArray(SPECIES, x, i).sub(middle), productsA);
      }
      for (; i < end; i++) {
        rest += gradient[i];
        productsRest = Math.fma((double) gradient[i], x[i] - center, productsRest);
      }
    }
    sums[at] = LaneSums.sum(a.add(b).add(c.add(d))) + rest;
    sums[at + 1] =
        LaneSums.sum(productsA.add(productsB).add(productsC.add(productsD))) + productsRest;
  }

  @Override
  public void normalize(
      float[] x,
      float center,
      float scale,
      float shift,
      float[] addend,
      Activation activation,
      float[] output,
      int from,
      Strips strips) {
    var middle = FloatVector.broadcast(SPECIES, center);
    var factor = FloatVector.broadcast(SPECIES, scale);
    var summand = FloatVector.broadcast(SPECIES, shift);
    // Values are clamped as by VectorKernels.finish, and for the same reason without a helper.
    float floor = activation.floor();
    float ceiling = activation.ceiling();
    for (int strip = 0; strip < strips.count(); strip++) {
      int i = begin(from, strips, strip);
      int end = i + strips.length();
      if (addend == null) {
        for (; i <= end - LENGTH; i += LENGTH) {
          var value =
              FloatVector.fromArray(SPECIES, x, i).sub(middle).lanewise(FMA, factor, summand);
          var atLeast = value.blend(floor, value.compare(VectorOperators.LE, floor));
          atLeast.blend(ceiling, atLeast.compare(VectorOperators.GT, ceiling)).intoArray(output, i);
        }
        for (; i < end; i++) {
          float value = Math.fma(x[i] - center, scale, shift);
          output[i] = Math.min(Math.max(value, floor), ceiling);
        }
      } else {
        for (; i <= end - LENGTH; i += LENGTH) {
          var value =
              FloatVector.fromArray(SPECIES, x, i)
                  .sub(middle)
                  .lanewise(FMA, factor, summand)
                  .add(FloatVector.fromArray(SPECIES, addend, i));
          var atLeast = value.blend(floor, value.compare(VectorOperators.LE, floor));
          atLeast.blend(ceiling, atLeast.compare(VectorOperators.GT, ceiling)).intoArray(output, i);
        }
        for (; i < end; i++) {
          float value = Math.fma(x[i] - center, scale, shift) + addend[i];
          output[i] = Math.min(Math.max(value, floor), ceiling);
        }
      }
    }
  }

  @Override
  public void mask(
      float[] output,
      Activation activation,
      float[] gradient,
      float[] masked,
      int from,
      Strips strips) {
    // Nothing is below or above NaN.
    float floor = activation == Activation.NONE ? Float.NaN : 0;
    float ceiling = activation == Activation.RELU6 ? 6 : Float.NaN;
    for (int strip = 0; strip < strips.count(); strip++) {
      int i = begin(from, strips, strip);
      int end = i + strips.length();
      for (; i <= end - LENGTH; i += LENGTH) {
        var value = FloatVector.fromArray(SPECIES, output, i);
        var stopped =
            value.compare(VectorOperators.LE, floor).or(value.compare(VectorOperators.GE, ceiling));
        FloatVector.fromArray(SPECIES, gradient, i).blend(0f, stopped).intoArray(masked, i);
      }
      for (; i < end; i++) {
        masked[i] = output[i] <= floor || output[i] >= ceiling ? 0 : gradient[i];
      }
    }
  }

  @Override
  public void combine(
      float[] gradient,
      float a,
      float[] x,
      float center,
      float b,
      float c,
      float[] result,
      int from,
      Strips strips) {
    var middle = FloatVector.broadcast(SPECIES, center);
    var ofGradient = FloatVector.broadcast(SPECIES, a);
    var ofDeviation = FloatVector.broadcast(SPECIES, b);
    var constant = FloatVector.broadcast(SPECIES, c);
    for (int strip = 0; strip < strips.count(); strip++) {
      int i = begin(from, strips, strip);
      int end = i + strips.length();
      for (; i <= end - LENGTH; i += LENGTH) {
        var rest =
            FloatVector.fromArray(SPECIES, x, i).sub(middle).lanewise(FMA, ofDeviation, constant);
        FloatVector.fromArray(SPECIES, gradient, i)
            .lanewise(FMA, ofGradient, rest)
            .intoArray(result, i);
      }
      for (; i < end; i++) {
        result[i] = Math.fma(a, gradient[i], Math.fma(b, x[i] - center, c));
      }
    }
  }

  private static int begin(int from, Strips strips, int strip) {
    return from + strips.first() + strip * strips.pitch();
  }
}
