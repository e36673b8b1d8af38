package io.dfsnet.nn.file;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.NetworkLimits;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.json.JsonException;
import java.util.Arrays;

/**
 * An operation as the members of a JSON object: {@code op}, which names it, and its sizes.
 *
 * <p>Reading bounds each size by itself. Whether sizes fit together is checked where the network is
 * built.
 */
final class OpJson {

  private static final int MAX_RANK = 4;

  private OpJson() {}

  static Json.Object write(Op op) {
    return switch (op) {
      case Op.Input input ->
          begin("input")
              .put("channels", input.channels())
              .put("height", input.height())
              .put("width", input.width())
              .build();
      case Op.Conv2d conv ->
          begin("conv2d")
              .put("inChannels", conv.inChannels())
              .put("outChannels", conv.outChannels())
              .put("kernel", Json.integers(conv.kernelHeight(), conv.kernelWidth()))
              .put("stride", Json.integers(conv.strideHeight(), conv.strideWidth()))
              .put("pad", Json.integers(conv.padHeight(), conv.padWidth()))
              .put("dilation", Json.integers(conv.dilationHeight(), conv.dilationWidth()))
              .put("groups", conv.groups())
              .put("bias", conv.bias())
              .build();
      case Op.BatchNorm norm ->
          begin("batchNorm")
              .put("channels", norm.channels())
              .put("epsilon", norm.epsilon())
              .build();
      case Op.Relu _ -> begin("relu").build();
      case Op.Relu6 _ -> begin("relu6").build();
      case Op.Add _ -> begin("add").build();
      case Op.MaxPool pool -> pool("maxPool", pool.kernel(), pool.stride(), pool.pad());
      case Op.AveragePool pool -> pool("averagePool", pool.kernel(), pool.stride(), pool.pad());
      case Op.GlobalAveragePool _ -> begin("globalAveragePool").build();
      case Op.Linear linear ->
          begin("linear")
              .put("inFeatures", linear.inFeatures())
              .put("outFeatures", linear.outFeatures())
              .put("bias", linear.bias())
              .put("parts", linear.parts())
              .build();
      case Op.Concat _ -> begin("concat").build();
      case Op.ChannelSlice slice ->
          begin("channelSlice")
              .put("first", slice.first())
              .put("channels", slice.channels())
              .build();
      case Op.ChannelShuffle shuffle ->
          begin("channelShuffle").put("groups", shuffle.groups()).build();
      case Op.Flatten _ -> begin("flatten").build();
      case Op.PadShortcut pad ->
          begin("padShortcut")
              .put("outChannels", pad.outChannels())
              .put("stride", pad.stride())
              .put("groups", pad.groups())
              .build();
      case Op.Exchange exchange ->
          begin("exchange")
              .put("kind", name(exchange.kind()))
              .put("groups", exchange.groups())
              .put("group", exchange.group())
              .put("output", Json.integers(exchange.output().toArray()))
              .build();
    };
  }

  /**
   * @throws JsonException if the operation is unknown, or a member is missing or out of bounds
   */
  static Op read(Json.Object json) {
    return switch (json.text("op")) {
      case "input" ->
          new Op.Input(size(json, "channels"), size(json, "height"), size(json, "width"));
      case "conv2d" -> {
        int[] kernel = pair(json, "kernel", 1);
        int[] stride = pair(json, "stride", 1);
        int[] pad = pair(json, "pad", 0);
        int[] dilation = pair(json, "dilation", 1);
        yield new Op.Conv2d(
            size(json, "inChannels"),
            size(json, "outChannels"),
            kernel[0],
            kernel[1],
            stride[0],
            stride[1],
            pad[0],
            pad[1],
            dilation[0],
            dilation[1],
            size(json, "groups"),
            json.bool("bias"));
      }
      case "batchNorm" -> new Op.BatchNorm(size(json, "channels"), epsilon(json));
      case "relu" -> new Op.Relu();
      case "relu6" -> new Op.Relu6();
      case "add" -> new Op.Add();
      case "maxPool" ->
          new Op.MaxPool(size(json, "kernel"), size(json, "stride"), sizeOrZero(json, "pad"));
      case "averagePool" ->
          new Op.AveragePool(size(json, "kernel"), size(json, "stride"), sizeOrZero(json, "pad"));
      case "globalAveragePool" -> new Op.GlobalAveragePool();
      case "linear" ->
          new Op.Linear(
              size(json, "inFeatures"),
              size(json, "outFeatures"),
              json.bool("bias"),
              size(json, "parts"));
      case "concat" -> new Op.Concat();
      case "channelSlice" -> new Op.ChannelSlice(sizeOrZero(json, "first"), size(json, "channels"));
      case "channelShuffle" -> new Op.ChannelShuffle(size(json, "groups"));
      case "flatten" -> new Op.Flatten();
      case "padShortcut" ->
          new Op.PadShortcut(size(json, "outChannels"), size(json, "stride"), size(json, "groups"));
      case "exchange" -> {
        int groups = size(json, "groups");
        yield new Op.Exchange(
            kind(json), groups, json.integer("group", 0, groups - 1), shape(json, "output"));
      }
      case String unknown ->
          throw new JsonException("op: " + Json.excerpt(unknown) + " is unknown to this version");
    };
  }

  private static Json.Builder begin(String op) {
    return Json.object().put("op", op);
  }

  private static Json.Object pool(String op, int kernel, int stride, int pad) {
    return begin(op).put("kernel", kernel).put("stride", stride).put("pad", pad).build();
  }

  private static int size(Json.Object json, String key) {
    return json.integer(key, 1, NetworkLimits.SIZE);
  }

  private static int sizeOrZero(Json.Object json, String key) {
    return json.integer(key, 0, NetworkLimits.SIZE);
  }

  /** A vertical and a horizontal size. */
  private static int[] pair(Json.Object json, String key, int min) {
    return sizes(json, key, 2, 2, min);
  }

  private static Shape shape(Json.Object json, String key) {
    return Shape.of(sizes(json, key, 1, MAX_RANK, 1));
  }

  private static int[] sizes(Json.Object json, String key, int minCount, int maxCount, int min) {
    long[] sizes = json.array(key).integers(key);
    if (sizes.length < minCount || sizes.length > maxCount) {
      throw new JsonException(
          "op: '"
              + key
              + "' holds "
              + minCount
              + " to "
              + maxCount
              + " sizes, found "
              + sizes.length);
    }
    for (long size : sizes) {
      if (size < min || size > NetworkLimits.SIZE) {
        throw new JsonException(
            "op: '"
                + key
                + "' must be from "
                + min
                + " to "
                + NetworkLimits.SIZE
                + ", found "
                + size);
      }
    }
    return Arrays.stream(sizes).mapToInt(Math::toIntExact).toArray();
  }

  private static float epsilon(Json.Object json) {
    float epsilon = json.number("epsilon").floatValue();
    if (!(epsilon > 0 && epsilon <= 1)) {
      throw new JsonException("op: 'epsilon' must be above 0 and at most 1, found " + epsilon);
    }
    return epsilon;
  }

  private static String name(Op.Exchange.Kind kind) {
    return switch (kind) {
      case ALL_GATHER -> "allGather";
      case ALL_REDUCE -> "allReduce";
      case GATHER -> "gather";
      case SCATTER -> "scatter";
    };
  }

  private static Op.Exchange.Kind kind(Json.Object json) {
    String kind = json.text("kind");
    for (Op.Exchange.Kind known : Op.Exchange.Kind.values()) {
      if (name(known).equals(kind)) {
        return known;
      }
    }
    throw new JsonException("op: 'kind' is unknown: " + Json.excerpt(kind));
  }
}
