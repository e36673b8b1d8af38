package io.dfsnet.dividefuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Session;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.models.Shortcut;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConversionTest {
  private static final long SEED = 20;

  @Test
  void takesTheBlocksOnTheDiagonal() {
    Tensor dense = numbered(4, 4, 1, 2);

    assertThat(Conversion.diagonalBlocks(dense, 1, 2).data())
        .containsExactly(0, 1, 2, 3, 8, 9, 10, 11, 20, 21, 22, 23, 28, 29, 30, 31);
    Tensor halves = numbered(4, 2, 1, 1);
    assertThat(Conversion.diagonalBlocks(halves, 2, 4).data()).containsExactly(0, 3, 4, 7);
  }

  /**
   * The dense network whose weights between groups are zero computes what the divided network does:
   * products with zero change no sum, so the values are equal, not only close.
   */
  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void theDividedNetworkComputesWhatTheBlockDiagonalOriginalDoes(int groups) {
    for (Network original :
        List.of(TestNetworks.residual(Shortcut.PROJECTION), TestNetworks.sequential(7))) {
      for (var fused : List.of(List.<Integer>of(), List.of(0), List.of(1, 2))) {
        Weights whole = TestNetworks.weights(original, SEED);
        Network divided = Divider.divide(original, Division.keep(groups, fused));
        Weights blocks = Divider.convert(new Model(original, whole), divided);
        blocks.requireFit(divided);
        Weights zeroed = withZerosBetweenGroups(whole, divided);
        // The same summation order of the linear layer, so that nothing else differs.
        Network dense = Divider.tensorParallel(original, groups);
        float[] image = TestNetworks.images(original, 1, SEED);

        assertThat(PlainRun.whole(divided, blocks, image))
            .as("%s, groups %d, fused %s, seed %d", original.name(), groups, fused, SEED)
            .containsExactly(PlainRun.whole(dense, zeroed, image));
        assertThat(session(divided, blocks, image))
            .as("%s, groups %d, fused %s, seed %d", original.name(), groups, fused, SEED)
            .containsExactly(session(dense, zeroed, image));
      }
    }
  }

  @Test
  void copiesTheRest() {
    Network original = TestNetworks.residual(Shortcut.PAD);
    Weights whole = TestNetworks.weights(original, SEED);
    Weights divided =
        Divider.convert(
            new Model(original, whole), Divider.divide(original, Division.keep(2, List.of(1))));

    for (String name : List.of("conv1.weight", "layer2.0.conv1.weight", "fc.bias", "bn1.bias")) {
      assertThat(divided.get(name).data()).isEqualTo(whole.get(name).data());
      assertThat(divided.get(name).data()).isNotSameAs(whole.get(name).data());
    }
  }

  @Test
  void refusesOtherWidthsAndOtherNetworks() {
    Network original = TestNetworks.residual(Shortcut.PROJECTION);
    Model model = Model.initial(original, SEED);
    Network wide = Divider.divide(original, new Division(4, new TreeSet<>(), WidthPolicy.ISO));

    assertThatThrownBy(() -> Divider.convert(model, wide))
        .isInstanceOf(DivisionException.class)
        .hasMessageStartingWith(
            "Conv2d 'conv1': 'conv1.weight' is [16, 3, 3, 3] here and [8, 3, 3, 3]")
        .hasMessageContaining("only a division of equal width (policy keep) can be converted");
    assertThatThrownBy(() -> Divider.convert(model, TestNetworks.bottleneck()))
        .hasMessageContaining("no tensor is named 'stem.weight'");
  }

  private static float[] session(Network network, Weights weights, float[] image) {
    float[] output = new float[network.shape(network.output()).elements()];
    Session.of(network, weights, 1, new Workers(1)).run(image, output);
    return output;
  }

  private static Weights withZerosBetweenGroups(Weights whole, Network divided) {
    Map<String, Tensor> zeroed = new LinkedHashMap<>(whole.copy().tensors());
    divided.nodes().stream()
        .filter(node -> node.op() instanceof Op.Conv2d conv && conv.groups() > 1)
        .forEach(
            node -> {
              var conv = (Op.Conv2d) node.op();
              float[] data = zeroed.get(node.parameter(Parameter.Role.WEIGHT)).data();
              int taps = conv.kernelHeight() * conv.kernelWidth();
              for (int i = 0; i < data.length; i++) {
                int in = i / taps % conv.inChannels();
                int out = i / taps / conv.inChannels();
                int inGroup = in * conv.groups() / conv.inChannels();
                int outGroup = out * conv.groups() / conv.outChannels();
                data[i] = inGroup == outGroup ? data[i] : 0;
              }
            });
    return new Weights(zeroed);
  }

  private static Tensor numbered(int... sizes) {
    Tensor tensor = Tensor.zeros(sizes);
    for (int i = 0; i < tensor.data().length; i++) {
      tensor.data()[i] = i;
    }
    return tensor;
  }
}
