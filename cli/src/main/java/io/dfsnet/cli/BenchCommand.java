package io.dfsnet.cli;

import io.dfsnet.cli.bench.ConvolutionProblem;
import io.dfsnet.cli.bench.NetworkWorkload;
import io.dfsnet.cli.bench.Pass;
import io.dfsnet.cli.bench.Problem;
import io.dfsnet.cli.bench.Suite;
import io.dfsnet.cli.bench.Suites;
import io.dfsnet.cli.bench.Workload;
import io.dfsnet.engine.Engine;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Network;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures kernels on problems, and whole networks. */
@Command(
    name = "bench",
    description = "Measure kernels and networks: time, GFLOP/s, share of the FMA peak, bytes.",
    footer = {
      "",
      "Examples:",
      "  dfs bench --threads 1 --problem 'n1 g4 ic64 ih56 oc64 kh3 ph1'",
      "  dfs bench --threads 1 --problem 'm256 n256 k256' --problem 'backward n32 ic16 ih32 oc16"
          + " kh3 ph1'",
      "  dfs bench --threads 1 --suite grouped --json > grouped.json",
      "  dfs bench --suite resnext50 --pass backward-data",
      "  dfs bench --net resnet56 --groups 4 --fuse 9,18 --batch 32",
      "  dfs bench --net mobilenetv2",
      "",
      "A problem is a convolution (n images, g groups, ic input and oc output channels, ih x iw"
          + " input,",
      "kh x kw kernel, sh x sw stride, ph x pw padding), perhaps with a pass before it, or a"
          + " matrix",
      "product [m, k] by [k, n]. Suites by kind: grouped, dense, depthwise, pointwise, gemm,"
          + " backward;",
      "by network: resnet20, resnet56, mobilenetv2, vgg16, resnext50, shufflenetv2.",
      "",
      "Every result is compared with plain loops in double before it is timed; a wrong one ends"
          + " the",
      "command with status 1 and no figure."
    })
final class BenchCommand extends DfsCommand {
  private static final Duration PEAK_BUDGET = Duration.ofMillis(500);

  @Option(
      names = "--problem",
      paramLabel = "STRING",
      description = "A problem to measure; may be given several times.")
  List<String> problems;

  @Option(names = "--suite", paramLabel = "NAME", description = "A list of problems to measure.")
  String suiteName;

  @Option(
      names = "--net",
      paramLabel = "NAME",
      description = "A network to measure in a session, whole, and each of its convolutions.")
  String net;

  @Option(
      names = "--pass",
      paramLabel = "KIND",
      converter = Converters.OfPass.class,
      description =
          "forward, backward-data, backward-weights or backward (both): measure this pass of"
              + " every convolution.")
  Pass pass;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      converter = Converters.Seconds.class,
      description =
          "How long each is warmed up (longer while the JVM has not compiled it), and then timed"
              + " (default: 1).")
  Duration budget = Duration.ofSeconds(1);

  @Option(
      names = "--batch",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Images that a run of --net takes (default: 1).")
  int batch = 1;

  @Option(
      names = "--image",
      paramLabel = "CxHxW",
      converter = Converters.OfImage.class,
      description = "Image that --net reads (default: 3x224x224 or 3x32x32).")
  Shape image;

  @ArgGroup(validate = false, heading = "%nDividing:%n", order = 3)
  DivisionOptions division = new DivisionOptions();

  @Override
  void run(Output output) {
    requireOneSource();
    Network network = net == null ? null : network();
    Suite suite = network == null ? suite() : Suite.of(network, batch);
    GlobalOptions.simd();
    double peak = Engine.measureFmaPeak(PEAK_BUDGET) * cores();
    var report = new BenchReport(global.threads, peak);
    int steps = suite.rows().size() + (network == null ? 0 : 1);
    try (Workers workers = global.workers();
        Progress progress = output.progress("measuring", steps)) {
      Allocation allocation = Allocation.of(workers);
      int done = 0;
      for (Suite.Row row : suite.rows()) {
        progress.update(done++, row.problem().toString());
        Workload workload = Workload.of(row.problem(), workers, seed());
        report.add(row, workload.kernel(), Measurement.of(workload, budget, allocation));
      }
      if (network != null) {
        progress.update(done, network.name());
        Workload workload = new NetworkWorkload(network, batch, workers, seed());
        report.addWhole(network, batch, Measurement.of(workload, budget, allocation));
      }
    }
    output.text(report.toText());
    output.result(report.toJson(suite.name()));
  }

  private void requireOneSource() {
    long sources = Stream.of(problems, suiteName, net).filter(Objects::nonNull).count();
    if (sources == 0) {
      throw new UsageException(
          "--problem: is missing; name what to measure with --problem, --suite or --net, for"
              + " example --suite grouped");
    }
    if (sources > 1) {
      throw new UsageException(
          "--problem, --suite, --net: each names all that is measured; take one of them");
    }
    if (net != null) {
      requireAbsent(
          "is about convolutions alone; leave it out, or name a --problem or a --suite", "--pass");
      return;
    }
    requireAbsent(
        "is about --net; leave it out, or name a network with --net",
        "--batch",
        "--image",
        "--groups",
        "--fuse",
        "--width");
  }

  private Network network() {
    return division.apply(ModelOptions.create(net, TrainConfig.DEFAULTS.shortcut(), null, image));
  }

  private Suite suite() {
    Suite named =
        problems == null
            ? suite(suiteName)
            : Suite.of("problems", problems.stream().map(Problem::parse).toList());
    if (pass == null) {
      return named;
    }
    if (named.rows().stream().noneMatch(row -> row.problem() instanceof ConvolutionProblem)) {
      throw new UsageException(
          "--pass: a matrix product has no passes; leave it out, or name convolutions");
    }
    return named.withPass(pass);
  }

  private static Suite suite(String name) {
    List<String> names = Suites.names();
    if (!names.contains(name)) {
      throw new UsageException(
          "--suite '"
              + name
              + "': is unknown; known are "
              + String.join(", ", names)
              + Nearest.to(name, names).map(near -> "; did you mean '" + near + "'?").orElse(""));
    }
    return Suites.read(name);
  }

  /** More threads than cores do not raise the peak. */
  private int cores() {
    return Math.min(global.threads, Runtime.getRuntime().availableProcessors());
  }

  private long seed() {
    return global.seed == null ? 1 : global.seed;
  }
}
