package io.dfsnet.cli;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.convert.Format;
import io.dfsnet.nn.convert.ModelFile;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which network a command works on: an architecture by name, or a file of trained weights. */
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "resnet8, 14, 20, 26, 32, 44, 56 or 110 for small images; resnet18, 34 or 50, vgg16bn,"
              + " mobilenetv2 or shufflenetv2 for large ones, or with -32 for small ones;"
              + " distiller20 and mnist3 for weights of others. -w sets the width: resnet8-w4 for 4"
              + " channels at first, mobilenetv2-w0.5-32 for half of all.")
  String name;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description =
          "Trained network: a file of dfs or ONNX; a checkpoint of PyTorch or other safetensors,"
              + " which need --model; or the folder of a run (its last weights).")
  Path weights;

  @Option(
      names = "--shortcut",
      paramLabel = "KIND",
      description = "How blocks of --model change shape: projection (default) or pad.")
  Shortcut shortcut;

  /**
   * The undivided network that {@code --model} names, for images of this shape.
   *
   * @param classes how many logits, or null for as many as the network usually has
   * @param image its shape, or null for what the network usually reads
   * @throws UsageException if there is none, or {@code --shortcut} is about something it lacks
   */
  Network create(Integer classes, Shape image) {
    requireShortcuts();
    return create(
        name, shortcut == null ? TrainConfig.DEFAULTS.shortcut() : shortcut, classes, image);
  }

  /**
   * @throws UsageException unless exactly one of {@code --model} and {@code --weights} is there
   */
  void requireOne() {
    requireOne(name, weights);
  }

  /**
   * @throws UsageException unless exactly one of model and weights is there
   */
  static void requireOne(String name, Object weights) {
    requireAny(name, weights);
    if (name != null && weights != null) {
      throw new UsageException(
          "--model: not with --weights, whose file names the network; take one");
    }
  }

  /**
   * @throws UsageException if neither model nor weights are there
   */
  static void requireAny(String name, Object weights) {
    if (name == null && weights == null) {
      throw new UsageException("--model: is missing; name a network, for example --model resnet20");
    }
  }

  /**
   * @throws UsageException if {@code --shortcut} is there, but nothing of {@code --model} reads it
   */
  void requireShortcuts() {
    if (shortcut != null && name != null && isKnown(name) && !Models.hasShortcuts(name)) {
      throw new UsageException(
          "--shortcut: is about residual networks, "
              + name
              + " has no such shortcuts; leave it out");
    }
  }

  /**
   * @throws UsageException unless {@code --weights} is there
   */
  void requireWeights() {
    if (weights == null) {
      throw new UsageException(
          "--weights: is missing; name a file of dfs train, or the folder of a run");
    }
  }

  /**
   * The file that a path means: of a run, the weights after its last epoch. Not the best ones,
   * which were picked by the test images and so flatter themselves on them.
   *
   * @throws UsageException if there is no such file
   */
  static Path file(Path path) {
    Path file = Files.isDirectory(path) ? path.resolve(RunFolder.LAST) : path;
    if (!Files.isRegularFile(file)) {
      throw new UsageException(
          "--weights " + path + ": there is no file " + file + "; check the path");
    }
    return file;
  }

  /**
   * An undivided network by name.
   *
   * @param classes how many logits, or null for as many as the network usually has
   * @param image its shape, or null for what the network usually reads
   */
  static Network create(String name, Shortcut shortcut, Integer classes, Shape image) {
    try {
      Shape shape = image == null ? Models.image(name) : image;
      int logits = classes == null ? Models.classes(name) : classes;
      return Models.create(name, logits, shape.size(0), shape.size(1), shape.size(2), shortcut);
    } catch (NetworkException unknown) {
      throw unknown(name, unknown);
    }
  }

  /**
   * The trained network that the options name. A file that names its network needs no {@code
   * --model}; if one is there, the file's tensors are taken for the weights of that.
   *
   * @param image the shape of the images, or null for what the network usually reads
   * @throws UsageException unless {@code --weights} is there, or if {@code --model} is unknown
   */
  Model trained(Shape image) {
    requireWeights();
    requireShortcuts();
    if (name == null && shortcut != null) {
      throw new UsageException("--shortcut: is about --model; leave it out, or add --model");
    }
    return read(weights, name, shortcut, image);
  }

  /** The network of a file that names one, with its weights. */
  static Model read(Path path) {
    return ModelFile.read(file(path)).model();
  }

  /**
   * A file's weights in a network that is known by name, or by the file if there is no name.
   *
   * @param shortcut null for what the weights tell
   * @param image null for what the network usually reads
   */
  static Model read(Path path, String name, Shortcut shortcut, Shape image) {
    if (name == null) {
      return read(path);
    }
    requireKnown(name);
    return switch (ModelFile.read(file(path))) {
      case ModelFile.Bare bare -> bare.as(name, shortcut, image);
      case ModelFile.Whole(Format format, _) when format == Format.ONNX ->
          throw new UsageException(
              "--model: not with " + path + ", which is ONNX and names its network; leave it out");
      case ModelFile.Whole(Format format, Model model) ->
          new ModelFile.Bare(format, path.toString(), model.weights().tensors())
              .as(name, shortcut, image);
    };
  }

  private static void requireKnown(String name) {
    try {
      Models.image(name);
    } catch (NetworkException unknown) {
      throw unknown(name, unknown);
    }
  }

  private static UsageException unknown(String name, NetworkException cause) {
    return new UsageException(cause.getMessage() + suggestion(name), cause);
  }

  private static boolean isKnown(String name) {
    return Models.names().contains(Models.base(name));
  }

  private static String suggestion(String name) {
    return isKnown(name)
        ? ""
        : Nearest.to(Models.base(name), Models.names())
            .map(near -> "; did you mean '" + near + "'?")
            .orElse("");
  }
}
