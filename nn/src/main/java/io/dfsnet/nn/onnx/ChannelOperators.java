package io.dfsnet.nn.onnx;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.NetworkLimits;
import io.dfsnet.nn.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * The translation of operators that join, slice and pad maps. Strided slices and pads together are
 * the padding shortcut of residual networks:
 *
 * <pre>
 * Slice (height and width, in one or in two) [- Pad (channels)]                       1 group
 * Slice - Reshape [N,g,C/g,h,w] - Pad (third axis) - Reshape [N,D,h,w]                g groups
 * </pre>
 */
final class ChannelOperators {
  private static final int CHANNELS = 1;
  private static final int HEIGHT = 2;
  private static final int WIDTH = 3;
  private static final int RANK = 4;

  private ChannelOperators() {}

  static void concat(OperatorCall call) {
    Value.Activation[] inputs = new Value.Activation[call.inputs()];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = call.map(i);
    }
    requireChannels(call, call.integer("axis", 0));
    call.give(call.add(call.name(), new Op.Concat(), inputs));
  }

  static void split(OperatorCall call) {
    Value.Activation x = call.map(0);
    requireChannels(call, call.integer("axis", 0));
    int channels = x.shape().size(0);
    int outputs = call.outputs();
    if (call.integer("num_outputs", outputs) != outputs) {
      throw new Unsupported("num_outputs is not the number of its outputs");
    }
    long[] sizes = call.integers(1, "split").orElseGet(() -> equalParts(channels, outputs));
    if (sizes.length != outputs) {
      throw new Unsupported("has " + outputs + " outputs and " + sizes.length + " sizes for them");
    }
    int first = 0;
    for (int i = 0; i < outputs; i++) {
      int size = OperatorCall.size("split", sizes[i], 1);
      if (size > channels - first) {
        throw new Unsupported("splits more than its " + channels + " channels");
      }
      if (call.isRead(i)) {
        call.give(i, call.add(call.name(i), new Op.ChannelSlice(first, size), x));
      }
      first += size;
    }
    if (first != channels) {
      throw new Unsupported("splits " + first + " of its " + channels + " channels");
    }
  }

  static void slice(OperatorCall call) {
    Value.Activation x = call.map(0);
    List<Range> ranges = ranges(call, x.shape());
    if (ranges.isEmpty()) {
      call.give(x);
    } else if (ranges.size() == 1 && ranges.getFirst().axis == CHANNELS) {
      channelSlice(call, x, ranges.getFirst());
    } else {
      thinOut(call, x, stride(ranges));
    }
  }

  private static void channelSlice(OperatorCall call, Value.Activation x, Range range) {
    if (range.step != 1) {
      throw new Unsupported("takes every " + range.step + "th channel");
    }
    call.give(call.add(call.name(), new Op.ChannelSlice(range.start, range.end - range.start), x));
  }

  /** Every n-th row and column; some exporters slice one axis after the other. */
  private static void thinOut(OperatorCall call, Value.Activation x, Stride first) {
    Optional<OperatorCall> second =
        first.height == first.width ? Optional.empty() : call.followedBy("Slice");
    Optional<Stride> both =
        second.flatMap(
            next -> OperatorCall.ahead(() -> first.and(stride(ranges(next, first.of(x.shape()))))));
    Stride stride = both.orElse(first);
    if (stride.height != stride.width) {
      throw new Unsupported("has different strides for height and width");
    }
    OperatorCall last = both.isPresent() ? second.get() : call;
    last.isTranslated();
    shortcut(call, last, x, stride.height);
  }

  static void pad(OperatorCall call) {
    Value.Activation x = call.map(0);
    Padding padding =
        Padding.of(call, RANK, CHANNELS)
            .filter(found -> found.isInTheMiddle())
            .orElseThrow(
                () ->
                    new Unsupported(
                        "pads otherwise than with zero channels, the same number on both sides;"
                            + " other padding is an attribute of the operator behind"));
    int out = OperatorCall.size("channels", x.shape().size(0) + padding.sum(), 1);
    call.give(call.add(call.name(), new Op.PadShortcut(out, 1, 1), x));
  }

  /** Adds the shortcut of a strided slice and of the padding behind it, if there is one. */
  private static void shortcut(
      OperatorCall call, OperatorCall last, Value.Activation x, int stride) {
    Shape sliced = new Stride(stride, stride).of(x.shape());
    Optional<OperatorCall> pad = last.followedBy("Pad");
    Optional<Padding> padding = pad.flatMap(each -> Padding.ahead(each, RANK, CHANNELS));
    if (padding.isPresent()) {
      finish(call, x, stride, 1, padding.get(), pad.get());
      return;
    }
    Optional<OperatorCall> split = last.followedBy("Reshape");
    Optional<Shape> groups =
        split
            .flatMap(each -> OperatorCall.ahead(() -> ShapeOperators.target(each, sliced)))
            .filter(shape -> isInGroups(sliced, shape));
    if (groups.isPresent() && isGroupedShortcut(call, split.get(), x, stride, groups.get())) {
      return;
    }
    Op.PadShortcut unpadded = new Op.PadShortcut(x.shape().size(0), stride, 1);
    last.give(stride == 1 ? x : call.add(call.name(), unpadded, x));
  }

  /** Adds the shortcut if a Pad and a Reshape back stand behind the Reshape into groups. */
  private static boolean isGroupedShortcut(
      OperatorCall call, OperatorCall split, Value.Activation x, int stride, Shape groups) {
    Optional<OperatorCall> pad = split.followedBy("Pad");
    Optional<Padding> padding =
        pad.flatMap(each -> Padding.ahead(each, RANK + 1, CHANNELS + 1))
            .filter(found -> found.sum() <= NetworkLimits.SIZE);
    Optional<OperatorCall> join = pad.flatMap(each -> each.followedBy("Reshape"));
    if (padding.isEmpty() || join.isEmpty() || !joins(join.get(), groups, padding.get())) {
      return false;
    }
    split.isTranslated();
    pad.get().isTranslated();
    finish(call, x, stride, groups.size(0), padding.get(), join.get());
    return true;
  }

  private static void finish(
      OperatorCall call,
      Value.Activation x,
      int stride,
      int groups,
      Padding padding,
      OperatorCall last) {
    long out = x.shape().size(0) + groups * padding.sum();
    var shortcut = new Op.PadShortcut(OperatorCall.size("channels", out, 1), stride, groups);
    last.give(call.add(call.name(), shortcut, x));
    last.isTranslated();
  }

  /** Whether a shape is that of maps whose channels are divided into groups. */
  private static boolean isInGroups(Shape map, Shape groups) {
    return groups.rank() == RANK
        && (long) groups.size(0) * groups.size(1) == map.size(0)
        && groups.size(2) == map.size(1)
        && groups.size(3) == map.size(2);
  }

  /** Whether a Reshape makes padded groups of channels one map again. */
  private static boolean joins(OperatorCall join, Shape groups, Padding padding) {
    int perGroup = groups.size(1) + (int) padding.sum();
    Shape padded = Shape.of(groups.size(0), perGroup, groups.size(2), groups.size(3));
    Shape map = Shape.of(groups.size(0) * perGroup, groups.size(2), groups.size(3));
    return OperatorCall.ahead(() -> ShapeOperators.target(join, padded)).equals(Optional.of(map));
  }

  /** What one axis of a slice takes, counted as in a loop that goes up. */
  private record Range(int axis, int start, int end, int step, int size) {
    boolean isWhole() {
      return start == 0 && end == size;
    }
  }

  /** How much a slice thins out a map. */
  private record Stride(int height, int width) {
    Stride and(Stride other) {
      return new Stride(
          OperatorCall.size("step", (long) height * other.height, 1),
          OperatorCall.size("step", (long) width * other.width, 1));
    }

    Shape of(Shape map) {
      return Shape.of(
          map.size(0), Math.ceilDiv(map.size(1), height), Math.ceilDiv(map.size(2), width));
    }
  }

  private static Stride stride(List<Range> ranges) {
    int height = 1;
    int width = 1;
    for (Range range : ranges) {
      if (range.axis == CHANNELS || !range.isWhole()) {
        throw new Unsupported("takes a part of its map; channels, or every n-th pixel, are read");
      }
      height = range.axis == HEIGHT ? range.step : height;
      width = range.axis == WIDTH ? range.step : width;
    }
    return new Stride(height, width);
  }

  /**
   * The ranges of a slice but the batch's, which must be whole; without those that take everything
   * unless there are no others.
   */
  private static List<Range> ranges(OperatorCall call, Shape map) {
    long[] starts = required(call, 1, "starts");
    long[] ends = required(call, 2, "ends");
    int[] axes =
        call.axes(
            call.integers(3, "axes").orElseGet(() -> LongStream.range(0, starts.length).toArray()),
            RANK);
    long[] steps =
        call.integers(4, "steps")
            .orElseGet(() -> LongStream.generate(() -> 1).limit(starts.length).toArray());
    if (starts.length == 0
        || ends.length != starts.length
        || axes.length != starts.length
        || steps.length != starts.length) {
      throw new Unsupported("starts, ends, axes and steps must be as many");
    }
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < starts.length; i++) {
      int axis = axes[i];
      int step = OperatorCall.size("step", steps[i], 1);
      if (axis == 0) {
        if (starts[i] != 0 || ends[i] < Integer.MAX_VALUE || step != 1) {
          throw new Unsupported("slices the batch");
        }
        continue;
      }
      int size = map.size(axis - 1);
      int start = bounded(starts[i], size);
      int end = bounded(ends[i], size);
      if (end <= start) {
        throw new Unsupported("takes nothing of axis " + axis);
      }
      ranges.add(new Range(axis, start, end, step, size));
    }
    List<Range> parts =
        ranges.stream().filter(range -> !range.isWhole() || range.step > 1).toList();
    return parts.isEmpty() ? ranges : parts;
  }

  /** A place on an axis of this size; negative ones count from its end. */
  private static int bounded(long place, int size) {
    return Math.clamp(place < 0 ? place + size : place, 0, size);
  }

  private static long[] required(OperatorCall call, int input, String name) {
    return call.integers(input, name).orElseThrow(() -> new Unsupported("has no " + name));
  }

  private static void requireChannels(OperatorCall call, long axis) {
    if (call.axis(axis, RANK) != CHANNELS) {
      throw new Unsupported("works on axis " + axis + ", only 1 is read, the channels");
    }
  }

  /** As equal as they can be; the last one is smaller where they cannot. */
  private static long[] equalParts(int channels, int parts) {
    long[] sizes = new long[parts];
    int size = Math.ceilDiv(channels, parts);
    for (int i = 0; i < parts; i++) {
      sizes[i] = Math.min(size, channels - (long) i * size);
    }
    return sizes;
  }
}
