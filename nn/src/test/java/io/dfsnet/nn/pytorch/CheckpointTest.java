package io.dfsnet.nn.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.TestData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is read of sound checkpoints, in both formats. */
class CheckpointTest {
  private static final float[] SIX = {0, 1, 2, 3, 4, 5};

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void theWeightsAreThoseOfTheFile(Container container) throws Exception {
    byte[] object =
        Pickle.of(
            p ->
                p.ordered(
                    d ->
                        d.text("fc.weight")
                            .tensor(CheckpointTest::six, 0, new long[] {2, 3}, new long[] {3, 1})
                            .text("fc.bias")
                            .tensor(CheckpointTest::six, 4, new long[] {2}, new long[] {1})));
    Path file = folder.resolve("net.pt");
    Files.write(file, container.write(object, SIX));

    Map<String, Tensor> tensors = Checkpoint.read(file).tensors();

    assertThat(tensors.keySet()).containsExactly("fc.weight", "fc.bias");
    assertThat(tensors.get("fc.weight").shape()).isEqualTo(Shape.of(2, 3));
    assertThat(tensors.get("fc.weight").data()).containsExactly(SIX);
    assertThat(tensors.get("fc.bias").data()).containsExactly(4, 5);
  }

  @ParameterizedTest
  @EnumSource
  void stridesAreFollowed(Container container) {
    long[] sizes = {3, 2};
    assertThat(
            read(container, p -> p.tensor(CheckpointTest::six, 0, sizes, new long[] {1, 3})).data())
        .containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(
            read(
                    container,
                    p -> p.tensor(CheckpointTest::six, 1, new long[] {2, 1}, new long[] {4, 99}))
                .data())
        .containsExactly(1, 5);
    assertThat(
            read(container, p -> p.tensor(CheckpointTest::six, 2, sizes, new long[] {0, 1})).data())
        .containsExactly(2, 3, 2, 3, 2, 3);
    Tensor scalar =
        read(container, p -> p.tensor(CheckpointTest::six, 5, new long[0], new long[0]));
    assertThat(scalar.shape().rank()).isZero();
    assertThat(scalar.data()).containsExactly(5);
  }

  /** Before PyTorch 0.4, as parameters, and with a size that is a torch.Size. */
  @ParameterizedTest
  @EnumSource
  void olderAndOtherWaysToDescribeATensorAreRead(Container container) {
    Consumer<Pickle> old =
        p -> {
          p.global("torch._utils", "_rebuild_tensor").op(Opcode.MARK);
          six(p);
          p.number(1);
          p.global("torch", "Size").tuple(2).op(Opcode.TUPLE1).op(Opcode.REDUCE);
          p.tuple(2).op(Opcode.TUPLE).op(Opcode.REDUCE);
        };
    assertThat(read(container, old).data()).containsExactly(1, 3);
    assertThat(
            read(
                    container,
                    p -> {
                      p.global("torch._utils", "_rebuild_parameter").op(Opcode.MARK);
                      old.accept(p);
                      p.op(Opcode.NEWTRUE).ordered(none -> {}).op(Opcode.TUPLE).op(Opcode.REDUCE);
                    })
                .data())
        .containsExactly(1, 3);
  }

  @ParameterizedTest
  @EnumSource
  void everyTypeOfFloatsBecomesFloats(Container container) {
    Map<String, Container.Storage> storages = new LinkedHashMap<>();
    storages.put("h", storage(2, 4, b -> b.putShort((short) 0x3e00).putShort((short) 0x0001)));
    storages.put("b", storage(1, 2, b -> b.putShort((short) 0xff80)));
    storages.put("d", storage(1, 8, b -> b.putDouble(0.1)));
    byte[] object =
        Pickle.of(
            p ->
                p.dictionary(
                    d -> {
                      d.text("h").tensor(s -> s.storage("HalfStorage", "h", 2), 0, one(2), one(1));
                      d.text("b")
                          .tensor(s -> s.storage("BFloat16Storage", "b", 1), 0, one(1), one(1));
                      d.text("d")
                          .tensor(s -> s.storage("DoubleStorage", "d", 1), 0, one(1), one(1));
                    }));

    Map<String, Tensor> tensors = read(container.write(object, storages));

    assertThat(tensors.get("h").data()).containsExactly(1.5f, 0x1p-24f);
    assertThat(tensors.get("b").data()).containsExactly(Float.NEGATIVE_INFINITY);
    assertThat(tensors.get("d").data()).containsExactly(0.1f);
  }

  /** Momenta under numbers, a rate, a list, attributes of the dictionary, a counter. */
  @ParameterizedTest
  @EnumSource
  void whatIsSavedWithTheWeightsIsPassedOver(Container container) {
    for (String key : new String[] {"state_dict", "model_state_dict", "model"}) {
      byte[] object =
          Pickle.of(
              p ->
                  p.dictionary(
                      d -> {
                        d.text("epoch").number(46949796536608L);
                        d.text("optimizer").dictionary(o -> o.number(7).floats("0", 6));
                        d.text("rates").op(Opcode.EMPTY_LIST).real(0.1).op(Opcode.APPEND);
                        d.text("rng").floats("0", 6);
                        d.text(key)
                            .ordered(
                                w -> {
                                  w.text("bn.bias").floats("0", 6);
                                  w.text("bn.num_batches_tracked")
                                      .tensor(
                                          s -> s.storage("LongStorage", "1", 1),
                                          0,
                                          new long[0],
                                          new long[0]);
                                });
                        d.dictionary(a -> a.text("_metadata").op(Opcode.NONE)).op(Opcode.BUILD);
                      }));
      Map<String, Container.Storage> storages = new LinkedHashMap<>();
      storages.put("0", Container.floats(SIX));
      storages.put("1", storage(1, 8, b -> b.putLong(390)));
      assertThat(read(container.write(object, storages)).keySet()).containsExactly("bn.bias");
    }
  }

  /** The older format's view of a part of a storage, which a tensor counts its offset from. */
  @Test
  void aPartOfAStorageIsRead() {
    Consumer<Pickle> part =
        p ->
            p.op(Opcode.MARK)
                .text("storage")
                .global("torch", "FloatStorage")
                .text("0")
                .text("cpu")
                .number(6)
                .op(Opcode.MARK)
                .text("view")
                .number(2)
                .number(3)
                .op(Opcode.TUPLE)
                .op(Opcode.TUPLE)
                .op(Opcode.BINPERSID);
    assertThat(
            read(Container.STREAM, p -> p.tensor(part, 1, new long[] {2}, new long[] {1})).data())
        .containsExactly(3, 4);
  }

  @Test
  void bigEndianZipsAreRead() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a/data.pkl", Pickle.of(p -> p.dictionary(d -> d.text("w").floats("0", 1))));
    entries.put("a/byteorder", "big".getBytes());
    entries.put("a/data/0", ByteBuffer.allocate(4).putFloat(2.5f).array());
    assertThat(read(Container.zip(entries)).get("w").data()).containsExactly(2.5f);
  }

  /** Protocol 4 names functions on the stack, and remembers without numbers. */
  @Test
  void newerProtocolsAreRead() {
    byte[] object =
        new Pickle()
            .op(Opcode.PROTO)
            .raw(4)
            .op(Opcode.FRAME)
            .raw(new int[8])
            .op(Opcode.EMPTY_DICT)
            .op(Opcode.MEMOIZE)
            .op(Opcode.SHORT_BINUNICODE)
            .raw(1, 'w')
            .op(Opcode.MEMOIZE)
            .bytes();
    byte[] tensor =
        new Pickle()
            .op(Opcode.SHORT_BINUNICODE)
            .raw(12)
            .raw("torch._utils".chars().toArray())
            .op(Opcode.SHORT_BINUNICODE)
            .raw(18)
            .raw("_rebuild_tensor_v2".chars().toArray())
            .op(Opcode.STACK_GLOBAL)
            .op(Opcode.MARK)
            .storage("FloatStorage", "0", 6)
            .number(0)
            .tuple(6)
            .tuple(1)
            .op(Opcode.NEWFALSE)
            .ordered(none -> {})
            .op(Opcode.TUPLE)
            .op(Opcode.REDUCE)
            .op(Opcode.SETITEM)
            .op(Opcode.STOP)
            .bytes();
    byte[] both =
        ByteBuffer.allocate(object.length + tensor.length).put(object).put(tensor).array();
    assertThat(read(Container.ZIP.write(both, SIX)).get("w").data()).containsExactly(SIX);
  }

  /** Values that Python's modules pickle and struct read from the files. */
  @Test
  void filesOfPyTorchAreRead() {
    Path weights = TestData.folder().resolve("weights");
    Map<String, Tensor> mnist = Checkpoint.read(weights.resolve("mnist.pt")).tensors();
    assertThat(mnist).hasSize(18).doesNotContainKey("norm1.num_batches_tracked");
    assertThat(mnist.get("fc1.weight").shape()).isEqualTo(Shape.of(32, 11616));
    assertThat(mnist.get("conv1.bias").data())
        .startsWith(0.1337510198354721f, -0.029866725206375122f, 0.02751488983631134f);
    assertThat(mnist.get("fc1.weight").data())
        .endsWith(-0.017464529722929f, -0.0062899840995669365f, -0.01694413833320141f);

    Map<String, Tensor> cifar10 =
        Checkpoint.read(weights.resolve("resnet20-12fca82f.th")).tensors();
    assertThat(cifar10).hasSize(97);
    assertThat(cifar10.get("module.conv1.weight").data())
        .startsWith(-0.13818146288394928f, -0.1624176800251007f, 0.8207383155822754f)
        .endsWith(0.26224276423454285f, 0.6991925239562988f, 0.3087101876735687f);
    assertThat(cifar10.get("module.layer3.1.bn2.running_var").data())
        .startsWith(0.3998515009880066f, 0.30010443925857544f, 0.33538898825645447f);

    Map<String, Tensor> cifar100 =
        Checkpoint.read(weights.resolve("resnet20_cifar100.pth")).tensors();
    assertThat(cifar100).hasSize(112);
    assertThat(cifar100.get("module.linear.bias").data())
        .startsWith(-0.03310423716902733f, -0.02423628233373165f, 0.015884287655353546f)
        .endsWith(-0.02746707573533058f, 0.02719227969646454f, 0.014863265678286552f);
  }

  private static Tensor read(Container container, Consumer<Pickle> tensor) {
    byte[] object = Pickle.of(p -> p.dictionary(d -> tensor.accept(d.text("w"))));
    return read(container.write(object, SIX)).get("w");
  }

  private static Map<String, Tensor> read(byte[] file) {
    return Checkpoint.fromBytes(file, "bytes").tensors();
  }

  private static long[] one(long value) {
    return new long[] {value};
  }

  private static Container.Storage storage(long elements, int bytes, Consumer<ByteBuffer> content) {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    content.accept(buffer);
    return new Container.Storage(elements, buffer.array());
  }

  private static void six(Pickle pickle) {
    pickle.storage("FloatStorage", "0", SIX.length);
  }
}
