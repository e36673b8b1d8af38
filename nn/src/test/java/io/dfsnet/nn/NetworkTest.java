package io.dfsnet.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkTest {
  @Test
  void nodesStandInOrderFromTheInputToTheOutput() {
    Network network = small("n").build();

    assertThat(network.nodes()).extracting(Node::name).containsExactly("input", "a", "b", "sum");
    assertThat(network.input().name()).isEqualTo("input");
    assertThat(network.output().name()).isEqualTo("sum");
    assertThat(network.shape("sum")).isEqualTo(Shape.of(3, 4, 5));
    assertThat(network.groups()).isEqualTo(1);
  }

  @Test
  void consumersAreListedOncePerReading() {
    Network.Builder builder = Network.builder("twice");
    String x = builder.input(1, 2, 2);
    builder.add("sum", new Op.Add(), x, x);
    Network network = builder.build();

    assertThat(network.consumers(network.input()))
        .extracting(Node::name)
        .containsExactly("sum", "sum");
    assertThat(network.consumers(network.output())).isEmpty();
  }

  @Test
  void equalNetworksHaveEqualNamesGroupsAndNodes() {
    Network network = small("n").build();

    assertThat(network).isEqualTo(small("n").build()).hasSameHashCodeAs(small("n").build());
    assertThat(network).isNotEqualTo(small("m").build());
    assertThat(network).isNotEqualTo(fill(Network.builder("n", 2)).build());
    Network.Builder longer = small("n");
    longer.add("more", new Op.Relu(), "sum");
    assertThat(network).isNotEqualTo(longer.build());
  }

  @Test
  void nodesOfAnotherNetworkCanBeAdded() {
    Network original = small("n").build();
    Network.Builder copy = Network.builder("n");
    original.nodes().forEach(copy::add);

    assertThat(copy.build()).isEqualTo(original);
  }

  @Test
  void whatDoesNotFitIsRefusedAtOnce() {
    assertThatThrownBy(() -> Network.builder("n").build())
        .isInstanceOf(NetworkException.class)
        .hasMessage("network 'n': has no nodes");
    assertThatThrownBy(() -> Network.builder("n", 0))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("groups must be at least 1");
    assertThatThrownBy(() -> small("n").add("a", new Op.Relu(), "sum"))
        .isInstanceOf(NetworkException.class)
        .hasMessage("network 'n': the name 'a' is taken");
    assertThatThrownBy(() -> small("n").add("c", new Op.Relu(), "later"))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("no node 'later' stands before its reader");
    assertThatThrownBy(() -> small("n").add("second", new Op.Input(1, 2, 2)))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("the first node is the input, and only that");
    assertThatThrownBy(() -> Network.builder("n").add("a", new Op.Relu(), "input"))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("the first node is the input, and only that");
    assertThatThrownBy(() -> small("n").build().node("nowhere"))
        .isInstanceOf(NetworkException.class)
        .hasMessage("network 'n': has no node 'nowhere'");
  }

  @Test
  void onlyTheLastNodeMayEnd() {
    Network.Builder builder = small("n");
    builder.add("c", new Op.Relu(), "a");

    assertThatThrownBy(builder::build)
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("nothing reads 'sum'");
  }

  @Test
  void aNodeHasANameOfBoundedLength() {
    for (String name : List.of("", " ", "x".repeat(201))) {
      assertThatThrownBy(() -> new Node(name, new Op.Relu(), List.of("input")))
          .isInstanceOf(NetworkException.class)
          .hasMessageContaining("1 to 200 characters");
    }
  }

  private static Network.Builder small(String name) {
    return fill(Network.builder(name));
  }

  private static Network.Builder fill(Network.Builder builder) {
    String x = builder.input(3, 4, 5);
    String a = builder.add("a", new Op.Relu(), x);
    String b = builder.add("b", new Op.Relu6(), x);
    builder.add("sum", new Op.Add(), a, b);
    return builder;
  }
}
