package io.dfsnet.nn;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.ShapeException;
import java.util.List;

/** The reader that tells what shape a node gives, and refuses inputs that do not fit. */
final class ShapeInference {
  private ShapeInference() {}

  /**
   * The shape of one image's output.
   *
   * @param inputs the shapes of the node's inputs, for one image
   * @throws NetworkException naming the node, the shapes and the rule
   */
  static Shape output(Node node, List<Shape> inputs) {
    int wanted =
        switch (node.op()) {
          case Op.Input _ -> 0;
          case Op.Add _ -> 2;
          case Op.Concat _ -> Math.max(1, inputs.size());
          default -> 1;
        };
    if (inputs.size() != wanted) {
      throw refuse(node, "needs " + wanted + " inputs, found " + inputs.size());
    }
    try {
      return infer(node, inputs);
    } catch (ShapeException cause) {
      throw refuse(node, cause.getMessage());
    }
  }

  private static Shape infer(Node node, List<Shape> inputs) {
    return switch (node.op()) {
      case Op.Input input -> Shape.of(input.channels(), input.height(), input.width());
      case Op.Conv2d conv -> {
        Shape map = map(node, inputs.getFirst());
        requireChannels(node, conv.inChannels(), map);
        var geometry = conv.geometry(1, map.size(1), map.size(2));
        yield Shape.of(conv.outChannels(), geometry.outHeight(), geometry.outWidth());
      }
      case Op.BatchNorm norm -> {
        requireChannels(node, norm.channels(), inputs.getFirst());
        yield inputs.getFirst();
      }
      case Op.Relu _, Op.Relu6 _ -> inputs.getFirst();
      case Op.Add _ -> {
        if (!inputs.get(0).equals(inputs.get(1))) {
          throw refuse(node, "adds equal shapes, found " + inputs.get(0) + " and " + inputs.get(1));
        }
        yield inputs.getFirst();
      }
      case Op.MaxPool pool -> {
        var window = pool.geometry(1, map(node, inputs.getFirst()));
        yield Shape.of(window.channels(), window.outHeight(), window.outWidth());
      }
      case Op.AveragePool pool -> {
        var window = pool.geometry(1, map(node, inputs.getFirst()));
        yield Shape.of(window.channels(), window.outHeight(), window.outWidth());
      }
      case Op.GlobalAveragePool _ -> Shape.of(map(node, inputs.getFirst()).size(0));
      case Op.Linear linear -> {
        Shape vector = inputs.getFirst();
        if (vector.rank() != 1 || vector.size(0) != linear.inFeatures()) {
          throw refuse(
              node,
              "reads [" + linear.inFeatures() + "], found " + vector + "; flatten maps first");
        }
        if (linear.parts() < 1 || linear.inFeatures() % linear.parts() != 0) {
          throw refuse(
              node,
              linear.inFeatures()
                  + " input features are not divisible by "
                  + linear.parts()
                  + " parts");
        }
        yield Shape.of(linear.outFeatures());
      }
      case Op.Concat _ -> concat(node, inputs);
      case Op.ChannelSlice slice -> {
        Shape map = map(node, inputs.getFirst());
        if (slice.first() < 0
            || slice.channels() < 1
            || slice.channels() > map.size(0) - slice.first()) {
          throw refuse(
              node,
              "takes "
                  + slice.channels()
                  + " channels from "
                  + slice.first()
                  + " on, found "
                  + map);
        }
        yield Shape.of(slice.channels(), map.size(1), map.size(2));
      }
      case Op.ChannelShuffle shuffle -> {
        requireDivisible(node, map(node, inputs.getFirst()).size(0), shuffle.groups());
        yield inputs.getFirst();
      }
      case Op.Flatten _ -> Shape.of(inputs.getFirst().elements());
      case Op.PadShortcut pad -> {
        Shape map = map(node, inputs.getFirst());
        requireDivisible(node, map.size(0), pad.groups());
        requireDivisible(node, pad.outChannels(), pad.groups());
        if (pad.outChannels() < map.size(0) || pad.stride() < 1) {
          throw refuse(
              node,
              "pads to at least its "
                  + map.size(0)
                  + " input channels, found "
                  + pad.outChannels());
        }
        yield Shape.of(
            pad.outChannels(),
            (map.size(1) - 1) / pad.stride() + 1,
            (map.size(2) - 1) / pad.stride() + 1);
      }
      case Op.Exchange exchange -> exchange.output();
    };
  }

  private static Shape concat(Node node, List<Shape> inputs) {
    Shape first = map(node, inputs.getFirst());
    long channels = 0;
    for (Shape shape : inputs) {
      Shape map = map(node, shape);
      if (map.size(1) != first.size(1) || map.size(2) != first.size(2)) {
        throw refuse(node, "joins maps of one size, found " + first + " and " + map);
      }
      channels += map.size(0);
    }
    if (channels > Integer.MAX_VALUE) {
      throw refuse(node, "joins " + channels + " channels; a map has less than 2^31");
    }
    return Shape.of((int) channels, first.size(1), first.size(2));
  }

  private static Shape map(Node node, Shape shape) {
    if (shape.rank() != 3) {
      throw refuse(node, "reads [channels, height, width], found " + shape);
    }
    return shape;
  }

  private static void requireChannels(Node node, int channels, Shape found) {
    if (found.size(0) != channels) {
      throw refuse(node, "reads " + channels + " channels, found " + found);
    }
  }

  private static void requireDivisible(Node node, int channels, int groups) {
    if (groups < 1 || channels % groups != 0) {
      throw refuse(node, channels + " channels are not divisible by " + groups + " groups");
    }
  }

  private static NetworkException refuse(Node node, String rule) {
    return new NetworkException(
        node.op().getClass().getSimpleName() + " '" + node.name() + "': " + rule);
  }
}
