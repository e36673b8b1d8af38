package io.dfsnet.nn.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.TestData;
import io.dfsnet.nn.TestNetworks;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.file.NetworkFile;
import io.dfsnet.nn.file.SafeTensors;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import io.dfsnet.nn.onnx.OnnxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFileTest {
  @TempDir Path folder;

  @Test
  void theContentTellsTheFormat() throws IOException {
    Model model = model("resnet8-w2", Shortcut.PAD);
    Path file = folder.resolve("named.onnx");
    NetworkFile.write(file, model);
    assertThat(ModelFile.read(file).format()).isEqualTo(Format.SAFETENSORS);
    assertThat(ModelFile.read(file).model().network()).isEqualTo(model.network());

    Path onnx = folder.resolve("named.safetensors");
    OnnxFile.write(onnx, model);
    assertThat(ModelFile.read(onnx).format()).isEqualTo(Format.ONNX);
    assertThat(ModelFile.read(onnx).model().network()).isEqualTo(model.network());

    for (String bytes : new String[] {"", "x", "hello, world", "[1, 2, 3]", "GIF89a"}) {
      Files.writeString(file, bytes);
      assertThatThrownBy(() -> ModelFile.read(file))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("named.onnx: is no model file");
    }
  }

  @Test
  void aFileWithoutTensorsHoldsNoWeights() throws IOException {
    Path file = folder.resolve("empty.safetensors");
    Files.write(file, new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'});
    assertThatThrownBy(() -> ModelFile.read(file))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("empty.safetensors: is")
        .hasMessageContaining("holds no tensors");
  }

  @Test
  void tensorsAloneNeedTheNameOfTheirNetwork() {
    ModelFile file = bare(model("resnet8-w2", Shortcut.PAD), name -> name);
    assertThatThrownBy(file::model)
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("holds tensors but no graph; name the network");
  }

  /** What others call the layers of the same network. */
  @ParameterizedTest
  @CsvSource({
    "resnet8-w4, '', ''",
    "resnet8-w4, 'fc.', 'linear.'",
    "resnet18-w4, '', ''",
    "resnet34-w4-32, '', ''",
    "resnet50-w4-32, '', ''",
    "vgg16bn-w4-32, '', ''",
    "mobilenetv2-w0.1-32, '', ''",
    "shufflenetv2-w0.5-32, '', ''",
    "distiller20-w4, 'fc.', 'linear.'",
    "mnist3, '', ''"
  })
  void everyLayoutFindsItsNetwork(String name, String here, String there) {
    List<Shortcut> shortcuts =
        Models.hasShortcuts(name) ? List.of(Shortcut.values()) : List.of(Shortcut.PAD);
    for (Shortcut shortcut : shortcuts) {
      Model model = model(name, shortcut);
      UnaryOperator<String> names =
          parameter ->
              "module."
                  + (here.isEmpty()
                      ? parameter
                      : parameter.replace(here, there).replace("downsample", "shortcut"));

      Model read = bare(model, names).as(name, null, image(model));

      assertThat(read.network()).isEqualTo(model.network());
      model
          .weights()
          .tensors()
          .forEach(
              (parameter, tensor) ->
                  assertThat(Arrays.equals(read.weights().get(parameter).data(), tensor.data()))
                      .as(parameter)
                      .isTrue());
    }
  }

  @Test
  void everythingThatDoesNotFitIsListedAtOnce() {
    Model model = model("resnet8-w4", Shortcut.PROJECTION);
    Map<String, Tensor> tensors = new LinkedHashMap<>(model.weights().tensors());
    tensors.remove("bn1.bias");
    tensors.put("bn1.weight", Tensor.zeros(5));
    tensors.put("extra", Tensor.zeros(1));
    var file = new ModelFile.Bare(Format.SAFETENSORS, "x.pt", tensors);
    assertThatThrownBy(() -> file.as("resnet8-w4", null, null))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "x.pt: weights do not fit network resnet8-w4: bn1.weight is [5] instead of [4],"
                + " bn1.bias is missing, extra is unknown");
  }

  @Test
  void namesThatMeanTheSameAreRefused() {
    assertThatThrownBy(
            () ->
                Layout.rename(
                    "x.pt", Map.of("linear.weight", Tensor.zeros(1), "fc.weight", Tensor.zeros(1))))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("x.pt: holds two tensors that are 'fc.weight' here");
  }

  /** The parameters that torchvision's and akamaster's files have, from files and documentation. */
  @Test
  void filesOfOthersFindTheirNetworks() {
    Path weights = TestData.folder().resolve("weights");
    Model cifar10 = bare(weights.resolve("resnet20-12fca82f.th")).as("resnet20", null, null);
    assertThat(cifar10.network()).isEqualTo(Models.create("resnet20", 10, 3, 32, 32, Shortcut.PAD));
    Model cifar100 = bare(weights.resolve("resnet20_cifar100.pth")).as("distiller20", null, null);
    assertThat(cifar100.network().shape("fc")).isEqualTo(Shape.of(100));
    for (String name : new String[] {"mnist.pt", "mnist.safetensors"}) {
      Model mnist = bare(weights.resolve(name)).as("mnist3", null, null);
      assertThat(mnist.network()).isEqualTo(Models.create("mnist3"));
    }
    assertThatThrownBy(
            () -> bare(weights.resolve("resnet32-d509ac18.th")).as("resnet20", null, null))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("layer1.3.conv1.weight is unknown");
  }

  private static ModelFile.Bare bare(Path file) {
    return (ModelFile.Bare) ModelFile.read(file);
  }

  /** A file of the model's weights alone, under other names. */
  private ModelFile.Bare bare(Model model, UnaryOperator<String> names) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    model.weights().tensors().forEach((name, tensor) -> tensors.put(names.apply(name), tensor));
    Path file = folder.resolve("plain.safetensors");
    new SafeTensors(tensors, Map.of("format", "pt")).write(file);
    return bare(file);
  }

  private static Shape image(Model model) {
    return model.network().shape(model.network().input());
  }

  /** Of seven classes, for images of two channels. */
  private static Model model(String name, Shortcut shortcut) {
    Shape image = Models.image(name);
    int size = Math.min(64, image.size(1));
    Network network = Models.create(name, 7, 2, size, size, shortcut);
    Weights weights = TestNetworks.randomWeights(network, 1);
    return new Model(network, weights);
  }
}
