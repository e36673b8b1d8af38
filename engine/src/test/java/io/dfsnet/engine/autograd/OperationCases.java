package io.dfsnet.engine.autograd;

import static io.dfsnet.engine.autograd.OperationCase.Kind.MULTILINEAR;
import static io.dfsnet.engine.autograd.OperationCase.Kind.PIECEWISE_LINEAR;
import static io.dfsnet.engine.autograd.OperationCase.Kind.SMOOTH;

import io.dfsnet.engine.Activation;
import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.PoolGeometry;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Targets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** The operations of the tape, at sizes that are odd, larger than a task, and at their limits. */
final class OperationCases {
  private static final float EPSILON = 1e-3f;
  private static final Shape ODD = Shape.of(3, 5, 7, 3);
  private static final Shape SEVERAL_TASKS = Shape.of(5, 7, 47, 43);

  private OperationCases() {}

  static List<OperationCase> all() {
    List<OperationCase> cases = new ArrayList<>();
    elementwise(cases);
    convolutions(cases);
    normalizations(cases);
    fusedNormalizations(cases);
    pooling(cases);
    linear(cases);
    channels(cases);
    losses(cases);
    compositions(cases);
    return cases;
  }

  private static void elementwise(List<OperationCase> cases) {
    for (Shape shape : List.of(Shape.of(1), ODD, SEVERAL_TASKS)) {
      cases.add(
          one(
              "relu " + shape,
              PIECEWISE_LINEAR,
              1,
              shape,
              (tape, in) -> tape.relu(in.getFirst()),
              Reference::relu));
      cases.add(
          one(
                  "relu6 " + shape,
                  PIECEWISE_LINEAR,
                  1,
                  shape,
                  (tape, in) -> tape.relu6(in.getFirst()),
                  Reference::relu6)
              .withRange(8));
      cases.add(
          OperationCase.of(
              "add " + shape,
              MULTILINEAR,
              2,
              List.of(shape, shape),
              (tape, in) -> tape.add(in.get(0), in.get(1)),
              in -> Reference.add(in[0], in[1])));
      cases.add(
          one(
              "scale " + shape,
              MULTILINEAR,
              1,
              shape,
              (tape, in) -> tape.scale(in.getFirst(), -3f),
              in -> Reference.scale(in, -3)));
    }
  }

  private static void convolutions(List<OperationCase> cases) {
    for (String problem :
        List.of(
            "n2 ic3 ih7 iw5 oc5 kh3 ph1",
            "n1 g2 ic4 ih6 iw7 oc6 kh3 sh2 ph1",
            "n3 g3 ic3 ih5 oc6 kh3 ph1",
            "n2 ic5 ih4 oc7 kh1",
            "n1 ic2 ih9 oc3 kh3 dh2 ph2")) {
      var geometry = Conv2dGeometry.parse(problem);
      int reduction =
          Math.max(geometry.reduction(), geometry.n() * geometry.outHeight() * geometry.outWidth());
      cases.add(
          OperationCase.of(
              "conv2d with bias " + problem,
              MULTILINEAR,
              reduction,
              List.of(geometry.inShape(), geometry.weightShape(), Shape.of(geometry.outChannels())),
              (tape, in) -> tape.conv2d(in.get(0), in.get(1), in.get(2), geometry),
              in -> Reference.conv2d(geometry, in[0], in[1], in[2])));
      cases.add(
          OperationCase.of(
              "conv2d without bias " + problem,
              MULTILINEAR,
              reduction,
              List.of(geometry.inShape(), geometry.weightShape()),
              (tape, in) -> tape.conv2d(in.get(0), in.get(1), null, geometry),
              in -> Reference.conv2d(geometry, in[0], in[1], null)));
    }
  }

  private static void normalizations(List<OperationCase> cases) {
    for (Shape shape :
        List.of(Shape.of(2, 1), Shape.of(7, 3), ODD, Shape.of(5, 3, 1, 1), Shape.of(4, 3, 8, 9))) {
      Shape perChannel = Shape.of(shape.size(1));
      List<Shape> shapes = List.of(shape, perChannel, perChannel);
      int count = shape.elements() / shape.size(1);
      cases.add(
          OperationCase.of(
              "batchNorm " + shape,
              SMOOTH,
              4 * count,
              shapes,
              (tape, in) ->
                  tape.batchNorm(
                      in.get(0), in.get(1), in.get(2), EPSILON, freshStatistics(shape.size(1))),
              in -> Reference.batchNorm(shape, in[0], in[1], in[2], EPSILON)));
      var running = someStatistics(shape.size(1));
      cases.add(
          OperationCase.of(
              "batchNormInference " + shape,
              SMOOTH,
              4 * count,
              shapes,
              (tape, in) ->
                  tape.batchNormInference(in.get(0), in.get(1), in.get(2), EPSILON, running),
              in ->
                  Reference.batchNormInference(
                      shape,
                      in[0],
                      in[1],
                      in[2],
                      EPSILON,
                      Doubles.of(running.mean()),
                      Doubles.of(running.variance()))));
    }
  }

  private static void fusedNormalizations(List<OperationCase> cases) {
    for (Shape shape : List.of(ODD, Shape.of(6, 2, 8, 9), Shape.of(9, 17))) {
      int channels = shape.size(1);
      int count = shape.elements() / channels;
      var running = someStatistics(channels);
      List<Shape> inputs = List.of(shape, Shape.of(channels), Shape.of(channels));
      List<Shape> withAddend = List.of(shape, Shape.of(channels), Shape.of(channels), shape);
      for (var activation : Activation.values()) {
        cases.add(
            OperationCase.of(
                    "batchNorm, add, " + activation + " " + shape,
                    SMOOTH,
                    4 * count,
                    withAddend,
                    (tape, in) ->
                        tape.batchNorm(
                            in.get(0),
                            in.get(1),
                            in.get(2),
                            EPSILON,
                            freshStatistics(channels),
                            in.get(3),
                            activation),
                    in ->
                        Reference.activation(
                            activation,
                            Reference.add(
                                Reference.batchNorm(shape, in[0], in[1], in[2], EPSILON), in[3])))
                .withRange(4));
        cases.add(
            OperationCase.of(
                    "batchNormInference, " + activation + " " + shape,
                    SMOOTH,
                    4 * count,
                    inputs,
                    (tape, in) ->
                        tape.batchNormInference(
                            in.get(0), in.get(1), in.get(2), EPSILON, running, null, activation),
                    in ->
                        Reference.activation(
                            activation,
                            Reference.batchNormInference(
                                shape,
                                in[0],
                                in[1],
                                in[2],
                                EPSILON,
                                Doubles.of(running.mean()),
                                Doubles.of(running.variance()))))
                .withRange(4));
      }
    }
    // The gradient arrives twice, and the shortcut's must survive what becomes of the block's.
    Shape perChannel = Shape.of(5);
    cases.add(
        OperationCase.of(
            "a block whose shortcut is its input, twice",
            SMOOTH,
            400,
            List.of(ODD, perChannel, perChannel),
            (tape, in) -> {
              Variable x = tape.channelShuffle(in.get(0), 1);
              for (int block = 0; block < 2; block++) {
                x =
                    tape.batchNorm(
                        x, in.get(1), in.get(2), EPSILON, freshStatistics(5), x, Activation.RELU);
              }
              return x;
            },
            in -> {
              double[] x = in[0];
              for (int block = 0; block < 2; block++) {
                double[] normalized = Reference.batchNorm(ODD, x, in[1], in[2], EPSILON);
                x = Reference.relu(Reference.add(normalized, x));
              }
              return x;
            }));
  }

  private static void pooling(List<OperationCase> cases) {
    for (var geometry :
        List.of(
            new PoolGeometry(2, 3, 7, 5, 3, 2, 1),
            new PoolGeometry(1, 2, 6, 8, 2, 2, 0),
            new PoolGeometry(3, 1, 5, 5, 3, 1, 1),
            new PoolGeometry(1, 1, 2, 3, 2, 3, 1),
            new PoolGeometry(2, 2, 9, 7, 2, 5, 0))) {
      cases.add(
          one(
              "maxPool " + geometry,
              PIECEWISE_LINEAR,
              geometry.kernel() * geometry.kernel(),
              geometry.inShape(),
              (tape, in) -> tape.maxPool(in.getFirst(), geometry),
              in -> Reference.maxPool(geometry, in)));
      // A division by 4 is exact, one by 9 is not.
      cases.add(
          one(
              "averagePool " + geometry,
              geometry.kernel() == 2 ? MULTILINEAR : SMOOTH,
              geometry.kernel() * geometry.kernel(),
              geometry.inShape(),
              (tape, in) -> tape.averagePool(in.getFirst(), geometry),
              in -> Reference.averagePool(geometry, in)));
    }
    for (Shape shape : List.of(Shape.of(3, 5, 4, 2), Shape.of(2, 3, 1, 1))) {
      cases.add(
          one(
              "globalAveragePool by a power of two " + shape,
              MULTILINEAR,
              1,
              shape,
              (tape, in) -> tape.globalAveragePool(in.getFirst()),
              in -> Reference.globalAverage(shape, in)));
    }
    cases.add(
        one(
            "globalAveragePool " + ODD,
            SMOOTH,
            21,
            ODD,
            (tape, in) -> tape.globalAveragePool(in.getFirst()),
            in -> Reference.globalAverage(ODD, in)));
  }

  private static void linear(List<OperationCase> cases) {
    record Size(int n, int inFeatures, int outFeatures, int parts) {}
    for (var size :
        List.of(
            new Size(1, 1, 1, 1),
            new Size(3, 7, 5, 1),
            new Size(2, 12, 9, 4),
            new Size(5, 6, 3, 6),
            new Size(2, 10, 1031, 2))) {
      int reduction = Math.max(Math.max(size.inFeatures, size.outFeatures), size.n);
      Shape input = Shape.of(size.n, size.inFeatures);
      Shape weight = Shape.of(size.outFeatures, size.inFeatures);
      cases.add(
          OperationCase.of(
              "linear with bias " + size,
              MULTILINEAR,
              reduction,
              List.of(input, weight, Shape.of(size.outFeatures)),
              (tape, in) -> tape.linear(in.get(0), in.get(1), in.get(2), size.parts),
              in -> Reference.linear(size.n, in[0], in[1], in[2])));
      cases.add(
          OperationCase.of(
              "linear without bias " + size,
              MULTILINEAR,
              reduction,
              List.of(input, weight),
              (tape, in) -> tape.linear(in.get(0), in.get(1), null, size.parts),
              in -> Reference.linear(size.n, in[0], in[1], null)));
    }
  }

  private static void channels(List<OperationCase> cases) {
    Shape wider = Shape.of(3, 2, 7, 3);
    cases.add(
        OperationCase.of(
            "concat",
            MULTILINEAR,
            1,
            List.of(ODD, wider),
            (tape, in) -> tape.concat(in),
            in -> Reference.concat(ODD, in[0], wider, in[1])));
    Shape twelve = Shape.of(2, 12, 3, 5);
    record Slice(int first, int channels) {}
    for (var slice : List.of(new Slice(0, 5), new Slice(5, 7), new Slice(11, 1))) {
      cases.add(
          one(
              "channelSlice " + slice,
              MULTILINEAR,
              1,
              twelve,
              (tape, in) -> tape.channelSlice(in.getFirst(), slice.first, slice.channels),
              in -> Reference.channelSlice(twelve, slice.first, slice.channels, in)));
    }
    for (int groups : new int[] {1, 3, 4, 12}) {
      cases.add(
          one(
              "channelShuffle by " + groups,
              MULTILINEAR,
              1,
              twelve,
              (tape, in) -> tape.channelShuffle(in.getFirst(), groups),
              in -> Reference.channelShuffle(twelve, groups, in)));
    }
    cases.add(
        one(
            "flatten",
            MULTILINEAR,
            1,
            ODD,
            (tape, in) -> tape.flatten(in.getFirst()),
            double[]::clone));
    record Padding(Shape in, int outChannels, int stride, int groups) {}
    for (var padding :
        List.of(
            new Padding(Shape.of(2, 4, 6, 6), 8, 2, 1),
            new Padding(Shape.of(2, 4, 7, 5), 12, 2, 2),
            new Padding(Shape.of(1, 3, 5, 5), 8, 3, 1),
            new Padding(Shape.of(2, 6, 4, 4), 6, 1, 3))) {
      cases.add(
          one(
              "padShortcut " + padding,
              MULTILINEAR,
              1,
              padding.in,
              (tape, in) ->
                  tape.padShortcut(
                      in.getFirst(), padding.outChannels, padding.stride, padding.groups),
              in ->
                  Reference.padShortcut(
                      padding.in, padding.outChannels, padding.stride, padding.groups, in)));
    }
    Shape dense = Shape.of(6, 9, 3, 2);
    for (int groups : new int[] {1, 3}) {
      cases.add(
          one(
              "blockDiagonal of " + groups,
              MULTILINEAR,
              1,
              dense,
              (tape, in) -> tape.blockDiagonal(in.getFirst(), groups),
              in -> Reference.blockDiagonal(dense, groups, in)));
    }
  }

  private static void losses(List<OperationCase> cases) {
    int[] labels = {2, 0, 6, 3, 3};
    for (float smoothing : new float[] {0f, 0.1f, 1f}) {
      cases.add(
          one(
                  "softmaxCrossEntropy smoothed by " + smoothing,
                  SMOOTH,
                  7,
                  Shape.of(5, 7),
                  (tape, in) -> tape.softmaxCrossEntropy(in.getFirst(), labels, smoothing),
                  in -> Reference.softmaxCrossEntropy(in, labels, smoothing))
              .withRange(3));
    }
    float[] probabilities = {0.2f, 0.5f, 0.3f, /**/ 0, 1, 0, /**/ 0.25f, 0.25f, 0.5f};
    cases.add(
        one(
                "softmaxCrossEntropy with probabilities",
                SMOOTH,
                3,
                Shape.of(3, 3),
                (tape, in) ->
                    tape.softmaxCrossEntropy(
                        in.getFirst(), new Targets.Probabilities(probabilities)),
                in -> Reference.softmaxCrossEntropy(in, probabilities, 3))
            .withRange(3));
    cases.add(
        one(
                "softmaxCrossEntropy of a temperature, scaled and added",
                SMOOTH,
                3,
                Shape.of(3, 3),
                (tape, in) -> {
                  var x = in.getFirst();
                  var targets = new Targets.Probabilities(probabilities);
                  var soft = tape.softmaxCrossEntropy(tape.scale(x, 0.25f), targets);
                  var hard = tape.softmaxCrossEntropy(x, new int[] {2, 0, 1}, 0.1f);
                  return tape.add(tape.scale(soft, 14.4f), tape.scale(hard, 0.1f));
                },
                in ->
                    Reference.add(
                        Reference.scale(
                            Reference.softmaxCrossEntropy(
                                Reference.scale(in, 0.25f), probabilities, 3),
                            14.4f),
                        Reference.scale(
                            Reference.softmaxCrossEntropy(in, new int[] {2, 0, 1}, 0.1f), 0.1f)))
            .withRange(3));
  }

  /** Variables that are used several times, whose gradients therefore add up. */
  private static void compositions(List<OperationCase> cases) {
    cases.add(
        one(
            "a variable added to itself",
            MULTILINEAR,
            2,
            ODD,
            (tape, in) -> tape.add(in.getFirst(), in.getFirst()),
            in -> Reference.add(in, in)));
    cases.add(
        one(
            "a result added to itself, twice",
            MULTILINEAR,
            4,
            ODD,
            (tape, in) -> {
              Variable shuffled = tape.channelShuffle(in.getFirst(), 5);
              Variable twice = tape.add(shuffled, shuffled);
              return tape.add(tape.add(twice, shuffled), twice);
            },
            in -> {
              double[] twice = Reference.add(in, in);
              return Reference.add(Reference.add(twice, in), twice);
            }));
    var geometry = Conv2dGeometry.parse("n2 ic4 ih5 oc4 kh3 ph1");
    cases.add(
        OperationCase.of(
            "a residual block whose input is used twice",
            MULTILINEAR,
            50,
            List.of(geometry.inShape(), geometry.weightShape()),
            (tape, in) -> {
              Variable x = tape.channelShuffle(in.get(0), 2);
              return tape.add(tape.conv2d(x, in.get(1), null, geometry), x);
            },
            in -> {
              double[] x = Reference.channelShuffle(geometry.inShape(), 2, in[0]);
              return Reference.add(Reference.conv2d(geometry, x, in[1], null), x);
            }));
    cases.add(
        one(
            "slices that overlap",
            MULTILINEAR,
            2,
            Shape.of(2, 12, 3, 5),
            (tape, in) ->
                tape.add(
                    tape.channelSlice(in.getFirst(), 2, 6), tape.channelSlice(in.getFirst(), 4, 6)),
            in ->
                Reference.add(
                    Reference.channelSlice(Shape.of(2, 12, 3, 5), 2, 6, in),
                    Reference.channelSlice(Shape.of(2, 12, 3, 5), 4, 6, in))));
    var pool = new PoolGeometry(2, 4, 5, 5, 3, 1, 1);
    cases.add(
        one(
            "two ways of which one is not taken back to the input",
            PIECEWISE_LINEAR,
            9,
            pool.inShape(),
            (tape, in) -> {
              tape.relu(in.getFirst());
              return tape.flatten(tape.maxPool(in.getFirst(), pool));
            },
            in -> Reference.maxPool(pool, in)));
  }

  private static OperationCase one(
      String name,
      OperationCase.Kind kind,
      int reduction,
      Shape shape,
      OperationCase.OnTape onTape,
      UnaryOperator<double[]> inDouble) {
    return OperationCase.of(
        name, kind, reduction, List.of(shape), onTape, in -> inDouble.apply(in[0]));
  }

  private static RunningStatistics freshStatistics(int channels) {
    float[] ones = new float[channels];
    Arrays.fill(ones, 1f);
    return new RunningStatistics(new float[channels], ones, 0.1f);
  }

  private static RunningStatistics someStatistics(int channels) {
    float[] mean = new float[channels];
    float[] variance = new float[channels];
    for (int c = 0; c < channels; c++) {
      mean[c] = 0.25f * c - 0.5f;
      variance[c] = 0.5f + c;
    }
    return new RunningStatistics(mean, variance, 0.1f);
  }
}
