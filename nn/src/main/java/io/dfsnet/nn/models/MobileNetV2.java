package io.dfsnet.nn.models;

import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import java.util.List;

/**
 * "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (Sandler et al., 2018). Between narrow
 * maps every block widens, filters each channel by itself, and narrows again without an activation:
 *
 * <pre>
 *   x ------------------------------------------------------------------------------.
 *   |                                                        (stride 1, as many out) |
 *   1x1 to t*c - bn - relu6 - depthwise 3x3 - bn - relu6 - 1x1 to c' - bn --------- add
 * </pre>
 *
 * Nodes are named as in torchvision. Its dropout of 0.2 in front of the classifier is left out: in
 * inference it does nothing, and training here goes without it.
 *
 * <p>The small form keeps 32x32 images large enough for the later stages: stride 1 instead of 2 in
 * the stem and in the stage of 24 channels, as in github.com/chenyaofo/pytorch-cifar-models.
 */
final class MobileNetV2 {
  /**
   * A row of the paper's table 2.
   *
   * @param expansion t, how much wider a block is inside
   * @param stride of the first block; the others have 1
   */
  private record Stage(int expansion, int channels, int blocks, int stride, int smallStride) {}

  private static final List<Stage> STAGES =
      List.of(
          new Stage(1, 16, 1, 1, 1),
          new Stage(6, 24, 2, 2, 1),
          new Stage(6, 32, 3, 2, 2),
          new Stage(6, 64, 4, 2, 2),
          new Stage(6, 96, 3, 1, 1),
          new Stage(6, 160, 3, 2, 2),
          new Stage(6, 320, 1, 1, 1));
  private static final int STEM = 32;
  private static final int FEATURES = 1280;

  /** Channel counts are multiples of this. */
  private static final int DIVISOR = 8;

  private final Network.Builder network;
  private final Layers layers;

  private MobileNetV2(Network.Builder network) {
    this.network = network;
    this.layers = new Layers(network);
  }

  static Network create(Variant variant) {
    var model = new MobileNetV2(variant.begin());
    model.body(variant);
    return model.network.build();
  }

  private void body(Variant variant) {
    double multiplier = variant.multiplier();
    int channels = channels(STEM * multiplier);
    Op.Conv2d stem = Layers.same(variant.imageChannels(), channels, 3, variant.small() ? 1 : 2);
    String x = layers.activated("features.0", 0, stem, new Op.Relu6(), "input");
    int index = 1;
    for (Stage stage : STAGES) {
      int out = channels(stage.channels * multiplier);
      for (int block = 0; block < stage.blocks; block++) {
        int first = variant.small() ? stage.smallStride : stage.stride;
        int stride = block == 0 ? first : 1;
        x = block("features." + index++, x, channels, out, stage.expansion, stride);
        channels = out;
      }
    }
    // A narrow network keeps the features of the full one, as its classifier needs them.
    int features = channels(FEATURES * Math.max(1, multiplier));
    Op.Conv2d last = Layers.pointwise(channels, features);
    x = layers.activated("features." + index, 0, last, new Op.Relu6(), x);
    x = network.add("avgpool", new Op.GlobalAveragePool(), x);
    network.add("classifier.1", new Op.Linear(features, variant.classes(), true, 1), x);
  }

  private String block(String name, String x, int in, int out, int expansion, int stride) {
    int wide = in * expansion;
    String prefix = name + ".conv.";
    String y = x;
    int next = 0;
    if (expansion > 1) {
      y = layers.activated(prefix + next++, 0, Layers.pointwise(in, wide), new Op.Relu6(), y);
    }
    y = layers.activated(prefix + next++, 0, Layers.depthwise(wide, stride), new Op.Relu6(), y);
    y = layers.normalized(prefix + next++, prefix + next, Layers.pointwise(wide, out), y);
    return stride == 1 && in == out ? network.add(name + ".add", new Op.Add(), x, y) : y;
  }

  /** The nearest multiple of 8, the next one if that would take away more than a tenth. */
  private static int channels(double wanted) {
    int nearest = Math.max(DIVISOR, (int) (wanted + DIVISOR / 2.0) / DIVISOR * DIVISOR);
    return nearest < 0.9 * wanted ? nearest + DIVISOR : nearest;
  }
}
