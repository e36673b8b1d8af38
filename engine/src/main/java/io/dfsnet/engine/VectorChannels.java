package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.SUB;

import jdk.incubator.vector.FloatVector;

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
        a = a.lanewise(ADD, FloatVector.fromArray(SPECIES, x, i));
        b = b.lanewise(ADD, FloatVector.fromArray(SPECIES, x, i + LENGTH));
        c = c.lanewise(ADD, FloatVector.fromArray(SPECIES, x, i + 2 * LENGTH));
        d = d.lanewise(ADD, FloatVector.fromArray(SPECIES, x, i + 3 * LENGTH));
      }
      for (; i <= end - LENGTH; i += LENGTH) {
        a = a.lanewise(ADD, FloatVector.fromArray(SPECIES, x, i));
      }
      for (; i < end; i++) {
        rest += x[i];
      }
    }
    return LaneSums.sum(a.lanewise(ADD, b).lanewise(ADD, c.lanewise(ADD, d))) + rest;
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
        var first = FloatVector.fromArray(SPECIES, x, i).lanewise(SUB, middle);
        var second = FloatVector.fromArray(SPECIES, x, i + LENGTH).lanewise(SUB, middle);
        var third = FloatVector.fromArray(SPECIES, x, i + 2 * LENGTH).lanewise(SUB, middle);
        var fourth = FloatVector.fromArray(SPECIES, x, i + 3 * LENGTH).lanewise(SUB, middle);
        a = a.lanewise(ADD, first);
        b = b.lanewise(ADD, second);
        c = c.lanewise(ADD, third);
        d = d.lanewise(ADD, fourth);
        squaresA = first.lanewise(FMA, first, squaresA);
        squaresB = second.lanewise(FMA, second, squaresB);
        squaresC = third.lanewise(FMA, third, squaresC);
        squaresD = fourth.lanewise(FMA, fourth, squaresD);
      }
      for (; i <= end - LENGTH; i += LENGTH) {
        var next = FloatVector.fromArray(SPECIES, x, i).lanewise(SUB, middle);
        a = a.lanewise(ADD, next);
        squaresA = next.lanewise(FMA, next, squaresA);
      }
      for (; i < end; i++) {
        double last = x[i] - center;
        rest += last;
        squaresRest = Math.fma(last, last, squaresRest);
      }
    }
    sums[at] = LaneSums.sum(a.lanewise(ADD, b).lanewise(ADD, c.lanewise(ADD, d))) + rest;
    sums[at + 1] =
        LaneSums.sum(
                squaresA.lanewise(ADD, squaresB).lanewise(ADD, squaresC.lanewise(ADD, squaresD)))
            + squaresRest;
  }

  @Override
  public void products(
      float[] gradient,
      float[] x,
      float center,
      Gate gate,
      int from,
      Strips strips,
      double[] sums,
      int at) {
    var middle = FloatVector.broadcast(SPECIES, center);
    var scale = FloatVector.broadcast(SPECIES, gate.scale());
    var shift = FloatVector.broadcast(SPECIES, gate.shift());
    float floor = stopsAt(gate.activation());
    float ceiling = stopsFrom(gate.activation());
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
        var deviationA = FloatVector.fromArray(SPECIES, x, i).lanewise(SUB, middle);
        var valueA = deviationA.lanewise(FMA, scale, shift);
        var stoppedA = valueA.compare(LE, floor).or(valueA.compare(GE, ceiling));
        var throughA = FloatVector.fromArray(SPECIES, gradient, i).blend(0f, stoppedA);
        a = a.lanewise(ADD, throughA);
        productsA = throughA.lanewise(FMA, deviationA, productsA);
        var deviationB = FloatVector.fromArray(SPECIES, x, i + LENGTH).lanewise(SUB, middle);
        var valueB = deviationB.lanewise(FMA, scale, shift);
        var stoppedB = valueB.compare(LE, floor).or(valueB.compare(GE, ceiling));
        var throughB = FloatVector.fromArray(SPECIES, gradient, i + LENGTH).blend(0f, stoppedB);
        b = b.lanewise(ADD, throughB);
        productsB = throughB.lanewise(FMA, deviationB, productsB);
        var deviationC = FloatVector.fromArray(SPECIES, x, i + 2 * LENGTH).lanewise(SUB, middle);
        var valueC = deviationC.lanewise(FMA, scale, shift);
        var stoppedC = valueC.compare(LE, floor).or(valueC.compare(GE, ceiling));
        var throughC = FloatVector.fromArray(SPECIES, gradient, i + 2 * LENGTH).blend(0f, stoppedC);
        c = c.lanewise(ADD, throughC);
        productsC = throughC.lanewise(FMA, deviationC, productsC);
        var deviationD = FloatVector.fromArray(SPECIES, x, i + 3 * LENGTH).lanewise(SUB, middle);
        var valueD = deviationD.lanewise(FMA, scale, shift);
        var stoppedD = valueD.compare(LE, floor).or(valueD.compare(GE, ceiling));
        var throughD = FloatVector.fromArray(SPECIES, gradient, i + 3 * LENGTH).blend(0f, stoppedD);
        d = d.lanewise(ADD, throughD);
        productsD = throughD.lanewise(FMA, deviationD, productsD);
      }
      for (; i <= end - LENGTH; i += LENGTH) {
        var deviation = FloatVector.fromArray(SPECIES, x, i).lanewise(SUB, middle);
        var value = deviation.lanewise(FMA, scale, shift);
        var stopped = value.compare(LE, floor).or(value.compare(GE, ceiling));
        var through = FloatVector.fromArray(SPECIES, gradient, i).blend(0f, stopped);
        a = a.lanewise(ADD, through);
        productsA = through.lanewise(FMA, deviation, productsA);
      }
      for (; i < end; i++) {
        float deviation = x[i] - center;
        float value = Math.fma(deviation, gate.scale(), gate.shift());
        double through = value <= floor || value >= ceiling ? 0 : gradient[i];
        rest += through;
        productsRest = Math.fma(through, deviation, productsRest);
      }
    }
    sums[at] = LaneSums.sum(a.lanewise(ADD, b).lanewise(ADD, c.lanewise(ADD, d))) + rest;
    sums[at + 1] =
        LaneSums.sum(
                productsA
                    .lanewise(ADD, productsB)
                    .lanewise(ADD, productsC.lanewise(ADD, productsD)))
            + productsRest;
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
              FloatVector.fromArray(SPECIES, x, i)
                  .lanewise(SUB, middle)
                  .lanewise(FMA, factor, summand);
          var atLeast = value.blend(floor, value.compare(LE, floor));
          atLeast.blend(ceiling, atLeast.compare(GT, ceiling)).intoArray(output, i);
        }
        for (; i < end; i++) {
          float value = Math.fma(x[i] - center, scale, shift);
          output[i] = Math.min(Math.max(value, floor), ceiling);
        }
      } else {
        for (; i <= end - LENGTH; i += LENGTH) {
          var value =
              FloatVector.fromArray(SPECIES, x, i)
                  .lanewise(SUB, middle)
                  .lanewise(FMA, factor, summand)
                  .lanewise(ADD, FloatVector.fromArray(SPECIES, addend, i));
          var atLeast = value.blend(floor, value.compare(LE, floor));
          atLeast.blend(ceiling, atLeast.compare(GT, ceiling)).intoArray(output, i);
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
    float floor = stopsAt(activation);
    float ceiling = stopsFrom(activation);
    for (int strip = 0; strip < strips.count(); strip++) {
      int i = begin(from, strips, strip);
      int end = i + strips.length();
      for (; i <= end - LENGTH; i += LENGTH) {
        var value = FloatVector.fromArray(SPECIES, output, i);
        var stopped = value.compare(LE, floor).or(value.compare(GE, ceiling));
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
      Gate gate,
      float b,
      float c,
      float[] result,
      int from,
      Strips strips) {
    var middle = FloatVector.broadcast(SPECIES, center);
    var ofGradient = FloatVector.broadcast(SPECIES, a);
    var ofDeviation = FloatVector.broadcast(SPECIES, b);
    var constant = FloatVector.broadcast(SPECIES, c);
    var scale = FloatVector.broadcast(SPECIES, gate.scale());
    var shift = FloatVector.broadcast(SPECIES, gate.shift());
    float floor = stopsAt(gate.activation());
    float ceiling = stopsFrom(gate.activation());
    for (int strip = 0; strip < strips.count(); strip++) {
      int i = begin(from, strips, strip);
      int end = i + strips.length();
      for (; i <= end - LENGTH; i += LENGTH) {
        var deviation = FloatVector.fromArray(SPECIES, x, i).lanewise(SUB, middle);
        var value = deviation.lanewise(FMA, scale, shift);
        var stopped = value.compare(LE, floor).or(value.compare(GE, ceiling));
        FloatVector.fromArray(SPECIES, gradient, i)
            .blend(0f, stopped)
            .lanewise(FMA, ofGradient, deviation.lanewise(FMA, ofDeviation, constant))
            .intoArray(result, i);
      }
      for (; i < end; i++) {
        float deviation = x[i] - center;
        float value = Math.fma(deviation, gate.scale(), gate.shift());
        float through = value <= floor || value >= ceiling ? 0 : gradient[i];
        result[i] = Math.fma(a, through, Math.fma(b, deviation, c));
      }
    }
  }

  /** Up to this value nothing is let through; NaN if all is, because nothing is below it. */
  private static float stopsAt(Activation activation) {
    return activation == Activation.NONE ? Float.NaN : 0;
  }

  /** From this value on nothing is let through. */
  private static float stopsFrom(Activation activation) {
    return activation == Activation.RELU6 ? 6 : Float.NaN;
  }

  private static int begin(int from, Strips strips, int strip) {
    return from + strips.first() + strip * strips.pitch();
  }
}
