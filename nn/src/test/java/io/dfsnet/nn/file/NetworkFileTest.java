package io.dfsnet.nn.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.EveryOp;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Mutations;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Seeds;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NetworkFileTest {
  private static final String KEY = "dfsnet.network";

  @TempDir Path folder;

  @Test
  void everyOperationComesBackAsItWas() {
    assertThat(EveryOp.ops(EveryOp.network()))
        .containsExactlyInAnyOrder(Op.class.getPermittedSubclasses());
    assertRoundTrip(Model.initial(EveryOp.network(), 5));
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfExchangeComesBackAsItWas(Op.Exchange.Kind kind) {
    Network.Builder network = Network.builder("exchange", 3);
    network.add("meet", new Op.Exchange(kind, 3, 2, Shape.of(12)), network.input(4, 1, 1));
    assertRoundTrip(Model.initial(network.build(), 0));
  }

  @ParameterizedTest
  @EnumSource
  void knownModelsComeBackAsTheyWere(Shortcut shortcut) throws IOException {
    Model model = Model.initial(Models.create("resnet20", 100, 3, 32, 32, shortcut), 3);
    Path file = folder.resolve("model.safetensors");
    NetworkFile.write(file, model);

    assertThat(Files.readAllBytes(file)).isEqualTo(NetworkFile.toBytes(model));
    assertEqual(NetworkFile.read(file), model);
  }

  @Test
  void theSameModelGivesTheSameBytesWhateverTheOrderOfItsWeights() {
    Model model = Model.initial(EveryOp.network(), 5);
    List<String> names = new ArrayList<>(model.weights().tensors().keySet());
    Collections.reverse(names);
    Map<String, io.dfsnet.engine.Tensor> reversed = new LinkedHashMap<>();
    names.forEach(name -> reversed.put(name, model.weights().get(name)));

    assertThat(NetworkFile.toBytes(new Model(model.network(), new Weights(reversed))))
        .isEqualTo(NetworkFile.toBytes(model));
  }

  @Test
  void tensorsWithoutAGraphAreRefusedWithTheMend() {
    assertThatThrownBy(() -> NetworkFile.fromBytes(SafeTensorsTest.sample().toBytes()))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("holds tensors but no graph")
        .hasMessageContaining("name the network that these weights belong to");
  }

  @Test
  void weightsThatDoNotFitTheGraphAreRefused() {
    SafeTensors file = SafeTensors.fromBytes(bytes(), "good");
    Map<String, io.dfsnet.engine.Tensor> fewer = new LinkedHashMap<>(file.tensors());
    fewer.remove("conv.bias");
    assertRefused(
        new SafeTensors(fewer, file.metadata()), "weights do not fit network every-op: conv.bias");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "\"version\":1; \"version\":2; has format version 2, this program reads version 1",
        "\"version\":1; \"version\":1,\"more\":0; member \"more\" is unknown",
        "\"groups\":2,\"nodes\"; \"groups\":0,\"nodes\"; key \"groups\" must be from 1",
        "\"name\":\"conv\"; \"name\":\"\"; a name has 1 to 200 printable characters",
        "\"name\":\"conv\"; \"name\":\"a\\u001b\"; a name has 1 to 200 printable characters",
        "\"op\":\"relu6\"; \"op\":\"gelu\"; node 'relu6': op: \"gelu\" is unknown",
        "\"op\":\"relu6\"; \"op\":\"relu6\",\"slope\":1; node 'relu6': member \"slope\" is unknown",
        "\"outChannels\":6; \"outChannels\":1048577; must be from 1 to 1048576",
        "\"outChannels\":6; \"outChannels\":5; not divisible by 2 groups",
        "\"kernel\":[3,2]; \"kernel\":[3]; 'kernel' holds 2 to 2 sizes, found 1",
        "\"kernel\":[3,2]; \"kernel\":[3,0]; 'kernel' must be from 1 to 1048576, found 0",
        "\"pad\":[2,1]; \"pad\":[-1,1]; 'pad' must be from 0 to 1048576, found -1",
        "\"epsilon\":0.00123; \"epsilon\":0; 'epsilon' must be above 0",
        "\"epsilon\":0.00123; \"epsilon\":1e999; 'epsilon' must be above 0",
        "\"kind\":\"allGather\"; \"kind\":\"ALL_GATHER\"; 'kind' is unknown",
        "\"group\":1; \"group\":2; key \"group\" must be from 0 to 1",
        "\"inputs\":[\"norm\"]; \"inputs\":[\"later\"]; no node 'later' stands before",
        "\"inputs\":[\"norm\"]; \"inputs\":[]; needs 1 inputs, found 0",
        "\"output\":[44,3,1]; \"output\":[46000,46000,1]; all nodes together give at most",
        "\"output\":[44,3,1]; \"output\":[1048576,1048576,1]; more elements than an array",
        "\"height\":13; \"height\":1048576; all nodes together give at most",
      })
  void graphsThatBreakARuleAreRefused(String original, String replacement, String rule) {
    SafeTensors file = SafeTensors.fromBytes(bytes(), "good");
    String graph = file.metadata().get(KEY);
    assertThat(graph).contains(original);
    String damaged =
        graph.replaceFirst(
            java.util.regex.Pattern.quote(original),
            java.util.regex.Matcher.quoteReplacement(replacement));

    assertRefused(new SafeTensors(file.tensors(), Map.of(KEY, damaged)), rule);
  }

  @Test
  void countsAreBounded() {
    String node = "{\"name\":\"n%d\",\"op\":\"relu\",\"inputs\":[\"%s\"]}";
    List<String> nodes = new ArrayList<>();
    nodes.add(
        "{\"name\":\"input\",\"op\":\"input\",\"channels\":1,\"height\":1,\"width\":1,\"inputs\":[]}");
    for (int i = 0; i < 9_999; i++) {
      nodes.add(node.formatted(i, i == 0 ? "input" : "n" + (i - 1)));
    }
    assertThat(NetworkFile.fromBytes(graph(nodes)).network().nodes()).hasSize(10_000);
    nodes.add(node.formatted(9_999, "n9998"));
    assertRefused(graph(nodes), "at most 10000 nodes are read, found 10001");

    String many = "\"input\",".repeat(1024) + "\"input\"";
    assertRefused(
        graph(
            List.of(
                nodes.getFirst(), "{\"name\":\"c\",\"op\":\"concat\",\"inputs\":[" + many + "]}")),
        "reads at most 1024 others");
  }

  /** Damage anywhere, and damage in the graph alone, which then reaches the deeper checks. */
  @Test
  void damagedBytesAreReadOrRefused() {
    byte[] good = bytes();
    SafeTensors file = SafeTensors.fromBytes(good, "good");
    byte[] graph = file.metadata().get(KEY).getBytes(StandardCharsets.UTF_8);
    Assertions.assertTimeout(
        Duration.ofSeconds(60),
        () -> {
          int read = 0;
          for (int seed = 0; seed < 3_000; seed++) {
            var random = Seeds.random(seed, "network file");
            byte[] mutant =
                seed % 4 == 0
                    ? Mutations.mutate(good, random)
                    : new SafeTensors(
                            file.tensors(),
                            Map.of(
                                KEY,
                                new String(
                                    Mutations.mutate(graph, random), StandardCharsets.ISO_8859_1)))
                        .toBytes();
            try {
              Model model = NetworkFile.fromBytes(mutant);
              assertEqual(NetworkFile.fromBytes(NetworkFile.toBytes(model)), model);
              read++;
            } catch (FileFormatException expected) {
              assertThat(expected.getMessage()).as("seed %d", seed).hasSizeLessThan(2000);
            } catch (RuntimeException | Error other) {
              throw new AssertionError("seed " + seed, other);
            }
          }
          assertThat(read).isBetween(10, 2_900);
        });
  }

  private static byte[] bytes() {
    return NetworkFile.toBytes(Model.initial(EveryOp.network(), 5));
  }

  private static byte[] graph(List<String> nodes) {
    String graph =
        "{\"version\":1,\"name\":\"n\",\"groups\":1,\"nodes\":[" + String.join(",", nodes) + "]}";
    return new SafeTensors(Map.of(), Map.of(KEY, Json.parse(graph, 1 << 24).toString())).toBytes();
  }

  private static void assertRoundTrip(Model model) {
    assertEqual(NetworkFile.fromBytes(NetworkFile.toBytes(model)), model);
  }

  private static void assertEqual(Model found, Model wanted) {
    assertThat(found.network()).isEqualTo(wanted.network());
    assertThat(found.weights().tensors()).hasSameSizeAs(wanted.weights().tensors());
    wanted
        .weights()
        .tensors()
        .forEach(
            (name, tensor) ->
                assertThat(found.weights().get(name).data()).isEqualTo(tensor.data()));
  }

  private static void assertRefused(SafeTensors file, String rule) {
    assertRefused(file.toBytes(), rule);
  }

  private static void assertRefused(byte[] bytes, String rule) {
    assertThatThrownBy(() -> NetworkFile.fromBytes(bytes))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith("model of " + bytes.length + " bytes: ")
        .hasMessageContaining(rule);
  }
}
