package io.dfsnet.nn.models;

import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Architectures by name: {@code resnet20} is the residual network of 20 layers whose first stage
 * has 16 channels; {@code resnet20-w8} is the same with 8.
 */
public final class Models {
  private static final List<Integer> RESNET_DEPTHS = List.of(8, 14, 20, 26, 32, 44, 56, 110);
  private static final int RESNET_WIDTH = 16;
  private static final int MAX_WIDTH = 1024;
  private static final Pattern RESNET = Pattern.compile("resnet(\\d{1,4})(?:-w(\\d{1,5}))?");

  private Models() {}

  /** The names that {@link #create} knows, without the suffix {@code -wN} that all of them take. */
  public static List<String> names() {
    return RESNET_DEPTHS.stream().map(depth -> "resnet" + depth).toList();
  }

  /**
   * A network that reads images {@code [channels, height, width]} and gives a logit for each class.
   *
   * @param name one of {@link #names}, perhaps with {@code -wN} for N channels in the first stage
   * @param shortcut how residual blocks change shape
   * @throws NetworkException if the name is unknown or a size does not fit
   */
  public static Network create(
      String name, int classes, int channels, int height, int width, Shortcut shortcut) {
    Matcher resnet = RESNET.matcher(name);
    if (!resnet.matches() || !RESNET_DEPTHS.contains(Integer.parseInt(resnet.group(1)))) {
      throw new NetworkException(
          "model '"
              + name
              + "': unknown; known are "
              + String.join(", ", names())
              + ", each with a suffix like -w8 for 8 channels in the first stage");
    }
    int firstStage = resnet.group(2) == null ? RESNET_WIDTH : Integer.parseInt(resnet.group(2));
    if (firstStage < 1 || firstStage > MAX_WIDTH) {
      throw new NetworkException(
          "model '" + name + "': the first stage has 1 to " + MAX_WIDTH + " channels");
    }
    int blocksPerStage = (Integer.parseInt(resnet.group(1)) - 2) / 6;
    return ResNet.create(
        name, blocksPerStage, firstStage, classes, channels, height, width, shortcut);
  }
}
