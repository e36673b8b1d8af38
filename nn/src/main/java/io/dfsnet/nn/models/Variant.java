package io.dfsnet.nn.models;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import java.util.OptionalDouble;

/**
 * What is asked of an architecture.
 *
 * @param name the whole name, which becomes the network's
 * @param width what stands behind {@code -w}
 * @param small whether the form for images of about 32x32 is asked for
 * @param image {@code [channels, height, width]}
 * @param classes how many logits
 * @param shortcut how residual blocks change shape, where there are any
 */
record Variant(
    String name, OptionalDouble width, boolean small, Shape image, int classes, Shortcut shortcut) {
  private static final int MAX_CHANNELS = 1024;
  private static final int MAX_MULTIPLIER = 8;

  /** Begins the network and adds its input. */
  Network.Builder begin() {
    Network.Builder network = Network.builder(name);
    network.input(image.size(0), image.size(1), image.size(2));
    return network;
  }

  /** How many channels the image has. */
  int imageChannels() {
    return image.size(0);
  }

  /** The width as the channels of the first stage. */
  int firstStage(int usual) {
    double channels = width.orElse(usual);
    if (channels != Math.rint(channels) || channels < 1 || channels > MAX_CHANNELS) {
      throw refuse("the first stage has 1 to " + MAX_CHANNELS + " channels, say for example -w8");
    }
    return (int) channels;
  }

  /** The width as a factor for all channels. */
  double multiplier() {
    double multiplier = width.orElse(1);
    if (!(multiplier > 0 && multiplier <= MAX_MULTIPLIER)) {
      throw refuse(
          "the width multiplier is above 0 and at most "
              + MAX_MULTIPLIER
              + ", say for example -w0.5");
    }
    return multiplier;
  }

  NetworkException refuse(String rule) {
    return new NetworkException("model '" + name + "': " + rule);
  }
}
