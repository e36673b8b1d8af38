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
 * <p>{@code -w} sets the width: the channels of the first stage (16 in the residual networks for
 * 32x32 images, 8 in mnist3, else 64), a factor for all channels for MobileNetV2 and ShuffleNetV2.
 * {@code -32} asks for the form that the networks for 224x224 images have for images of about
 * 32x32: fewer strides at the beginning. Every network takes images of any size that its strides
 * leave something of.
 */
public final class Models {
  private static final Pattern NAME =
      Pattern.compile("([a-z]+\\d{1,4}(?:bn)?)(?:-w(\\d{1,5}(?:\\.\\d{1,5})?))?(-32)?");
  private static final Shape SMALL_IMAGE = Shape.of(3, 32, 32);
  private static final Shape LARGE_IMAGE = Shape.of(3, 224, 224);
  private static final Shape DIGIT = Shape.of(1, 28, 28);
  private static final Map<String, Architecture> ARCHITECTURES = architectures();

  private Models() {}

  /**
   * What stands behind a name.
   *
   * @param image what it is meant for
   * @param classes how many it usually tells apart
   */
  private record Architecture(Shape image, int classes, Function<Variant, Network> create) {
    /** For CIFAR-10. */
    static Architecture small(Function<Variant, Network> create) {
      return new Architecture(SMALL_IMAGE, 10, create);
    }

    /** For ImageNet. */
    static Architecture large(Function<Variant, Network> create) {
      return new Architecture(LARGE_IMAGE, 1000, create);
    }

    /** Whether it has a form for small images too. */
    boolean hasSmallForm() {
      return image.equals(LARGE_IMAGE);
    }
  }

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
    if (small && !architecture.hasSmallForm()) {
      throw variant.refuse("is for small images as it is; leave -32 out");
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
   * The images that a network is usually asked for: {@code [3, 224, 224]}, ImageNet's, {@code [3,
   * 32, 32]}, CIFAR's, or {@code [1, 28, 28]}, MNIST's.
   *
   * @throws NetworkException if the name is unknown
   */
  public static Shape image(String name) {
    return isSmallForm(name) ? SMALL_IMAGE : architecture(name).image;
  }

  /**
   * How many classes a network is usually asked for: ImageNet's 1000, or 10.
   *
   * @throws NetworkException if the name is unknown
   */
  public static int classes(String name) {
    return isSmallForm(name) ? 10 : architecture(name).classes;
  }

  /**
   * Whether a network has residual blocks that change shape, so that {@link Shortcut} says how.
   * Goes by the base of the name alone, known or not.
   */
  public static boolean hasShortcuts(String name) {
    return base(name).startsWith("resnet");
  }

  private static Architecture architecture(String name) {
    return ARCHITECTURES.get(parse(name).group(1));
  }

  private static boolean isSmallForm(String name) {
    return parse(name).group(3) != null;
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
          "resnet" + depth, Architecture.small(variant -> ResNet.cifar(variant, blocksPerStage)));
    }
    known.put("resnet18", Architecture.large(v -> ResNet.basic(v, 2, 2, 2, 2)));
    known.put("resnet34", Architecture.large(v -> ResNet.basic(v, 3, 4, 6, 3)));
    known.put("resnet50", Architecture.large(v -> ResNet.bottleneck(v, 3, 4, 6, 3)));
    known.put("vgg16bn", Architecture.large(Vgg::create));
    known.put("mobilenetv2", Architecture.large(MobileNetV2::create));
    known.put("shufflenetv2", Architecture.large(ShuffleNetV2::create));
    known.put("distiller20", new Architecture(SMALL_IMAGE, 100, Distiller::create));
    known.put("mnist3", new Architecture(DIGIT, 10, MnistNet::create));
    return known;
  }
}
