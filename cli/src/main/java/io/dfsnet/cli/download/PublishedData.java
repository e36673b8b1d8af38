package io.dfsnet.cli.download;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The data sets that can be fetched. Lengths and SHA-256 are those that TensorFlow Datasets records
 * for the same files (github.com/tensorflow/datasets, folder {@code url_checksums}). MNIST's own
 * page no longer gives the files; its home here is the mirror that TensorFlow names.
 *
 * @param name as in {@code --data NAME:FOLDER}
 * @param files to be fetched
 * @param archiveFolder the folder inside the one file, a tar.gz archive; null if files are used as
 *     they are
 * @param members what is taken out of the archive: names and lengths in bytes
 */
public record PublishedData(
    String name, List<RemoteFile> files, String archiveFolder, Map<String, Long> members) {

  private static final long CIFAR_BATCH = 10_000L * (1 + 3072);
  private static final long CIFAR_FINE = 2 + 3072;

  private static final List<PublishedData> ALL =
      List.of(
          archive(
              "cifar10",
              "cifar-10-batches-bin/",
              new RemoteFile(
                  "cifar-10-binary.tar.gz",
                  URI.create("https://www.cs.toronto.edu/~kriz/"),
                  170_052_171,
                  "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
              cifar10()),
          archive(
              "cifar100",
              "cifar-100-binary/",
              new RemoteFile(
                  "cifar-100-binary.tar.gz",
                  URI.create("https://www.cs.toronto.edu/~kriz/"),
                  168_513_733,
                  "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"),
              Map.of("train.bin", 50_000 * CIFAR_FINE, "test.bin", 10_000 * CIFAR_FINE)),
          idx(
              "mnist",
              "https://storage.googleapis.com/cvdf-datasets/mnist/",
              new long[] {9_912_422, 28_881, 1_648_877, 4_542},
              "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
              "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
              "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
              "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
          idx(
              "fashion-mnist",
              "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
              new long[] {26_421_880, 29_515, 4_422_102, 5_148},
              "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
              "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
              "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
              "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"));

  public PublishedData {
    files = List.copyOf(files);
    members = Map.copyOf(members);
    if (archiveFolder != null && files.size() != 1) {
      throw new IllegalArgumentException(name + ": an archive is one file");
    }
  }

  /** The names of all sets. */
  public static List<String> names() {
    return ALL.stream().map(PublishedData::name).toList();
  }

  /** The set of that name. */
  public static Optional<PublishedData> find(String name) {
    return ALL.stream().filter(set -> set.name.equals(name)).findFirst();
  }

  /** How many bytes have to be fetched. */
  public long bytes() {
    return files.stream().mapToLong(RemoteFile::bytes).sum();
  }

  private static PublishedData archive(
      String name, String folder, RemoteFile file, Map<String, Long> members) {
    return new PublishedData(name, List.of(file), folder, members);
  }

  private static Map<String, Long> cifar10() {
    Map<String, Long> members = new TreeMap<>();
    IntStream.rangeClosed(1, 5).forEach(i -> members.put("data_batch_" + i + ".bin", CIFAR_BATCH));
    members.put("test_batch.bin", CIFAR_BATCH);
    return members;
  }

  private static PublishedData idx(String name, String home, long[] bytes, String... sha256) {
    List<String> files =
        List.of(
            "train-images-idx3-ubyte.gz",
            "train-labels-idx1-ubyte.gz",
            "t10k-images-idx3-ubyte.gz",
            "t10k-labels-idx1-ubyte.gz");
    return new PublishedData(
        name,
        IntStream.range(0, files.size())
            .mapToObj(i -> new RemoteFile(files.get(i), URI.create(home), bytes[i], sha256[i]))
            .toList(),
        null,
        Map.of());
  }
}
