package io.dfsnet.cli;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Costs;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.file.NetworkFile;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.onnx.OnnxFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes a trained network in another format. */
@Command(
    name = "convert",
    description = "Write a trained network as safetensors or ONNX, whatever format it has.",
    footer = {
      "",
      "Examples:",
      "  dfs convert --model resnet20 --weights resnet20-12fca82f.th --out resnet20.safetensors",
      "  dfs convert --model mnist3 --weights mnist.pt --out mnist.onnx",
      "  dfs convert --weights runs/divided --out divided.onnx",
      "",
      "The format of the input is told by its content. Tensors in safetensors have the names that",
      "PyTorch users expect, as layer1.0.conv1.weight; the graph is in the metadata."
    })
final class ConvertCommand extends DfsCommand {
  @ArgGroup(validate = false, heading = "%nNetwork:%n", order = 1)
  ModelOptions model = new ModelOptions();

  @Option(
      names = "--image",
      paramLabel = "CxHxW",
      converter = Converters.OfImage.class,
      description = "Image that --model reads (default: 3x224x224, 3x32x32 or 1x28x28).")
  Shape image;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "File to write; its ending names the format: .safetensors or .onnx.")
  Path out;

  /** What can be written, by the ending of the file's name. */
  private enum Target {
    SAFETENSORS(".safetensors", NetworkFile::write),
    ONNX(".onnx", OnnxFile::write);

    private final String ending;
    private final BiConsumer<Path, Model> writer;

    Target(String ending, BiConsumer<Path, Model> writer) {
      this.ending = ending;
      this.writer = writer;
    }

    static Target of(Path file) {
      return Arrays.stream(values())
          .filter(target -> file.toString().endsWith(target.ending))
          .findFirst()
          .orElseThrow(
              () ->
                  new UsageException(
                      "--out "
                          + file
                          + ": its ending names no format; end it with "
                          + Arrays.stream(values())
                              .map(target -> target.ending)
                              .collect(Collectors.joining(" or "))));
    }
  }

  @Override
  void run(Output output) {
    model.requireWeights();
    Target target = Target.of(out);
    if (Files.exists(out)) {
      throw new UsageException("--out " + out + ": exists; name a new file, or remove it first");
    }
    Model trained = model.trained(image);
    Network network = trained.network();
    target.writer.accept(out, trained);
    output.text(
        network
            + ", images "
            + network.shape(network.input())
            + ", "
            + Units.count(Costs.parameters(network))
            + " parameters, written to "
            + out);
    output.result(
        Json.object()
            .put("file", out.toString())
            .put("network", network.name())
            .put("groups", network.groups())
            .put("image", Json.integers(network.shape(network.input()).toArray()))
            .put("output", Json.integers(network.shape(network.output()).toArray()))
            .put("parameters", Costs.parameters(network))
            .build());
  }
}
