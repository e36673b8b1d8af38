package io.dfsnet.cli;

import io.dfsnet.dividefuse.CostModel;
import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.dividefuse.WidthPolicy;
import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Costs;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.file.NetworkFile;
import io.dfsnet.nn.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Divides a trained network: keeps of its weights what the groups still have. */
@Command(
    name = "divide",
    description = "Turn a trained network into one of several channel groups.",
    footer = {
      "",
      "Examples:",
      "  dfs divide --weights runs/original --groups 4 --fuse 3,6 --out divided.safetensors",
      "  dfs train --weights divided.safetensors --data synthetic --epochs 5 --rate 0.02 --out"
          + " runs/d",
      "",
      "What the groups no longer see is cut away, so the network wants fine-tuning (second line)."
    })
final class DivideCommand extends DfsCommand {
  @ArgGroup(validate = false, heading = "%nNetwork:%n", order = 1)
  ModelOptions model = new ModelOptions();

  @Option(
      names = "--image",
      paramLabel = "CxHxW",
      converter = Converters.OfImage.class,
      description = "Image that --model reads (default: 3x224x224, 3x32x32 or 1x28x28).")
  Shape image;

  @ArgGroup(validate = false, heading = "%nDividing:%n", order = 3)
  DivisionOptions division = new DivisionOptions();

  @Option(names = "--out", paramLabel = "FILE", required = true, description = "File to write.")
  Path out;

  @Override
  void run(Output output) {
    model.requireWeights();
    Division asked =
        division
            .division()
            .orElseThrow(
                () -> new UsageException("--groups: is missing; say for example --groups 4"));
    if (Files.exists(out)) {
      throw new UsageException("--out " + out + ": exists; name a new file, or remove it first");
    }
    Model original = model.trained(image);
    requireKeep(asked, original.network());
    Network divided = Divider.divide(original.network(), asked);
    NetworkFile.write(out, new Model(divided, Divider.convert(original, divided)));

    long before = Costs.parameters(original.network());
    CostModel costs = CostModel.of(divided, Topology.PARALLEL);
    output.text(
        original.network().name()
            + " divided into "
            + asked.groups()
            + " groups, fused at "
            + asked.fused()
            + ": "
            + Units.count(costs.parameters())
            + " of "
            + Units.count(before)
            + " parameters are left, every node receives "
            + Units.bytes(costs.busiestReceivedBytes())
            + " for an image");
    output.text("written to " + out);
    output.text(
        "fine-tune it: dfs train --weights "
            + out
            + " --data SPEC --epochs 5 --rate 0.02 --out RUN");
    output.result(
        Json.object()
            .put("file", out.toString())
            .put("network", divided.name())
            .put("groups", asked.groups())
            .put("fuse", Json.integers(asked.fused().stream().mapToInt(i -> i).toArray()))
            .put("parametersBefore", before)
            .put("parameters", costs.parameters())
            .put("macs", costs.macs())
            .put("receivedBytes", costs.busiestReceivedBytes())
            .put("fineTune", true)
            .build());
  }

  /** Wider layers have weights that no original has: there is nothing to convert. */
  private static void requireKeep(Division asked, Network original) {
    if (asked.width() != WidthPolicy.KEEP) {
      String width = Units.lower(asked.width());
      throw new UsageException(
          "--width "
              + width
              + ": a trained network has no weights for wider layers; train it from the start with"
              + " dfs train --model "
              + original.name()
              + " --groups "
              + asked.groups()
              + " --width "
              + width);
    }
  }
}
