package io.dfsnet.nn.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Hostile;
import io.dfsnet.nn.file.FileFormatException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile checkpoints of both formats are read or refused; see docs/fuzzing.md. */
class CheckpointFuzzTest {
  @MethodSource("files")
  @FuzzTest
  void readsOrRefusesFiles(byte[] file) {
    readsOrRefuses(file);
  }

  /** The pickle alone, which reaches what it may say without a sound container around it. */
  @MethodSource("pickles")
  @FuzzTest
  void readsOrRefusesPickles(byte[] pickle) {
    readsOrRefuses(Container.ZIP.write(pickle, new float[6]));
  }

  static Stream<byte[]> files() {
    return Arrays.stream(Container.values()).map(HostileCheckpointTest::good);
  }

  static Stream<byte[]> pickles() {
    return Stream.of(
        Pickle.of(p -> p.dictionary(d -> d.text("w").floats("0", 6))),
        Pickle.of(
            p ->
                p.ordered(
                    d ->
                        d.text("w")
                            .tensor(
                                s -> s.storage("FloatStorage", "0", 6),
                                1,
                                new long[] {2, 2},
                                new long[] {1, 2}))),
        Pickle.of(p -> p.global("posix", "system").text("true").op(Opcode.TUPLE1)));
  }

  private static void readsOrRefuses(byte[] file) {
    Hostile.readOrRefused(FileFormatException.class, () -> Checkpoint.fromBytes(file, "fuzz"))
        .ifPresent(
            read -> {
              assertThat(read.tensors()).isNotEmpty();
              long elements =
                  read.tensors().values().stream().map(Tensor::data).mapToLong(d -> d.length).sum();
              assertThat(elements).isLessThanOrEqualTo(file.length);
            });
  }
}
