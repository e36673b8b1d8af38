package io.dfsnet.nn.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.Hostile;
import io.dfsnet.nn.Mutations;
import io.dfsnet.nn.Seeds;
import io.dfsnet.nn.TestData;
import io.dfsnet.nn.file.FileFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a checkpoint asks for, it is read or refused, and nothing is run. */
class HostileCheckpointTest {
  private static final float[] SIX = {0, 1, 2, 3, 4, 5};

  /**
   * What Python's pickle writes, from protocol 1 to 5, for {@code {"state_dict": x}} where x
   * reduces to {@code os.system("touch /tmp/dfsnet-was-here")}.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "7d7100580a00000073746174655f64696374710163706f7369780a73797374656d0a710228581a000000746f756368202f746d702f6466736e65742d7761732d686572657103747104527105732e",
        "80027d7100580a00000073746174655f64696374710163706f7369780a73797374656d0a7102581a000000746f756368202f746d702f6466736e65742d7761732d686572657103857104527105732e",
        "80049545000000000000007d948c0a73746174655f64696374948c05706f736978948c0673797374656d9493948c1a746f756368202f746d702f6466736e65742d7761732d686572659485945294732e",
        "80059545000000000000007d948c0a73746174655f64696374948c05706f736978948c0673797374656d9493948c1a746f756368202f746d702f6466736e65742d7761732d686572659485945294732e"
      })
  void aCallOfTheSystemIsRefusedByItsName(String python) {
    for (Container container : Container.values()) {
      assertRefused(
          container.write(HexFormat.of().parseHex(python), SIX),
          "asks for \"posix.system\", which is not in the list of what a checkpoint may name");
    }
    assertThat(Path.of("/tmp/dfsnet-was-here")).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource
  void otherWaysToCallAreRefusedToo(Container container) {
    assertRefused(container, p -> p.global("builtins", "eval"), "asks for \"builtins.eval\"");
    assertRefused(container, p -> p.global("torch", "load"), "asks for \"torch.load\"");
    assertRefused(
        container, p -> p.global("torch._utils", "x\u0007y"), "asks for \"torch._utils.x?y\"");
    assertRefused(container, p -> p.op(Opcode.INST).raw('o', 's', '\n', 'f', '\n'), "\"os.f\"");
    // NEWOBJ, OBJ, EXT1.
    assertRefused(container, p -> p.raw(0x81), "instruction 0x81 is not one of a checkpoint's");
    assertRefused(container, p -> p.raw('o'), "instruction 0x6f is not one of a checkpoint's");
    assertRefused(container, p -> p.raw(0x82, 1), "instruction 0x82");
    assertRefused(
        container, p -> p.text("f").tuple().op(Opcode.REDUCE), "calls a text with a tuple");
    assertRefused(
        container,
        p -> p.floats("0", 6).dictionary(d -> {}).op(Opcode.BUILD),
        "gives attributes to a tensor");
  }

  @ParameterizedTest
  @EnumSource
  void tensorsStayInsideOfTheirStorage(Container container) {
    String outside = "a tensor reaches outside of storage \"0\", which has 6 elements";
    assertTensorRefused(container, 0, new long[] {7}, new long[] {1}, outside);
    assertTensorRefused(container, -1, new long[] {1}, new long[] {1}, outside);
    assertTensorRefused(container, 6, new long[] {1}, new long[] {1}, outside);
    assertTensorRefused(container, 1, new long[] {2, 3}, new long[] {3, 1}, outside);
    assertTensorRefused(container, 0, new long[] {3}, new long[] {Long.MAX_VALUE}, outside);
    assertTensorRefused(container, Long.MAX_VALUE, new long[] {1}, new long[] {1}, outside);
    String numbers = "sizes and strides are at least 0 and it has less than 2^31 elements";
    assertTensorRefused(container, 0, new long[] {-1}, new long[] {1}, numbers);
    assertTensorRefused(container, 0, new long[] {2}, new long[] {-1}, numbers);
    assertTensorRefused(container, 0, new long[] {65536, 65536}, new long[] {0, 0}, numbers);
    assertTensorRefused(container, 0, new long[] {2}, new long[] {}, "1 sizes and 0 strides");
    assertTensorRefused(container, 0, new long[9], new long[9], "at most 8 axes");
    assertTensorRefused(container, 0, new long[] {0}, new long[] {1}, "tensor \"w\": is empty");
    assertTensorRefused(
        container,
        0,
        new long[] {1 << 30},
        new long[] {0},
        "more elements than the file has bytes");
  }

  @ParameterizedTest
  @EnumSource
  void storagesAreThoseOfTheFile(Container container) {
    assertRefused(
        container,
        p -> p.dictionary(d -> d.text("w").floats("0", Integer.MAX_VALUE)),
        "storage \"0\" has 2147483647 elements of 4 bytes");
    assertRefused(
        container,
        p -> p.dictionary(d -> d.text("w").floats("0", -1)),
        "storage \"0\" has -1 elements");
    assertRefused(
        container,
        p -> p.dictionary(d -> d.text("w").floats("0", 6).text("v").floats("0", 5)),
        "storage \"0\" is described in two ways");
    assertRefused(container, p -> p.dictionary(d -> d.text("w").floats("0", 5)), "it is damaged");
    assertRefused(
        container,
        p -> p.dictionary(d -> d.text("w").floats("../../x", 6)),
        container == Container.ZIP
            ? "storage \"../../x\" needs an entry of 24 bytes"
            : "lists a storage twice");
    assertRefused(
        container,
        p -> p.dictionary(d -> d.text("w").tuple(1, 2).op(Opcode.BINPERSID)),
        "refers to something outside of its pickle that is no storage");
  }

  @ParameterizedTest
  @EnumSource
  void weightsAreFloatsByName(Container container) {
    assertRefused(container, p -> p.floats("0", 6), "found a tensor; save model.state_dict()");
    assertRefused(container, p -> p.dictionary(d -> {}), "tensors by name, found none");
    assertRefused(
        container,
        p -> p.dictionary(d -> d.text("a").op(Opcode.NONE).text("b\n").number(1)),
        "found \"a\" is None, \"b\\n\" is a whole number");
    assertRefused(
        container,
        p ->
            p.dictionary(
                d ->
                    d.text("w")
                        .tensor(
                            s -> s.storage("IntStorage", "0", 6),
                            0,
                            new long[] {6},
                            new long[] {1})),
        "tensor \"w\": holds the whole numbers of a IntStorage");
  }

  /** Each level holds the one before ten times; shared, so that memory stays small. */
  @ParameterizedTest
  @EnumSource
  void valuesThatAreUsedAgainAreNotCopied(Container container) {
    assertRefused(
        container,
        p -> {
          p.op(Opcode.EMPTY_TUPLE).op(Opcode.BINPUT).raw(0);
          for (int level = 1; level < 256; level++) {
            p.op(Opcode.MARK);
            for (int i = 0; i < 10; i++) {
              p.op(Opcode.BINGET).raw(level - 1);
            }
            p.op(Opcode.TUPLE).op(Opcode.BINPUT).raw(level);
          }
        },
        "found a tuple");
  }

  /** One list of pairs, from which a thousand dictionaries are made. */
  @ParameterizedTest
  @EnumSource
  void callsThatCopyWhatIsRememberedAreCounted(Container container) {
    assertRefused(
        container,
        p -> {
          p.global("collections", "OrderedDict").op(Opcode.BINPUT).raw(0);
          p.op(Opcode.EMPTY_LIST).op(Opcode.BINPUT).raw(1);
          for (int key = 0; key < 1000; key++) {
            p.tuple(key, key).op(Opcode.APPEND);
          }
          for (int call = 0; call < 1000; call++) {
            p.op(Opcode.BINGET).raw(0).op(Opcode.BINGET).raw(1).op(Opcode.TUPLE1).op(Opcode.REDUCE);
          }
        },
        "makes dictionaries of more than 131072 entries");
  }

  @ParameterizedTest
  @EnumSource
  void valuesThatHoldThemselvesAreHarmless(Container container) {
    Consumer<Pickle> loop =
        p ->
            p.op(Opcode.EMPTY_LIST)
                .op(Opcode.BINPUT)
                .raw(0)
                .op(Opcode.BINGET)
                .raw(0)
                .op(Opcode.APPEND);
    assertRefused(container, loop, "found a list");
    assertRefused(
        container, p -> p.dictionary(d -> loop.accept(d.text("w"))), "found \"w\" is a list");
    assertRefused(
        container,
        p ->
            p.op(Opcode.EMPTY_DICT)
                .op(Opcode.BINPUT)
                .raw(0)
                .text("state_dict")
                .op(Opcode.BINGET)
                .raw(0)
                .op(Opcode.SETITEM),
        "found \"state_dict\" is a dictionary");
  }

  @ParameterizedTest
  @EnumSource
  void deepAndWideStructuresAreBounded(Container container) {
    assertRefused(
        container, p -> p.raw(repeat(100_000, Opcode.MARK)), "its stack grows above 65536");
    assertRefused(
        container,
        p -> p.op(Opcode.EMPTY_TUPLE).raw(repeat(100_000, Opcode.TUPLE1)),
        "found a tuple");
    assertRefused(
        container,
        p -> p.op(Opcode.EMPTY_TUPLE).raw(repeat(200_000, Opcode.TUPLE1)),
        "describes more than 131072 values");
    assertRefused(
        container,
        p -> {
          for (int i = 0; i < 200_000; i++) {
            p.op(Opcode.EMPTY_DICT).op(Opcode.POP);
          }
        },
        "describes more than 131072 values");
    assertRefused(
        container,
        p -> p.op(Opcode.NONE).raw(repeat(200_000, Opcode.MEMOIZE)),
        "remembers more than 131072 values");
    assertRefused(
        container,
        p -> p.raw(alternate(9 << 20, Opcode.NONE, Opcode.POP)),
        "a pickle has at most 16777216 bytes");
  }

  @ParameterizedTest
  @EnumSource
  void lengthsAreThoseOfTheBytesThatAreThere(Container container) {
    assertRefused(container, p -> p.op(Opcode.BINUNICODE).int32(-1), "a text has at most 1048576");
    assertRefused(container, p -> p.op(Opcode.BINUNICODE).int32(1 << 19), "it is truncated");
    assertRefused(container, p -> p.op(Opcode.BINBYTES).int32(-1), "wants 4294967295 more bytes");
    assertRefused(
        container,
        p -> p.op(Opcode.BINUNICODE8).int32(0).int32(Integer.MIN_VALUE),
        "a text has at most");
    assertRefused(container, p -> p.op(Opcode.BINUNICODE).int32(1).raw(0xff), "is not UTF-8");
    assertRefused(container, p -> p.op(Opcode.GLOBAL).raw(repeat(600, Opcode.DUP)), "a name has");
    assertRefused(container, p -> p.op(Opcode.PROTO).raw(6), "protocol 6 is newer than 5");
  }

  @ParameterizedTest
  @EnumSource
  void theStackIsNotLeft(Container container) {
    for (Opcode opcode :
        new Opcode[] {
          Opcode.POP,
          Opcode.DUP,
          Opcode.TUPLE1,
          Opcode.TUPLE3,
          Opcode.REDUCE,
          Opcode.BUILD,
          Opcode.SETITEM,
          Opcode.APPEND,
          Opcode.BINPERSID,
          Opcode.STACK_GLOBAL,
          Opcode.MEMOIZE
        }) {
      assertRefused(container, p -> p.op(opcode), "takes more from its stack than is there");
      assertRefused(
          container,
          p -> p.text("a").text("b").text("c").op(Opcode.MARK).op(opcode),
          "takes more from its stack than is there");
    }
    assertRefused(container, p -> p.op(Opcode.TUPLE), "above a mark where there is none");
    assertRefused(container, p -> p.op(Opcode.BINGET).raw(3), "recalls value 3");
    assertRefused(
        container,
        p -> p.op(Opcode.EMPTY_DICT).op(Opcode.MARK).text("k").op(Opcode.SETITEMS),
        "a key has no value");
  }

  @Test
  void zipsAreCheckpoints() throws IOException {
    byte[] pickle = Pickle.of(p -> p.dictionary(d -> d.text("w").floats("0", 6)));
    byte[] floats = Container.floats(SIX).bytes();
    assertRefused(Container.zip(Map.of("a.txt", pickle)), "is a zip file with 0 entries NAME/data");
    assertRefused(
        Container.zip(Map.of("a/data.pkl", pickle, "b/data.pkl", pickle)), "with 2 entries");
    assertRefused(Container.zip(Map.of("a/data.pkl", pickle)), "needs an entry of 24 bytes, none");
    assertRefused(
        Container.zip(Map.of("a/data.pkl", pickle, "a/data/0", Arrays.copyOf(floats, 20))),
        "needs an entry of 24 bytes, it has 20");
    assertRefused(
        Container.zip(
            Map.of("a/data.pkl", pickle, "a/data/0", floats, "a/byteorder", "middle".getBytes())),
        "little or big, found \"middle\"");
    assertRefused(bomb(), "is compressed or encrypted");
  }

  /** 64 MiB of zeros in 64 KiB. */
  private static byte[] bomb() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("a/data.pkl"));
      for (int i = 0; i < 64; i++) {
        zip.write(new byte[1 << 20]);
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void zipDirectoriesAreChecked() {
    byte[] good = good(Container.ZIP);
    int end = good.length - 22;
    ByteBuffer buffer = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN);
    int directory = buffer.getInt(end + 16);
    assertRefused(with(good, end + 12, 1 << 20), "its zip directory is damaged or truncated");
    assertRefused(with(good, end + 12, 1 << 30), "at most 4194304 bytes is read");
    assertRefused(with(good, end + 16, -1), "its zip directory is damaged");
    assertRefused(with(good, end + 16, directory + 1), "its zip directory is damaged");
    assertRefused(with(good, directory + 42, 7), "is not where the directory says");
    assertRefused(with(good, directory + 42, -1), "its zip directory is damaged");
    assertRefused(
        with(with(good, directory + 20, 1 << 20), directory + 24, 1 << 20),
        "reaches behind the end of the file");
    assertRefused(with(good, end, 0), "begins as a zip file and has no directory at its end");
  }

  @ParameterizedTest
  @EnumSource
  void everyShorterFileIsRefused(Container container) {
    byte[] good = good(container);
    assertThat(Checkpoint.fromBytes(good, "good").tensors()).hasSize(2);
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> Checkpoint.fromBytes(cut, "cut"))
          .as("%d of %d bytes", length, good.length)
          .isInstanceOf(FileFormatException.class)
          .hasMessageStartingWith("cut: ");
    }
  }

  @ParameterizedTest
  @EnumSource
  void damagedBytesAreReadOrRefused(Container container) {
    byte[] good = good(container);
    for (int seed = 0; seed < 4_000; seed++) {
      byte[] mutant = Mutations.mutate(good, Seeds.random(seed, "checkpoint"));
      try {
        Hostile.readOrRefused(
            FileFormatException.class, () -> Checkpoint.fromBytes(mutant, "mutant"));
      } catch (RuntimeException | Error fault) {
        throw new AssertionError(container + ", seed " + seed, fault);
      }
    }
  }

  /** Real files, cut short at places of every kind. */
  @Test
  void cutFilesOfPyTorchAreRefused() throws IOException {
    Path weights = TestData.folder().resolve("weights");
    for (String name : new String[] {"mnist.pt", "resnet20_cifar100.pth"}) {
      byte[] whole = Files.readAllBytes(weights.resolve(name));
      for (int i = 0; i < 200; i++) {
        assertRefused(Arrays.copyOf(whole, (int) ((long) whole.length * i / 200)), "");
      }
    }
  }

  /** Two tensors, strided and plain, with training state around them. */
  static byte[] good(Container container) {
    byte[] object =
        Pickle.of(
            p ->
                p.dictionary(
                    d ->
                        d.text("epoch")
                            .number(3)
                            .text("state_dict")
                            .ordered(
                                w ->
                                    w.text("w")
                                        .tensor(
                                            s -> s.storage("FloatStorage", "0", 6),
                                            0,
                                            new long[] {3, 2},
                                            new long[] {1, 3})
                                        .text("b")
                                        .tensor(
                                            s -> s.storage("HalfStorage", "1", 2),
                                            1,
                                            new long[] {1},
                                            new long[] {1}))));
    Map<String, Container.Storage> storages = new LinkedHashMap<>();
    storages.put("0", Container.floats(SIX));
    storages.put("1", new Container.Storage(2, new byte[4]));
    return container.write(object, storages);
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    byte[] changed = bytes.clone();
    ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    return changed;
  }

  private static int[] repeat(int times, Opcode opcode) {
    int[] codes = new int[times];
    Arrays.fill(codes, opcode.code());
    return codes;
  }

  private static int[] alternate(int times, Opcode first, Opcode second) {
    int[] codes = new int[2 * times];
    Arrays.setAll(codes, i -> (i % 2 == 0 ? first : second).code());
    return codes;
  }

  private static void assertTensorRefused(
      Container container, long offset, long[] sizes, long[] strides, String rule) {
    assertRefused(
        container,
        p ->
            p.dictionary(
                d ->
                    d.text("w")
                        .tensor(s -> s.storage("FloatStorage", "0", 6), offset, sizes, strides)),
        rule);
  }

  /** With a storage of six floats, if the object has one. */
  private static void assertRefused(Container container, Consumer<Pickle> object, String rule) {
    byte[] pickle = Pickle.of(object);
    boolean refers = new String(pickle, StandardCharsets.ISO_8859_1).contains("Storage\n");
    Map<String, Container.Storage> none = Map.of();
    assertRefused(refers ? container.write(pickle, SIX) : container.write(pickle, none), rule);
  }

  private static void assertRefused(byte[] file, String rule) {
    assertThatThrownBy(() -> Checkpoint.fromBytes(file, "x.pt"))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith("x.pt: ")
        .hasMessageContaining(rule)
        .satisfies(thrown -> assertThat(thrown.getMessage()).hasSizeLessThan(1000));
  }
}
