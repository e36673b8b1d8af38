package io.dfsnet.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Everything that determines a two-dimensional convolution but its values; the one place that knows
 * its arithmetic.
 *
 * <p>Shapes: input {@code [n, inChannels, inHeight, inWidth]}, weights {@code [outChannels,
 * inChannels / groups, kernelHeight, kernelWidth]}, output {@code [n, outChannels, outHeight,
 * outWidth]}. Output channel {@code o} belongs to group {@code o / (outChannels / groups)} and
 * reads that group's input channels only:
 *
 * <pre>
 * out[b][o][y][x] = sum over i &lt; inChannels/groups, r &lt; kernelHeight, s &lt; kernelWidth of
 *     weights[o][i][r][s] * in[b][group * inChannels/groups + i]
 *                             [y * strideHeight - padHeight + r * dilationHeight]
 *                             [x * strideWidth  - padWidth  + s * dilationWidth]
 * </pre>
 *
 * with zero outside the input. {@code groups = 1} is a dense convolution, {@code groups =
 * inChannels} a depthwise one.
 *
 * <p>A geometry is written and read as a problem string, {@code n1 g4 ic64 ih56 iw56 oc64 kh3 kw3
 * sh1 sw1 ph1 pw1}, with {@code dh2 dw2} behind it where there is dilation. The same string stands
 * in tests, benchmarks, the command line and error messages.
 */
public record Conv2dGeometry(
    int n,
    int groups,
    int inChannels,
    int inHeight,
    int inWidth,
    int outChannels,
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padHeight,
    int padWidth,
    int dilationHeight,
    int dilationWidth) {

  private static final Set<String> KEYS =
      Set.of("n", "g", "ic", "ih", "iw", "oc", "kh", "kw", "sh", "sw", "ph", "pw", "dh", "dw");

  public Conv2dGeometry {
    String problem =
        problem(
            n,
            groups,
            inChannels,
            inHeight,
            inWidth,
            outChannels,
            kernelHeight,
            kernelWidth,
            strideHeight,
            strideWidth,
            padHeight,
            padWidth,
            dilationHeight,
            dilationWidth);
    requirePositive("batch size n", n, problem);
    requirePositive("groups", groups, problem);
    requirePositive("input channels", inChannels, problem);
    requirePositive("input height", inHeight, problem);
    requirePositive("input width", inWidth, problem);
    requirePositive("output channels", outChannels, problem);
    requirePositive("kernel height", kernelHeight, problem);
    requirePositive("kernel width", kernelWidth, problem);
    requirePositive("vertical stride", strideHeight, problem);
    requirePositive("horizontal stride", strideWidth, problem);
    requirePositive("vertical dilation", dilationHeight, problem);
    requirePositive("horizontal dilation", dilationWidth, problem);
    if (padHeight < 0 || padWidth < 0) {
      throw refuse("padding must not be negative", problem);
    }
    requireDivisible("input", inChannels, groups, problem);
    requireDivisible("output", outChannels, groups, problem);
    requireFits("height", inHeight, padHeight, kernelHeight, dilationHeight, problem);
    requireFits("width", inWidth, padWidth, kernelWidth, dilationWidth, problem);
  }

  /** A square convolution of square images without dilation, the common case. */
  public static Conv2dGeometry square(
      int n,
      int groups,
      int inChannels,
      int size,
      int outChannels,
      int kernel,
      int stride,
      int pad) {
    return new Conv2dGeometry(
        n,
        groups,
        inChannels,
        size,
        size,
        outChannels,
        kernel,
        kernel,
        stride,
        stride,
        pad,
        pad,
        1,
        1);
  }

  /** This geometry for another batch size. */
  public Conv2dGeometry withBatch(int images) {
    return new Conv2dGeometry(
        images,
        groups,
        inChannels,
        inHeight,
        inWidth,
        outChannels,
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padHeight,
        padWidth,
        dilationHeight,
        dilationWidth);
  }

  public int outHeight() {
    return outSize(inHeight, padHeight, kernelHeight, strideHeight, dilationHeight);
  }

  public int outWidth() {
    return outSize(inWidth, padWidth, kernelWidth, strideWidth, dilationWidth);
  }

  public int inChannelsPerGroup() {
    return inChannels / groups;
  }

  public int outChannelsPerGroup() {
    return outChannels / groups;
  }

  /** How many products every output element sums: input channels per group times kernel taps. */
  public int reduction() {
    return inChannelsPerGroup() * kernelHeight * kernelWidth;
  }

  public Shape inShape() {
    return Shape.of(n, inChannels, inHeight, inWidth);
  }

  public Shape outShape() {
    return Shape.of(n, outChannels, outHeight(), outWidth());
  }

  public Shape weightShape() {
    return Shape.of(outChannels, inChannelsPerGroup(), kernelHeight, kernelWidth);
  }

  /** Multiply-accumulates of one forward pass over the whole batch, border taps included. */
  public long macs() {
    return (long) n * outChannels * outHeight() * outWidth() * reduction();
  }

  /** The problem string: parsed by {@link #parse}, printed in every message about this geometry. */
  public String problem() {
    return problem(
        n,
        groups,
        inChannels,
        inHeight,
        inWidth,
        outChannels,
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padHeight,
        padWidth,
        dilationHeight,
        dilationWidth);
  }

  /** The problem string. */
  @Override
  public String toString() {
    return problem();
  }

  /**
   * Reads a problem string. {@code ic}, {@code ih}, {@code oc} and {@code kh} must be there; {@code
   * iw}, {@code kw}, {@code sw}, {@code pw} and {@code dw} are as their vertical twins, and the
   * rest is 1 (padding 0), where they are not given.
   *
   * @throws ShapeException if a key is unknown, missing or twice there, or a value is no number
   */
  public static Conv2dGeometry parse(String problem) {
    Map<String, Integer> values = new HashMap<>();
    for (String word : problem.strip().split("\\s+")) {
      int digits = 0;
      while (digits < word.length() && Character.isLetter(word.charAt(digits))) {
        digits++;
      }
      String key = word.substring(0, digits);
      if (!KEYS.contains(key)) {
        throw refuse(
            "unknown key '"
                + word
                + "'; known: "
                + String.join(" ", KEYS.stream().sorted().toList()),
            problem);
      }
      int value;
      try {
        value = Integer.parseInt(word.substring(digits));
      } catch (NumberFormatException notANumber) {
        throw refuse("'" + word + "' needs a whole number behind its key", problem);
      }
      if (values.put(key, value) != null) {
        throw refuse("key '" + key + "' is there twice", problem);
      }
    }
    for (String key : new String[] {"ic", "ih", "oc", "kh"}) {
      if (!values.containsKey(key)) {
        throw refuse("key '" + key + "' is missing", problem);
      }
    }
    int strideHeight = values.getOrDefault("sh", 1);
    int padHeight = values.getOrDefault("ph", 0);
    int dilationHeight = values.getOrDefault("dh", 1);
    return new Conv2dGeometry(
        values.getOrDefault("n", 1),
        values.getOrDefault("g", 1),
        values.get("ic"),
        values.get("ih"),
        values.getOrDefault("iw", values.get("ih")),
        values.get("oc"),
        values.get("kh"),
        values.getOrDefault("kw", values.get("kh")),
        strideHeight,
        values.getOrDefault("sw", strideHeight),
        padHeight,
        values.getOrDefault("pw", padHeight),
        dilationHeight,
        values.getOrDefault("dw", dilationHeight));
  }

  private static String problem(
      int n,
      int g,
      int ic,
      int ih,
      int iw,
      int oc,
      int kh,
      int kw,
      int sh,
      int sw,
      int ph,
      int pw,
      int dh,
      int dw) {
    String text =
        "n" + n + " g" + g + " ic" + ic + " ih" + ih + " iw" + iw + " oc" + oc + " kh" + kh + " kw"
            + kw + " sh" + sh + " sw" + sw + " ph" + ph + " pw" + pw;
    return dh == 1 && dw == 1 ? text : text + " dh" + dh + " dw" + dw;
  }

  private static int outSize(int in, int pad, int kernel, int stride, int dilation) {
    return (in + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
  }

  private static void requirePositive(String what, int value, String problem) {
    if (value < 1) {
      throw refuse(what + " must be at least 1, found " + value, problem);
    }
  }

  private static void requireDivisible(String side, int channels, int groups, String problem) {
    if (channels % groups != 0) {
      throw refuse(
          channels + " " + side + " channels are not divisible by " + groups + " groups", problem);
    }
  }

  private static void requireFits(
      String side, int in, int pad, int kernel, int dilation, String problem) {
    long span = (long) dilation * (kernel - 1) + 1;
    long padded = in + 2L * pad;
    if (padded > Integer.MAX_VALUE || span > padded) {
      throw refuse(
          "the kernel spans " + span + " elements of " + side + ", the padded input has " + padded,
          problem);
    }
  }

  private static ShapeException refuse(String rule, String problem) {
    return new ShapeException("conv2d", rule + " (problem " + problem + ")");
  }
}
