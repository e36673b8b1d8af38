package io.dfsnet.cli;

import io.dfsnet.cli.download.Fetching;
import io.dfsnet.cli.download.Limits;
import io.dfsnet.cli.download.PublishedData;
import io.dfsnet.nn.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches a data set from its home. */
@Command(
    name = "get",
    description = "Fetch a data set from where it was published, check it and unpack it.",
    footer = {
      "",
      "Examples:",
      "  dfs data get cifar100 --out data/cifar100",
      "  dfs data get mnist --out data/mnist --from http://mirror.example/mnist/",
      "",
      "A download that breaks off is continued by the next call. Lengths and SHA-256 are checked",
      "wherever the files come from, so a mirror need not be trusted."
    })
final class DataGetCommand extends DfsCommand {
  private final Function<String, Optional<PublishedData>> catalogue;

  @Parameters(paramLabel = "NAME", description = "cifar10, cifar100, mnist or fashion-mnist.")
  String name;

  @ArgGroup(validate = false, heading = "%nDownload:%n", order = 1)
  Options options = new Options();

  /** Of the sets that {@link PublishedData} knows. */
  DataGetCommand() {
    this(PublishedData::find);
  }

  DataGetCommand(Function<String, Optional<PublishedData>> catalogue) {
    this.catalogue = catalogue;
  }

  /** Where to and where from. */
  static final class Options {
    @Option(names = "--out", paramLabel = "DIR", description = "Folder for the files, made if new.")
    Path out;

    @Option(
        names = "--from",
        paramLabel = "URL",
        converter = OfAddress.class,
        description = "Base address of a mirror, http or https (default: the set's home).")
    URI from;

    @Option(
        names = "--idle",
        paramLabel = "SECONDS",
        converter = Converters.Seconds.class,
        description = "Give a server up that sends nothing for so long (default: 30).")
    Duration idle = Duration.ofSeconds(30);

    @Option(
        names = "--deadline",
        paramLabel = "SECONDS",
        converter = Converters.Seconds.class,
        description = "Give a file up that takes longer (default: 3600).")
    Duration deadline = Duration.ofHours(1);
  }

  /** A base address; a slash at its end is added. */
  static final class OfAddress implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) {
      try {
        URI address = new URI(text.endsWith("/") ? text : text + "/");
        String scheme = String.valueOf(address.getScheme());
        if (scheme.matches("https?") && address.getHost() != null && address.getQuery() == null) {
          return address;
        }
      } catch (URISyntaxException noAddress) {
        // Refused below.
      }
      throw Converters.refuse(text, "is no address as in https://mirror.example/data/");
    }
  }

  @Override
  void run(Output output) throws IOException, InterruptedException {
    PublishedData set =
        catalogue
            .apply(name)
            .orElseThrow(
                () ->
                    new UsageException(
                        "data get: '"
                            + name
                            + "' is unknown; known are "
                            + String.join(", ", PublishedData.names())));
    if (options.out == null) {
      throw new UsageException("--out: is missing; name the folder for the files");
    }
    var limits = new Limits(options.idle, options.deadline, Duration.ofMillis(500));
    List<Fetching.Fetched> fetched;
    try (var progress = output.progress("fetching " + name, set.bytes())) {
      fetched =
          Fetching.fetch(
              set,
              options.from,
              options.out,
              limits,
              bytes -> progress.update(bytes, Units.bytes(bytes)),
              file -> output.done(line(file)));
    }
    String use = name + ":" + options.out;
    output.text("ready: --data " + use);
    output.result(
        Json.object()
            .put("name", name)
            .put("folder", options.out.toString())
            .put("data", use)
            .put("files", Json.array(fetched.stream().map(DataGetCommand::json).toList()))
            .build());
  }

  private static String line(Fetching.Fetched fetched) {
    String how =
        switch (fetched.outcome()) {
          case PRESENT -> "is there already";
          case FETCHED -> "fetched from " + fetched.address();
          case RESUMED -> "continued from " + fetched.address();
        };
    return fetched.file().name() + ": " + how;
  }

  private static Json.Object json(Fetching.Fetched fetched) {
    return Json.object()
        .put("name", fetched.file().name())
        .put("bytes", fetched.file().bytes())
        .put("sha256", fetched.file().sha256())
        .put("address", fetched.address().toString())
        .put("outcome", Units.lower(fetched.outcome()))
        .build();
  }
}
