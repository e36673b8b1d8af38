package io.dfsnet.dividefuse;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.PoolGeometry;
import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The reference: runs one image through a network, or through all shards of one at once, in plain
 * loops. Nobody optimises it. Sums are made in the order in which the operations' documentation
 * states them, so a whole network and its shards must agree bit for bit.
 */
final class PlainRun {
  private final List<Network> shards;
  private final List<Weights> weights;
  private final float[] image;
  private final List<Map<String, float[]>> values = new ArrayList<>();

  private PlainRun(List<Network> shards, List<Weights> weights, float[] image) {
    this.shards = shards;
    this.weights = weights;
    this.image = image;
    shards.forEach(shard -> values.add(new HashMap<>()));
  }

  static float[] whole(Network network, Weights weights, float[] image) {
    return shards(List.of(network), List.of(weights), image).getFirst();
  }

  static float[] sharded(Network divided, Weights whole, Topology topology, float[] image) {
    Sharding sharding = Sharder.shard(divided, topology);
    List<Weights> weights =
        IntStream.range(0, sharding.groups())
            .mapToObj(group -> Sharder.weights(whole, divided, sharding, group))
            .toList();
    for (int group = 0; group < sharding.groups(); group++) {
      weights.get(group).requireFit(sharding.shards().get(group));
    }
    float[] output = new float[divided.shape(divided.output()).elements()];
    sharding.combine().apply(shards(sharding.shards(), weights, image), output);
    return output;
  }

  /** The outputs of all shards; an exchange asks the other shards for their inputs. */
  static List<float[]> shards(List<Network> shards, List<Weights> weights, float[] image) {
    PlainRun run = new PlainRun(shards, weights, image);
    return IntStream.range(0, shards.size())
        .mapToObj(group -> run.value(group, shards.get(group).output().name()))
        .toList();
  }

  private float[] value(int group, String name) {
    float[] known = values.get(group).get(name);
    if (known == null) {
      known = compute(group, shards.get(group).node(name));
      values.get(group).put(name, known);
    }
    return known;
  }

  private float[] compute(int group, Node node) {
    Network network = shards.get(group);
    if (node.op() instanceof Op.Exchange exchange) {
      return exchange(node, exchange);
    }
    if (node.op() instanceof Op.Input) {
      return image;
    }
    List<float[]> inputs = node.inputs().stream().map(input -> value(group, input)).toList();
    float[] x = inputs.getFirst();
    Shape in = network.shape(node.inputs().getFirst());
    Shape out = network.shape(node);
    return switch (node.op()) {
      case Op.Input _, Op.Exchange _ -> throw new AssertionError("done above");
      case Op.Conv2d conv ->
          convolution(
              conv.geometry(1, in.size(1), in.size(2)),
              x,
              tensor(group, node, "weight"),
              conv.bias() ? tensor(group, node, "bias") : new float[conv.outChannels()]);
      case Op.BatchNorm norm -> batchNorm(group, node, norm, x);
      case Op.Relu _ -> map(x, v -> Math.max(v, 0));
      case Op.Relu6 _ -> map(x, v -> Math.min(Math.max(v, 0), 6));
      case Op.Add _ -> {
        float[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
          y[i] += inputs.get(1)[i];
        }
        yield y;
      }
      case Op.MaxPool pool -> pool(pool.geometry(1, in), x, true);
      case Op.AveragePool pool -> pool(pool.geometry(1, in), x, false);
      case Op.GlobalAveragePool _ -> {
        float[] y = new float[in.size(0)];
        int plane = x.length / y.length;
        for (int i = 0; i < x.length; i++) {
          y[i / plane] += x[i] / plane;
        }
        yield y;
      }
      case Op.Linear linear ->
          linear(
              linear,
              x,
              tensor(group, node, "weight"),
              linear.bias() ? tensor(group, node, "bias") : null);
      case Op.Concat _ -> join(inputs);
      case Op.ChannelSlice slice -> {
        int plane = in.size(1) * in.size(2);
        int from = slice.first() * plane;
        yield Arrays.copyOfRange(x, from, from + slice.channels() * plane);
      }
      case Op.ChannelShuffle shuffle -> {
        float[] y = new float[x.length];
        int plane = in.size(1) * in.size(2);
        int perGroup = in.size(0) / shuffle.groups();
        for (int i = 0; i < x.length; i++) {
          int channel = i / plane;
          int to = channel % perGroup * shuffle.groups() + channel / perGroup;
          y[to * plane + i % plane] = x[i];
        }
        yield y;
      }
      case Op.Flatten _ -> x;
      case Op.PadShortcut pad -> padShortcut(pad, x, in, out);
    };
  }

  private float[] exchange(Node node, Op.Exchange exchange) {
    boolean alone = exchange.group() != Op.Exchange.ROOT;
    return switch (exchange.kind()) {
      case ALL_GATHER -> join(sent(node));
      case ALL_REDUCE -> {
        List<float[]> parts = sent(node);
        float[] sum = parts.getFirst().clone();
        for (int group = 1; group < parts.size(); group++) {
          for (int i = 0; i < sum.length; i++) {
            sum[i] += parts.get(group)[i];
          }
        }
        yield sum;
      }
      case GATHER -> alone ? value(exchange.group(), node.inputs().getFirst()) : join(sent(node));
      case SCATTER -> {
        String source = shards.get(Op.Exchange.ROOT).node(node.name()).inputs().getFirst();
        float[] whole = value(Op.Exchange.ROOT, source);
        float[] slice = new float[exchange.output().elements()];
        System.arraycopy(whole, exchange.group() * slice.length, slice, 0, slice.length);
        yield slice;
      }
    };
  }

  private List<float[]> sent(Node node) {
    return IntStream.range(0, shards.size())
        .mapToObj(group -> value(group, shards.get(group).node(node.name()).inputs().getFirst()))
        .toList();
  }

  private float[] tensor(int group, Node node, String suffix) {
    return weights.get(group).get(node.name() + "." + suffix).data();
  }

  private static float[] convolution(Conv2dGeometry g, float[] x, float[] w, float[] bias) {
    float[] y = new float[g.outShape().elements()];
    int at = 0;
    for (int o = 0; o < g.outChannels(); o++) {
      int firstChannel = o / g.outChannelsPerGroup() * g.inChannelsPerGroup();
      for (int oy = 0; oy < g.outHeight(); oy++) {
        for (int ox = 0; ox < g.outWidth(); ox++) {
          float sum = 0;
          int weight = o * g.reduction();
          for (int i = 0; i < g.inChannelsPerGroup(); i++) {
            for (int r = 0; r < g.kernelHeight(); r++) {
              for (int s = 0; s < g.kernelWidth(); s++) {
                int iy = oy * g.strideHeight() - g.padHeight() + r * g.dilationHeight();
                int ix = ox * g.strideWidth() - g.padWidth() + s * g.dilationWidth();
                float value = w[weight++];
                if (iy >= 0 && iy < g.inHeight() && ix >= 0 && ix < g.inWidth()) {
                  int from = ((firstChannel + i) * g.inHeight() + iy) * g.inWidth() + ix;
                  sum = Math.fma(value, x[from], sum);
                }
              }
            }
          }
          y[at++] = sum + bias[o];
        }
      }
    }
    return y;
  }

  private float[] batchNorm(int group, Node node, Op.BatchNorm norm, float[] x) {
    float[] scale = tensor(group, node, "weight");
    float[] shift = tensor(group, node, "bias");
    float[] mean = tensor(group, node, "running_mean");
    float[] variance = tensor(group, node, "running_var");
    int plane = x.length / norm.channels();
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      int c = i / plane;
      float deviation = (float) Math.sqrt(variance[c] + norm.epsilon());
      y[i] = scale[c] * (x[i] - mean[c]) / deviation + shift[c];
    }
    return y;
  }

  /** {@code ((slice 0 + bias) + slice 1) + ...}, as {@link Op.Linear} states. */
  private static float[] linear(Op.Linear linear, float[] x, float[] w, float[] bias) {
    int slice = linear.inFeatures() / linear.parts();
    float[] y = new float[linear.outFeatures()];
    for (int o = 0; o < y.length; o++) {
      for (int part = 0; part < linear.parts(); part++) {
        float sum = 0;
        for (int i = part * slice; i < (part + 1) * slice; i++) {
          sum = Math.fma(w[o * linear.inFeatures() + i], x[i], sum);
        }
        if (part > 0) {
          y[o] += sum;
        } else {
          y[o] = bias == null ? sum : sum + bias[o];
        }
      }
    }
    return y;
  }

  private static float[] pool(PoolGeometry g, float[] x, boolean max) {
    float[] y = new float[g.channels() * g.outHeight() * g.outWidth()];
    for (int i = 0; i < y.length; i++) {
      int c = i / (g.outHeight() * g.outWidth());
      int top = i / g.outWidth() % g.outHeight() * g.stride() - g.pad();
      int left = i % g.outWidth() * g.stride() - g.pad();
      float result = max ? Float.NEGATIVE_INFINITY : 0;
      for (int iy = Math.max(top, 0); iy < Math.min(top + g.kernel(), g.inHeight()); iy++) {
        for (int ix = Math.max(left, 0); ix < Math.min(left + g.kernel(), g.inWidth()); ix++) {
          float value = x[(c * g.inHeight() + iy) * g.inWidth() + ix];
          result = max ? Math.max(result, value) : result + value / (g.kernel() * g.kernel());
        }
      }
      y[i] = result;
    }
    return y;
  }

  private static float[] padShortcut(Op.PadShortcut pad, float[] x, Shape in, Shape out) {
    int inPerGroup = in.size(0) / pad.groups();
    int outPerGroup = out.size(0) / pad.groups();
    float[] y = new float[out.elements()];
    for (int c = 0; c < in.size(0); c++) {
      int to = c / inPerGroup * outPerGroup + (outPerGroup - inPerGroup) / 2 + c % inPerGroup;
      for (int oy = 0; oy < out.size(1); oy++) {
        for (int ox = 0; ox < out.size(2); ox++) {
          y[(to * out.size(1) + oy) * out.size(2) + ox] =
              x[(c * in.size(1) + oy * pad.stride()) * in.size(2) + ox * pad.stride()];
        }
      }
    }
    return y;
  }

  private static float[] join(List<float[]> parts) {
    float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private interface Function {
    float apply(float value);
  }

  private static float[] map(float[] x, Function function) {
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = function.apply(x[i]);
    }
    return y;
  }
}
