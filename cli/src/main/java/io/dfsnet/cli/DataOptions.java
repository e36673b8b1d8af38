package io.dfsnet.cli;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.data.DataException;
import io.dfsnet.nn.data.DataSource;
import io.dfsnet.nn.data.DataSources;
import io.dfsnet.nn.data.ImageSet;
import picocli.CommandLine.Option;

/** Which images a command works on. */
final class DataOptions {
  @Option(
      names = "--data",
      paramLabel = "SPEC",
      description =
          "cifar10:DIR, cifar100:DIR, mnist:DIR, fashion-mnist:DIR, folder:DIR[,size=N,resize=N] or"
              + " synthetic[:train=N,test=N,seed=N].")
  String specification;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = Converters.Count.class,
      description =
          "Use only N images of each part: the first ones, of a folder evenly spaced ones.")
  Integer limit;

  /** The data set of the option. */
  DataSource open() {
    requireGiven(specification);
    return open(specification);
  }

  /** As many images of a part as the option allows. */
  ImageSet limited(ImageSet images) {
    return limited(images, limit);
  }

  /**
   * The data set that a specification names.
   *
   * @throws UsageException if it is unknown
   */
  static DataSource open(String specification) {
    try {
      return DataSources.open(specification);
    } catch (DataException unknown) {
      throw new UsageException(unknown.getMessage(), unknown);
    }
  }

  /**
   * @throws UsageException if there is no specification
   */
  static void requireGiven(String specification) {
    if (specification == null) {
      throw new UsageException("--data: is missing; name a data set, for example --data synthetic");
    }
  }

  /** As many images of a part, see {@link ImageSet#limited}; all if {@code limit} is null. */
  static ImageSet limited(ImageSet images, Integer limit) {
    return limit == null ? images : images.limited(limit);
  }

  /**
   * Checks that a network can read the images and knows their classes.
   *
   * @throws UsageException naming both sides
   */
  static void requireFit(Network network, ImageSet images) {
    Shape input = network.shape(network.input());
    Shape output = network.shape(network.output());
    if (!input.equals(images.shape())) {
      throw misfit(network, images, "reads images " + input + ", these are " + images.shape());
    }
    if (output.rank() != 1 || output.size(0) != images.classes()) {
      throw misfit(network, images, "gives " + output + ", the classes are " + images.classes());
    }
  }

  private static UsageException misfit(Network network, ImageSet images, String rule) {
    return new UsageException(
        "data "
            + images.name()
            + ": network "
            + network.name()
            + " "
            + rule
            + "; take the data set that its weights were trained on");
  }
}
