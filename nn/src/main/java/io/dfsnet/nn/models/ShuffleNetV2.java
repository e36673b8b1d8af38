package io.dfsnet.nn.models;

import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import java.util.Map;

/**
 * "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design" (Ma et al., 2018). A
 * block leaves half of the channels alone and mixes the halves afterwards, so that the next block
 * finds channels of both in each half:
 *
 * <pre>
 *       ,- first half -----------------------------------------------------------.
 *   x --|                                                                        concat - shuffle
 *       '- second half - 1x1 - bn - relu - depthwise 3x3 - bn - 1x1 - bn - relu -'
 *
 *       ,- depthwise 3x3/2 - bn - 1x1 - bn - relu ---------------------------------.
 *   x --|                                                                          concat - shuffle
 *       '- 1x1 - bn - relu - depthwise 3x3/2 - bn - 1x1 - bn - relu ---------------'
 * </pre>
 *
 * The second form begins each stage. Nodes are named as in torchvision. The small form, as in
 * github.com/chenyaofo/pytorch-cifar-models, has stride 1 in the stem and no max pooling.
 */
final class ShuffleNetV2 {
  private static final int STEM = 24;
  private static final int[] BLOCKS = {4, 8, 4};
  private static final int FIRST_STAGE = 2;

  /** The channels of the three stages and of the last convolution: the paper's table 5. */
  private static final Map<Double, int[]> CHANNELS =
      Map.of(
          0.5, new int[] {48, 96, 192, 1024},
          1.0, new int[] {116, 232, 464, 1024},
          1.5, new int[] {176, 352, 704, 1024},
          2.0, new int[] {244, 488, 976, 2048});

  private final Network.Builder network;
  private final Layers layers;

  private ShuffleNetV2(Network.Builder network) {
    this.network = network;
    this.layers = new Layers(network);
  }

  static Network create(Variant variant) {
    int[] channels = CHANNELS.get(variant.width().orElse(1));
    if (channels == null) {
      throw variant.refuse("its widths are -w0.5, -w1.0, -w1.5 and -w2.0");
    }
    var model = new ShuffleNetV2(variant.begin());
    model.body(variant, channels);
    return model.network.build();
  }

  private void body(Variant variant, int[] channels) {
    Op.Conv2d stem = Layers.same(variant.imageChannels(), STEM, 3, variant.small() ? 1 : 2);
    String x = layers.activated("conv1", 0, stem, new Op.Relu(), "input");
    if (!variant.small()) {
      x = network.add("maxpool", new Op.MaxPool(3, 2, 1), x);
    }
    int in = STEM;
    for (int stage = 0; stage < BLOCKS.length; stage++) {
      String prefix = "stage" + (FIRST_STAGE + stage) + ".";
      x = first(prefix + "0", x, in, channels[stage] / 2);
      for (int block = 1; block < BLOCKS[stage]; block++) {
        x = block(prefix + block, x, channels[stage] / 2);
      }
      in = channels[stage];
    }
    int features = channels[BLOCKS.length];
    x = layers.activated("conv5", 0, Layers.pointwise(in, features), new Op.Relu(), x);
    x = network.add("mean", new Op.GlobalAveragePool(), x);
    network.add("fc", new Op.Linear(features, variant.classes(), true, 1), x);
  }

  /** Halves the map; both branches read all of it. */
  private String first(String name, String x, int in, int half) {
    String branch = name + ".branch1";
    String y = layers.normalized(branch + ".0", branch + ".1", Layers.depthwise(in, 2), x);
    y = layers.activated(branch, 2, Layers.pointwise(in, half), new Op.Relu(), y);
    return mixed(name, y, branch2(name, x, in, half, 2));
  }

  private String block(String name, String x, int half) {
    String first = network.add(name + ".chunk1", new Op.ChannelSlice(0, half), x);
    String second = network.add(name + ".chunk2", new Op.ChannelSlice(half, half), x);
    return mixed(name, first, branch2(name, second, half, half, 1));
  }

  private String branch2(String name, String x, int in, int half, int stride) {
    String branch = name + ".branch2";
    String y = layers.activated(branch, 0, Layers.pointwise(in, half), new Op.Relu(), x);
    y = layers.normalized(branch + ".3", branch + ".4", Layers.depthwise(half, stride), y);
    return layers.activated(branch, 5, Layers.pointwise(half, half), new Op.Relu(), y);
  }

  private String mixed(String name, String first, String second) {
    String joined = network.add(name + ".concat", new Op.Concat(), first, second);
    return network.add(name + ".shuffle", new Op.ChannelShuffle(2), joined);
  }
}
