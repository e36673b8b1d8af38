package io.dfsnet.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.ShapeException;
import io.dfsnet.nn.models.Models;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SuitesTest {

  static List<String> names() {
    return Suites.names();
  }

  @Test
  void everyFileHasItsName() throws IOException, URISyntaxException {
    URL one = SuitesTest.class.getResource("/io/dfsnet/cli/suites/dense.txt");
    try (Stream<Path> files = Files.list(Path.of(one.toURI()).getParent())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              Suites.names().stream().map(name -> name + ".txt").toList());
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void everySuiteHasEachProblemOnce(String name) {
    Suite suite = Suites.read(name);
    assertThat(suite.name()).isEqualTo(name);
    assertThat(suite.rows()).isNotEmpty();
    assertThat(suite.rows().stream().map(Suite.Row::problem)).doesNotHaveDuplicates();
  }

  @Test
  void suitesByKindHoldThatKind() {
    assertThat(geometries("grouped"))
        .hasSize(25)
        .allMatch(geometry -> geometry.groups() > 1 && geometry.inChannelsPerGroup() > 1);
    assertThat(geometries("dense")).hasSize(8).allMatch(geometry -> geometry.groups() == 1);
    assertThat(geometries("depthwise"))
        .hasSize(4)
        .allMatch(geometry -> geometry.inChannelsPerGroup() == 1);
    assertThat(geometries("pointwise")).hasSize(4).allMatch(geometry -> geometry.reduction() > 1);
    assertThat(geometries("pointwise")).allMatch(geometry -> geometry.kernelHeight() == 1);
    assertThat(Suites.read("gemm").rows())
        .hasSize(3)
        .allMatch(row -> row.problem() instanceof ProductProblem);
    assertThat(Suites.read("backward").rows())
        .hasSize(12)
        .allMatch(row -> ((ConvolutionProblem) row.problem()).pass() == Pass.BACKWARD);
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20,     resnet20",
    "resnet56,     resnet56",
    "mobilenetv2,  mobilenetv2",
    "shufflenetv2, shufflenetv2",
    "vgg16,        vgg16bn",
  })
  void suitesByNetworkAreThoseOfTheModel(String suite, String model) {
    assertThat(Suites.read(suite).rows()).isEqualTo(Suite.of(Models.create(model), 1).rows());
  }

  /**
   * The parameters that torchvision's documentation gives, without those of the linear layers. Each
   * of these networks has a batch norm behind every convolution, with two parameters a channel, or
   * (VGG-16) a bias.
   */
  @ParameterizedTest
  @CsvSource({
    "mobilenetv2,  2, 3504872,   1281000",
    "shufflenetv2, 2, 2278604,   1025000",
    "resnext50,    2, 25028904,  2049000",
    "vgg16,        1, 138357544, 123642856",
  })
  void suitesByNetworkHaveThePublishedParameters(
      String name, int perChannel, long published, long linear) {
    long parameters = 0;
    for (Suite.Row row : Suites.read(name).rows()) {
      Conv2dGeometry geometry = ((ConvolutionProblem) row.problem()).geometry();
      parameters +=
          row.times()
              * (geometry.weightShape().elements() + (long) perChannel * geometry.outChannels());
    }
    assertThat(parameters).isEqualTo(published - linear);
  }

  @Test
  void convolutionsChangeTheirPassAndProductsDoNot() {
    Suite suite = Suites.parse("both", "3x ic1 ih4 oc1 kh1\nm1 n1 k1");
    Suite changed = suite.withPass(Pass.BACKWARD_DATA);
    assertThat(changed)
        .isEqualTo(Suites.parse("both", "3x backward-data ic1 ih4 oc1 kh1\nm1 n1 k1"));
    assertThat(changed.rows().getFirst().times()).isEqualTo(3);
  }

  @Test
  void refusalsNameTheSuiteAndTheLine() {
    assertThatThrownBy(() -> Suites.read("densee"))
        .hasMessageStartingWith("suite 'densee': is unknown; known are grouped, dense, ");
    assertThatThrownBy(() -> Suites.read("../suites/dense")).hasMessageContaining("is unknown");
    assertThatThrownBy(() -> Suites.parse("mine", "# head\n\n2x ic3 ih8 oc4 # no kernel"))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("suite mine line 3")
        .hasMessageContaining("key 'kh' is missing");
    assertThatThrownBy(() -> Suites.parse("mine", "0x ic3 ih8 oc4 kh1"))
        .hasMessageContaining("unknown key '0x'");
  }

  private static List<Conv2dGeometry> geometries(String name) {
    return Suites.read(name).rows().stream()
        .map(row -> ((ConvolutionProblem) row.problem()).geometry())
        .toList();
  }
}
