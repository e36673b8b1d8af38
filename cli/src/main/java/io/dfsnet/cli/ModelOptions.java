package io.dfsnet.cli;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.file.NetworkFile;
import io.dfsnet.nn.file.SafeTensors;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Which network a command works on: an architecture by name, or a file of trained weights. */
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "resnet8, 14, 20, 26, 32, 44, 56 or 110; -wN for N channels at first: resnet8-w4.")
  String name;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "Trained network: a file, or the folder of a run (its last weights).")
  Path weights;

  @Option(
      names = "--shortcut",
      paramLabel = "KIND",
      description = "How blocks of --model change shape: projection (default) or pad.")
  Shortcut shortcut;

  /** The undivided network that {@code --model} names, for images of this shape. */
  Network create(int classes, Shape image) {
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
    if (name == null && weights == null) {
      throw new UsageException("--model: is missing; name a network, for example --model resnet20");
    }
    if (name != null && weights != null) {
      throw new UsageException(
          "--model: not with --weights, whose file names the network; take one");
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

  /** An undivided network for images of this shape, by name. */
  static Network create(String name, Shortcut shortcut, int classes, Shape image) {
    try {
      return Models.create(name, classes, image.size(0), image.size(1), image.size(2), shortcut);
    } catch (NetworkException unknown) {
      throw new UsageException(unknown.getMessage() + suggestion(name), unknown);
    }
  }

  /** The network of a file that names one, with its weights. */
  static Model read(Path path) {
    return NetworkFile.read(file(path));
  }

  /** A file's weights in a network that is known otherwise; the file needs to name none. */
  static Model read(Path path, Network network) {
    return new Model(network, new Weights(SafeTensors.read(file(path)).tensors()));
  }

  private static String suggestion(String name) {
    String base = name.replaceFirst("-w\\d+$", "");
    List<String> names = Models.names();
    return names.contains(base)
        ? ""
        : Nearest.to(base, names).map(near -> "; did you mean '" + near + "'?").orElse("");
  }
}
