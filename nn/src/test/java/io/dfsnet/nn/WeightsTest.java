package io.dfsnet.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Parameter.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightsTest {
  @Test
  void theSlotsOfANodeAreNamedAndShapedAsInPyTorch() {
    assertThat(EveryOp.network().parameters())
        .containsExactly(
            new Parameter("conv.weight", Shape.of(6, 2, 3, 2), Role.WEIGHT),
            new Parameter("conv.bias", Shape.of(6), Role.BIAS),
            new Parameter("norm.weight", Shape.of(6), Role.SCALE),
            new Parameter("norm.bias", Shape.of(6), Role.SHIFT),
            new Parameter("norm.running_mean", Shape.of(6), Role.RUNNING_MEAN),
            new Parameter("norm.running_var", Shape.of(6), Role.RUNNING_VARIANCE),
            new Parameter("left.weight", Shape.of(5, 44), Role.WEIGHT),
            new Parameter("left.bias", Shape.of(5), Role.BIAS),
            new Parameter("right.weight", Shape.of(5, 132), Role.WEIGHT));
  }

  @Test
  void aNodeNamesItsTensorByRole() {
    Node norm = EveryOp.network().node("norm");
    for (Parameter parameter : norm.parameters()) {
      assertThat(norm.parameter(parameter.role())).isEqualTo(parameter.name());
    }
  }

  @Test
  void runningStatisticsAreNotTrained() {
    assertThat(List.of(Role.values()))
        .filteredOn(role -> !role.trainable())
        .containsExactly(Role.RUNNING_MEAN, Role.RUNNING_VARIANCE);
  }

  @ParameterizedTest
  @EnumSource
  void freshWeightsSpreadByFanIn(Initialization initialization) {
    var parameter = new Parameter("c.weight", Shape.of(64, 32, 3, 3), Role.WEIGHT);
    float[] data = Weights.initial(parameter, initialization, 7).data();
    double sum = 0;
    double squares = 0;
    for (float value : data) {
      sum += value;
      squares += (double) value * value;
    }
    int fanIn = 32 * 3 * 3;
    double deviation =
        switch (initialization) {
          case HE -> Math.sqrt(2.0 / fanIn);
          case UNIFORM -> Math.sqrt(1.0 / (3 * fanIn));
        };
    // 18,432 samples: the mean is off by 1/136 of the deviation, the deviation by 1/192, typically.
    assertThat(sum / data.length).isCloseTo(0, within(4 * deviation / 136));
    assertThat(Math.sqrt(squares / data.length)).isCloseTo(deviation, within(4 * deviation / 192));
  }

  @Test
  void otherRolesStartAsIdentity() {
    Weights weights = Weights.initial(EveryOp.network(), 3);
    assertThat(weights.get("norm.weight").data()).containsOnly(1f);
    assertThat(weights.get("norm.running_var").data()).containsOnly(1f);
    assertThat(weights.get("norm.bias").data()).containsOnly(0f);
    assertThat(weights.get("norm.running_mean").data()).containsOnly(0f);
    assertThat(weights.get("conv.bias").data()).containsOnly(0f);
  }

  @Test
  void aTensorStartsTheSameInEveryNetworkThatHasIt() {
    var parameter = new Parameter("left.weight", Shape.of(5, 44), Role.WEIGHT);
    Weights weights = Weights.initial(EveryOp.network(), 11);
    assertThat(weights.get("left.weight").data())
        .isEqualTo(Weights.initial(parameter, Initialization.HE, 11).data());
    assertThat(weights.get("left.weight").data())
        .isNotEqualTo(Weights.initial(parameter, Initialization.HE, 12).data());
  }

  @Test
  void copiesAreIndependent() {
    Weights weights = Weights.initial(EveryOp.network(), 1);
    Weights copy = weights.copy();
    copy.get("conv.bias").data()[0] = 5;
    assertThat(weights.get("conv.bias").data()[0]).isZero();
  }

  @Test
  void allFaultsAreListedAtOnce() {
    Network network = EveryOp.network();
    Map<String, Tensor> tensors = new LinkedHashMap<>(Weights.initial(network, 1).tensors());
    tensors.remove("conv.bias");
    tensors.put("norm.bias", Tensor.zeros(7));
    tensors.put("extra", Tensor.zeros(1));
    Weights weights = new Weights(tensors);

    assertThatThrownBy(() -> weights.requireFit(network))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "weights do not fit network every-op: conv.bias is missing, norm.bias is [7] instead of"
                + " [6], extra is unknown");
    assertThatThrownBy(() -> new Model(network, weights)).isInstanceOf(NetworkException.class);
    assertThatThrownBy(() -> weights.get("conv.bias"))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("'conv.bias'");
  }

  @Test
  void allFaultsAreListedUpToTenPages() {
    Map<String, Tensor> tensors =
        new LinkedHashMap<>(Weights.initial(EveryOp.network(), 1).tensors());
    for (int i = 0; i < 1500; i++) {
      tensors.put("extra" + i, Tensor.zeros(1));
    }
    assertThatThrownBy(() -> new Weights(tensors).requireFit(EveryOp.network()))
        .hasMessageContaining("extra0 is unknown, extra1 is unknown")
        .hasMessageContaining("extra700 is unknown")
        .hasMessageMatching(".{16000,16200}, and \\d+ more");
  }

  @Test
  void weightsThatFitMakeAModel() {
    Model model = Model.initial(EveryOp.network(), 4);
    model.weights().requireFit(model.network());
    assertThat(model.weights().tensors()).hasSize(model.network().parameters().size());
  }
}
