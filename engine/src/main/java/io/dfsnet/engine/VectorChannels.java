package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.broadcast;
import static io.dfsnet.engine.VectorKernels.load;
import static io.dfsnet.engine.VectorKernels.zero;

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
    var a = zero();
    var b = a;
    var c = a;
    var d = a;
    double rest = 0;
    for (int strip = 0; strip < strips.count(); strip++) {
      int i = begin(from, strips, strip);
      int end = i + strips.length();
      for (; i <= end - FOUR; i += FOUR) {
        a = a.add(load(x, i));
        b = b.add(load(x, i + LENGTH));
        c = c.add(load(x, i + 2 * LENGTH));
        d = d.add(load(x, i + 3 * LENGTH));
      }
      for (; i <= end - LENGTH; i += LENGTH) {
        a = a.add(load(x, i));
      }
      for (; i < end; i++) {
        rest += x[i];
      }
    }
    return LaneSums.sum(a.add(b).add(c.add(d))) + rest;
  }

  @Override
  public void deviations(float[] x, float center, int from, Strips strips, double[] sums, int at) {
    var middle = broadcast(center);
    var a = zero();
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
        var first = load(x, i).sub(middle);
        var second = load(x, i + LENGTH).sub(middle);
        var third = load(x, i + 2 * LENGTH).sub(middle);
        var fourth = load(x, i + 3 * LENGTH).sub(middle);
        a = a.add(first);
        b = b.add(second);
        c = c.add(third);
        d = d.add(fourth);
        squaresA = first.fma(first, squaresA);
        squaresB = second.fma(second, squaresB);
        squaresC = third.fma(third, squaresC);
        squaresD = fourth.fma(fourth, squaresD);
      }
      for (; i <= end - LENGTH; i += LENGTH) {
        var next = load(x, i).sub(middle);
        a = a.add(next);
        squaresA = next.fma(next, squaresA);
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
    var middle = broadcast(center);
    var a = zero();
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
        var first = load(gradient, i);
        var second = load(gradient, i + LENGTH);
        var third = load(gradient, i + 2 * LENGTH);
        var fourth = load(gradient, i + 3 * LENGTH);
        a = a.add(first);
        b = b.add(second);
        c = c.add(third);
        d = d.add(fourth);
        productsA = first.fma(load(x, i).sub(middle), productsA);
        productsB = second.fma(load(x, i + LENGTH).sub(middle), productsB);
        productsC = third.fma(load(x, i + 2 * LENGTH).sub(middle), productsC);
        productsD = fourth.fma(load(x, i + 3 * LENGTH).sub(middle), productsD);
      }
      for (; i <= end - LENGTH; i += LENGTH) {
        var next = load(gradient, i);
        a = a.add(next);
        productsA = next.fma(load(x, i).sub(middle), productsA);
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
    var middle = broadcast(center);
    var factor = broadcast(scale);
    var summand = broadcast(shift);
    float floor = VectorKernels.floor(activation);
    float ceiling = VectorKernels.ceiling(activation);
    for (int strip = 0; strip < strips.count(); strip++) {
      int i = begin(from, strips, strip);
      int end = i + strips.length();
      if (addend == null) {
        for (; i <= end - LENGTH; i += LENGTH) {
          var value = load(x, i).sub(middle).fma(factor, summand);
          VectorKernels.clamp(value, floor, ceiling).intoArray(output, i);
        }
        for (; i < end; i++) {
          float value = Math.fma(x[i] - center, scale, shift);
          output[i] = Math.min(Math.max(value, floor), ceiling);
        }
      } else {
        for (; i <= end - LENGTH; i += LENGTH) {
          var value = load(x, i).sub(middle).fma(factor, summand).add(load(addend, i));
          VectorKernels.clamp(value, floor, ceiling).intoArray(output, i);
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
        var value = load(output, i);
        var stopped =
            value.compare(VectorOperators.LE, floor).or(value.compare(VectorOperators.GE, ceiling));
        load(gradient, i).blend(0f, stopped).intoArray(masked, i);
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
    var middle = broadcast(center);
    var ofGradient = broadcast(a);
    var ofDeviation = broadcast(b);
    var constant = broadcast(c);
    for (int strip = 0; strip < strips.count(); strip++) {
      int i = begin(from, strips, strip);
      int end = i + strips.length();
      for (; i <= end - LENGTH; i += LENGTH) {
        var rest = load(x, i).sub(middle).fma(ofDeviation, constant);
        load(gradient, i).fma(ofGradient, rest).intoArray(result, i);
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
