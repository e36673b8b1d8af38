package io.dfsnet.cli;

import io.dfsnet.nn.Model;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.train.Evaluation;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;

/** Measures a trained network on the test images of a data set. */
@Command(
    name = "eval",
    description = "Measure the accuracy of a trained network on test images.",
    footer = {
      "",
      "Examples:",
      "  dfs eval --weights runs/first --data synthetic",
      "  dfs eval --weights resnet20.safetensors --data cifar100:data/cifar-100-binary --json",
      "  dfs eval --weights resnet20.onnx --data cifar10:data/cifar-10",
      "  dfs eval --model resnet20 --weights resnet20-12fca82f.th --data cifar10:data/cifar-10",
      "",
      "With --model the file may be tensors alone, without the graph that dfs writes into its own:",
      "a checkpoint of PyTorch, or safetensors of another program."
    })
final class EvalCommand extends DfsCommand {
  @ArgGroup(validate = false, heading = "%nNetwork:%n", order = 1)
  ModelOptions model = new ModelOptions();

  @ArgGroup(validate = false, heading = "%nData:%n", order = 2)
  DataOptions data = new DataOptions();

  @Override
  void run(Output output) {
    model.requireWeights();
    ImageSet images = data.limited(data.open().test());
    Model trained = model.trained(images.shape());
    DataOptions.requireFit(trained.network(), images);

    var scores = new Scores();
    long began = System.nanoTime();
    try (var workers = global.workers();
        var progress = output.progress("evaluating", images.size())) {
      Evaluation.run(
          trained,
          images,
          workers,
          (logits, labels) -> {
            scores.addAll(logits, labels);
            progress.update(scores.images(), Units.percent(scores.top1()));
          });
    }
    double imagesPerSecond = images.size() / ((System.nanoTime() - began) * 1e-9);

    output.text(
        trained.network()
            + " on "
            + images.size()
            + " images of "
            + images.name()
            + ": top-1 "
            + Units.percent(scores.top1())
            + ", top-5 "
            + Units.percent(scores.top5())
            + Units.format(", loss %.4f, %.0f images/s", scores.loss(), imagesPerSecond));
    output.result(
        Json.object()
            .put("network", trained.network().name())
            .put("groups", trained.network().groups())
            .put("data", images.name())
            .put("images", images.size())
            .put("top1", scores.top1())
            .put("top5", scores.top5())
            .put("loss", Json.orNull(scores.loss()))
            .put("imagesPerSecond", imagesPerSecond)
            .build());
  }
}
