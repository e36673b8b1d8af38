package io.dfsnet.nn.data;

import java.util.LinkedHashMap;
import java.util.Map;

/** Data sets by specification, as the command line takes them. */
public final class DataSources {
  private static final String KNOWN =
      "cifar10:FOLDER, cifar100:FOLDER, mnist:FOLDER, fashion-mnist:FOLDER,"
          + " folder:FOLDER[,size=N,resize=N] and synthetic[:train=N,test=N,seed=N]";

  private static final int MAX_SIDE = 2048;

  private DataSources() {}

  /**
   * Opens {@code cifar10:FOLDER}, {@code cifar100:FOLDER}, {@code mnist:FOLDER}, {@code
   * fashion-mnist:FOLDER}, {@code folder:FOLDER,size=N,resize=N} or {@code
   * synthetic:train=N,test=N,seed=N}, in which each option may be left out. Images are read or
   * generated when they are asked for.
   *
   * @throws DataException if the specification is unknown, or the folder does not exist
   */
  public static DataSource open(String specification) {
    Specification parsed = Specification.parse(specification);
    return switch (parsed.name()) {
      case "cifar10" -> Cifar.CIFAR10.in(parsed.folder());
      case "cifar100" -> Cifar.CIFAR100.in(parsed.folder());
      case "mnist" -> Mnist.MNIST.in(parsed.folder());
      case "fashion-mnist" -> Mnist.FASHION_MNIST.in(parsed.folder());
      case "folder" -> ImageFolder.in(parsed.folderBeforeOptions(), crop(parsed));
      case "synthetic" -> synthetic(parsed);
      default ->
          throw new DataException("data '" + specification + "': is unknown; known are " + KNOWN);
    };
  }

  /** Unless told otherwise, an eighth of the shorter side is cut off, as of 256 for 224. */
  private static CenterCrop crop(Specification parsed) {
    Map<String, Long> defaults = new LinkedHashMap<>();
    defaults.put("size", 224L);
    defaults.put("resize", null);
    Map<String, Long> options = parsed.options(1, defaults);
    int size = parsed.ranged(options, "size", 1, MAX_SIDE);
    options.putIfAbsent("resize", Math.min(size * 8L / 7, MAX_SIDE));
    return new CenterCrop(parsed.ranged(options, "resize", size, MAX_SIDE), size);
  }

  private static DataSource synthetic(Specification parsed) {
    Map<String, Long> defaults = new LinkedHashMap<>();
    defaults.put("train", (long) Synthetic.DEFAULT_TRAIN);
    defaults.put("test", (long) Synthetic.DEFAULT_TEST);
    defaults.put("seed", 0L);
    Map<String, Long> options = parsed.options(0, defaults);
    return Synthetic.source(
        parsed.ranged(options, "train", 1, Synthetic.MAX_IMAGES),
        parsed.ranged(options, "test", 1, Synthetic.MAX_IMAGES),
        options.get("seed"));
  }
}
