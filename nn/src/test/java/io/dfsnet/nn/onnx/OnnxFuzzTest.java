package io.dfsnet.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dfsnet.nn.Hostile;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.TestNetworks;
import io.dfsnet.nn.file.FileFormatException;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile ONNX files are read or refused; see docs/fuzzing.md. */
class OnnxFuzzTest {
  @MethodSource("seeds")
  @FuzzTest
  void readsOrRefuses(byte[] file) {
    Hostile.readOrRefused(FileFormatException.class, () -> OnnxFile.fromBytes(file))
        .ifPresent(
            model -> {
              byte[] written = OnnxFile.toBytes(model);
              Model again = OnnxFile.fromBytes(written);
              assertThat(again.network()).isEqualTo(model.network());
              assertThat(OnnxFile.toBytes(again)).isEqualTo(written);
            });
  }

  static Stream<byte[]> seeds() {
    return Stream.of(
        OnnxMutationTest.structure(),
        OnnxGraph.of(2, 3, 3).node("Relu", "x", "y").output("y").toBytes(),
        OnnxMutationTest.model(TestNetworks.onlyElementwise()),
        OnnxMutationTest.model(TestNetworks.everyOperation()));
  }
}
