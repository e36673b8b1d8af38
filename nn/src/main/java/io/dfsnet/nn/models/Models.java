package io.dfsnet.nn.models;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Architectures by name.
 *
 * <pre>
 * NAME[-wWIDTH][-32]         resnet20   resnet20-w8   mobilenetv2   mobilenetv2-w0.5-32
 * </pre>
 *
 * <p>{@code -w} sets the width: the channels of the first stage for residual networks and VGG (16
 * in the residual networks for 32x32 images, else 64), a factor for all channels for MobileNetV2
 * and ShuffleNetV2. {@code -32} asks for the form that the networks for 224x224 images have for
 * images of about 32x32: fewer strides at the beginning. Every network takes images of any size
 * that its strides leave something of.
 */
public final class Models {
  private static final Pattern NAME =
      Pattern.compile("([a-z]+\\d{1,4}(?:bn)?)(?:-w(\\d{1,5}(?:\\.\\d{1,5})?))?(-32)?");
  private static final Shape SMALL_IMAGE = Shape.of(3, 32, 32);
  private static final Shape LARGE_IMAGE = Shape.of(3, 224, 224);
  private static final Map<String, Architecture> ARCHITECTURES = architectures();

  private Models() {}

  /**
   * What stands behind a name.
   *
   * @param large whether it is meant for 224x224 images, so that it has a small form too
   */
  private record Architecture(boolean large, Function<Variant, Network> create) {}

  /** The names that {@link #create} knows, without suffixes. */
  public static List<String> names() {
    return List.copyOf(ARCHITECTURES.keySet());
  }

  /** The name without its suffixes, whether it is known or not. */
  public static String base(String name) {
    return name.replaceFirst("-.*", "");
  }

  /**
   * A network that reads images {@code [channels, height, width]} and gives a logit for each class.
   *
   * @param name one of {@link #names}, perhaps with suffixes
   * @param shortcut how residual blocks change shape; networks without {@link #hasShortcuts} do not
   *     read it
   * @throws NetworkException if the name is unknown or a size does not fit
   */
  public static Network create(
      String name, int classes, int channels, int height, int width, Shortcut shortcut) {
    Matcher parts = parse(name);
    Architecture architecture = ARCHITECTURES.get(parts.group(1));
    boolean small = parts.group(3) != null;
    var variant =
        new Variant(
            name,
            parts.group(2) == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(Double.parseDouble(parts.group(2))),
            small,
            Shape.of(channels, height, width),
            classes,
            shortcut);
    if (small && !architecture.large) {
      throw variant.refuse("is for 32x32 images as it is; leave -32 out");
    }
    return architecture.create.apply(variant);
  }

  /**
   * A network of the size that its published figures are for, see {@link #image} and {@link
   * #classes}, with projections as shortcuts.
   *
   * @throws NetworkException if the name is unknown or a size does not fit
   */
  public static Network create(String name) {
    Shape image = image(name);
    return create(
        name, classes(name), image.size(0), image.size(1), image.size(2), Shortcut.PROJECTION);
  }

  /**
   * The images that a network is usually asked for: {@code [3, 224, 224]}, ImageNet's, or {@code
   * [3, 32, 32]}, CIFAR's.
   *
   * @throws NetworkException if the name is unknown
   */
  public static Shape image(String name) {
    return isLarge(name) ? LARGE_IMAGE : SMALL_IMAGE;
  }

  /**
   * How many classes a network is usually asked for: ImageNet's 1000 or CIFAR-10's 10.
   *
   * @throws NetworkException if the name is unknown
   */
  public static int classes(String name) {
    return isLarge(name) ? 1000 : 10;
  }

  /**
   * Whether a network has residual blocks that change shape, so that {@link Shortcut} says how.
   * Goes by the base of the name alone, known or not.
   */
  public static boolean hasShortcuts(String name) {
    return base(name).startsWith("resnet");
  }

  private static boolean isLarge(String name) {
    Matcher parts = parse(name);
    return ARCHITECTURES.get(parts.group(1)).large && parts.group(3) == null;
  }

  /** A match of {@link #NAME} whose first group is known. */
  private static Matcher parse(String name) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches() || !ARCHITECTURES.containsKey(parts.group(1))) {
      throw new NetworkException(
          "model '"
              + name
              + "': unknown; known are "
              + String.join(", ", names())
              + ", each with a width like resnet20-w8 or mobilenetv2-w0.5, and with -32 for small"
              + " images");
    }
    return parts;
  }

  private static Map<String, Architecture> architectures() {
    Map<String, Architecture> known = new LinkedHashMap<>();
    for (int depth : new int[] {8, 14, 20, 26, 32, 44, 56, 110}) {
      int blocksPerStage = (depth - 2) / 6;
      known.put(
          "resnet" + depth,
          new Architecture(false, variant -> ResNet.cifar(variant, blocksPerStage)));
    }
    known.put("resnet18", new Architecture(true, v -> ResNet.basic(v, 2, 2, 2, 2)));
    known.put("resnet34", new Architecture(true, v -> ResNet.basic(v, 3, 4, 6, 3)));
    known.put("resnet50", new Architecture(true, v -> ResNet.bottleneck(v, 3, 4, 6, 3)));
    known.put("vgg16bn", new Architecture(true, Vgg::create));
    known.put("mobilenetv2", new Architecture(true, MobileNetV2::create));
    known.put("shufflenetv2", new Architecture(true, ShuffleNetV2::create));
    return known;
  }
}
