package io.dfsnet.nn.onnx;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Op;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The translation of operators that change no value: shapes, constants, names. Behind most of them
 * stands no operation, only another name for the same activation.
 */
final class ShapeOperators {
  /** More than a channel shuffle needs, which gives a map one axis more for a moment. */
  private static final int MAX_AXES = 8;

  private ShapeOperators() {}

  static void constant(OperatorCall call) {
    call.give(
        new Value.Constant(
            switch (call.onlyAttribute()) {
              case Onnx.Attribute.Constant(Onnx.Tensor tensor) -> tensor;
              case Onnx.Attribute.Real(float value) ->
                  new Onnx.Tensor(
                      "",
                      new long[0],
                      new Onnx.Elements.Floats(FloatBuffer.wrap(new float[] {value})));
              case Onnx.Attribute.Int(long value) ->
                  new Onnx.Tensor("", new long[0], new Onnx.Elements.Longs(value));
              case Onnx.Attribute.Ints(long[] values) ->
                  new Onnx.Tensor("", new long[] {values.length}, new Onnx.Elements.Longs(values));
              case Onnx.Attribute.Text _, Onnx.Attribute.Other _ ->
                  throw new Unsupported("its attribute is of a type that is not read");
            }));
  }

  static void identity(OperatorCall call) {
    call.give(call.isConstant(0) ? new Value.Constant(call.constant(0)) : call.activation(0));
  }

  /** In inference it does nothing. */
  static void dropout(OperatorCall call) {
    if (call.has(1)) {
      call.constant(1);
    }
    if (call.has(2)
        && !(call.constant(2).elements() instanceof Onnx.Elements.Longs(long[] training)
            && training.length == 1
            && training[0] == 0)) {
      throw new Unsupported("is in training mode, export the model for inference");
    }
    call.give(call.activation(0));
  }

  static void flatten(OperatorCall call) {
    Value.Activation x = call.activation(0);
    if (call.axis(call.integer("axis", 1), x.shape().rank() + 1) != 1) {
      throw new Unsupported("does not keep the batch apart, its axis must be 1");
    }
    boolean isFlat = call.shapeInNetwork(x).rank() == 1;
    boolean changesNothing = x.shape().rank() == 1;
    if (isFlat && !changesNothing) {
      call.give(new Value.Activation(x.node(), call.shapeInNetwork(x)));
    } else {
      call.give(call.add(call.name(), new Op.Flatten(), x));
    }
  }

  static void squeeze(OperatorCall call) {
    Value.Activation x = call.activation(0);
    int rank = x.shape().rank() + 1;
    long[] axes =
        call.integers(1, "axes")
            .orElseThrow(() -> new Unsupported("must say which axes it takes away"));
    boolean[] taken = new boolean[rank];
    for (int axis : call.axes(axes, rank)) {
      taken[axis] = true;
    }
    int[] left = new int[rank];
    int count = 0;
    for (int axis = 1; axis < rank; axis++) {
      if (!taken[axis]) {
        left[count++] = x.shape().size(axis - 1);
      } else if (x.shape().size(axis - 1) != 1) {
        throw new Unsupported("takes away an axis whose size is not 1");
      }
    }
    if (taken[0]) {
      throw new Unsupported("takes away the batch");
    }
    if (count == 0) {
      throw new Unsupported(
          "takes away all axes but the batch; a network gives a list of numbers, leave one axis");
    }
    call.give(reshaped(call, x, Shape.of(Arrays.copyOf(left, count))));
  }

  static void reshape(OperatorCall call) {
    Value.Activation x = call.activation(0);
    Shape target = target(call, x.shape());
    call.give(shuffled(call, x, target).orElseGet(() -> reshaped(call, x, target)));
  }

  /** Reached where it is no part of a pattern. */
  static void transpose(OperatorCall call) {
    throw new Unsupported("stands alone, it is read as part of a channel shuffle only");
  }

  /**
   * The shape of one image that a Reshape asks for.
   *
   * @param from the shape of one image before it
   */
  static Shape target(OperatorCall call, Shape from) {
    long[] sizes =
        call.integers(1, "shape").orElseThrow(() -> new Unsupported("has no shape to give"));
    boolean zeroCopies = !call.flag("allowzero", false);
    if (sizes.length < 2 || sizes.length > MAX_AXES) {
      throw new Unsupported(
          "gives a shape of %d axes; 2 to %d are read, the batch first"
              .formatted(sizes.length, MAX_AXES));
    }
    int[] target = new int[sizes.length - 1];
    int open = -1;
    long known = 1;
    for (int i = 0; i < target.length; i++) {
      long size = sizes[i + 1];
      if (size == 0 && zeroCopies && i < from.rank()) {
        size = from.size(i);
      }
      if (size == -1 && open < 0) {
        open = i;
      } else if (size >= 1 && size <= from.elements()) {
        target[i] = (int) size;
        // Neither factor is above 2^31, and a product that is ends the loop.
        known *= size;
      } else {
        known = Long.MAX_VALUE;
      }
      if (known > from.elements()) {
        throw refuse(from, sizes);
      }
    }
    if (open >= 0) {
      target[open] = (int) (from.elements() / known);
      known *= target[open];
    }
    // The rest takes all elements of an image, so an open first size can only be the batch.
    boolean keepsBatch =
        sizes[0] == 0 && zeroCopies
            || sizes[0] == -1 && open < 0
            || sizes[0] >= 1 && sizes[0] == call.batch();
    if (known != from.elements() || !keepsBatch) {
      throw refuse(from, sizes);
    }
    return Shape.of(target);
  }

  /**
   * A channel shuffle: the channels as a matrix, transposed.
   *
   * <pre>
   * [N,C,H,W] -Reshape- [N,g,C/g,H,W] -Transpose 0,2,1,3,4- [N,C/g,g,H,W] -Reshape- [N,C,H,W]
   * </pre>
   *
   * <p>Height and width may be one axis in between.
   */
  private static Optional<Value.Activation> shuffled(
      OperatorCall call, Value.Activation x, Shape split) {
    Shape map = x.shape();
    boolean splitsChannels =
        map.rank() == 3
            && (split.rank() == 4 || split.rank() == 3)
            && (long) split.size(0) * split.size(1) == map.size(0);
    Optional<OperatorCall> transpose =
        splitsChannels ? call.followedBy("Transpose") : Optional.empty();
    Optional<OperatorCall> join =
        transpose
            .filter(each -> swapsFirstTwo(each, split.rank()))
            .flatMap(each -> each.followedBy("Reshape"));
    if (join.isEmpty()) {
      return Optional.empty();
    }
    int[] swapped = split.toArray();
    swapped[0] = split.size(1);
    swapped[1] = split.size(0);
    if (!OperatorCall.ahead(() -> target(join.get(), Shape.of(swapped))).equals(Optional.of(map))) {
      return Optional.empty();
    }
    var shuffle = new Op.ChannelShuffle(split.size(0));
    Value.Activation y = call.add(call.name(), shuffle, x);
    transpose.get().isTranslated();
    join.get().isTranslated();
    join.get().give(y);
    return Optional.of(y);
  }

  /** Whether a Transpose exchanges the first two axes behind the batch and keeps the others. */
  private static boolean swapsFirstTwo(OperatorCall transpose, int imageRank) {
    long[] wanted = new long[imageRank + 1];
    for (int axis = 0; axis < wanted.length; axis++) {
      wanted[axis] = axis;
    }
    wanted[1] = 2;
    wanted[2] = 1;
    return OperatorCall.ahead(() -> transpose.integers("perm").orElse(new long[0]))
        .filter(perm -> Arrays.equals(perm, wanted))
        .isPresent();
  }

  /** Another shape for the same values: a flattening, or nothing. */
  private static Value.Activation reshaped(OperatorCall call, Value.Activation x, Shape target) {
    Shape inNetwork = call.shapeInNetwork(x);
    boolean vectorWithOnes =
        inNetwork.rank() == 1
            && target.size(0) == inNetwork.elements()
            && target.elements() == inNetwork.elements();
    if (target.equals(x.shape()) || vectorWithOnes) {
      return new Value.Activation(x.node(), target);
    }
    if (target.rank() == 1 && inNetwork.rank() == 3) {
      return call.add(call.name(), new Op.Flatten(), x);
    }
    throw new Unsupported(
        "gives " + OperatorCall.text(x.shape()) + " the shape " + OperatorCall.text(target));
  }

  private static Unsupported refuse(Shape from, long[] sizes) {
    String text = sizes.length > 8 ? sizes.length + " sizes" : Arrays.toString(sizes);
    return new Unsupported(
        "cannot give " + OperatorCall.text(from) + " the shape " + text + ", the batch kept apart");
  }
}
