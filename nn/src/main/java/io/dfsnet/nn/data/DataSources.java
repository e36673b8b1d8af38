package io.dfsnet.nn.data;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Data sets by specification, as the command line takes them. */
public final class DataSources {
  private static final String KNOWN =
      "cifar10:FOLDER, cifar100:FOLDER, mnist:FOLDER, fashion-mnist:FOLDER, synthetic or"
          + " synthetic:train=N,test=N,seed=N";

  private DataSources() {}

  /**
   * Opens {@code cifar10:FOLDER}, {@code cifar100:FOLDER}, {@code mnist:FOLDER}, {@code
   * fashion-mnist:FOLDER}, {@code synthetic} or {@code synthetic:train=N,test=N,seed=N}, in which
   * each option may be left out. Images are read or generated when they are asked for.
   *
   * @throws DataException if the specification is unknown, or the folder does not exist
   */
  public static DataSource open(String specification) {
    int colon = specification.indexOf(':');
    String name = colon < 0 ? specification : specification.substring(0, colon);
    String rest = colon < 0 ? "" : specification.substring(colon + 1);
    return switch (name) {
      case "cifar10" -> Cifar.CIFAR10.in(folder(name, rest));
      case "cifar100" -> Cifar.CIFAR100.in(folder(name, rest));
      case "mnist" -> Mnist.MNIST.in(folder(name, rest));
      case "fashion-mnist" -> Mnist.FASHION_MNIST.in(folder(name, rest));
      case "synthetic" -> synthetic(specification, rest);
      default ->
          throw new DataException("data '" + specification + "': is unknown; known are " + KNOWN);
    };
  }

  private static Path folder(String name, String text) {
    if (text.isEmpty()) {
      throw new DataException("data '" + name + "': needs a folder; write " + name + ":FOLDER");
    }
    Path folder;
    try {
      folder = Path.of(text);
    } catch (InvalidPathException cause) {
      throw new DataException(
          "data '" + name + "': '" + text + "' is not a path: " + cause.getReason(), cause);
    }
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          "data '"
              + name
              + "': "
              + folder.toAbsolutePath()
              + " is not a folder; give the one that holds the data set's files");
    }
    return folder;
  }

  private static DataSource synthetic(String specification, String text) {
    Map<String, Long> options = new LinkedHashMap<>();
    options.put("train", (long) Synthetic.DEFAULT_TRAIN);
    options.put("test", (long) Synthetic.DEFAULT_TEST);
    options.put("seed", 0L);
    for (String option : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int equals = option.indexOf('=');
      String key = equals < 0 ? option : option.substring(0, equals);
      if (equals < 0 || !options.containsKey(key)) {
        throw new DataException(
            "data '"
                + specification
                + "': '"
                + option
                + "' is unknown; the options are train=N, test=N and seed=N");
      }
      try {
        options.put(key, Long.parseLong(option.substring(equals + 1)));
      } catch (NumberFormatException notANumber) {
        throw new DataException(
            "data '" + specification + "': '" + option + "' needs an integer behind its =");
      }
    }
    int train = count(specification, "train", options.get("train"));
    int test = count(specification, "test", options.get("test"));
    return Synthetic.source(train, test, options.get("seed"));
  }

  private static int count(String specification, String key, long images) {
    if (images < 1 || images > Synthetic.MAX_IMAGES) {
      throw new DataException(
          "data '"
              + specification
              + "': "
              + key
              + " is from 1 to "
              + Synthetic.MAX_IMAGES
              + ", found "
              + images);
    }
    return (int) images;
  }
}
