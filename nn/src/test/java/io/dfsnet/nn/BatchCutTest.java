package io.dfsnet.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import org.junit.jupiter.api.Test;

class BatchCutTest {
  private static final Network RESNET = Models.create("resnet56", 10, 3, 32, 32, Shortcut.PAD);

  @Test
  void asManyImagesAsTheCacheHoldsGoTogether() {
    // An addend, an input and an output of 16 channels of 32x32 are 192 KiB.
    assertThat(BatchCut.of(RESNET, 32, 1)).isEqualTo(new BatchCut(4, 1));
    assertThat(BatchCut.of(RESNET, 9, 1)).isEqualTo(new BatchCut(3, 1));
  }

  @Test
  void threadsTakeSlicesWhereThatKeepsThemBusy() {
    assertThat(BatchCut.of(RESNET, 32, 2)).isEqualTo(new BatchCut(4, 2));
    assertThat(BatchCut.of(RESNET, 4, 2)).isEqualTo(new BatchCut(2, 2));
    assertThat(BatchCut.of(RESNET, 2, 2)).isEqualTo(new BatchCut(1, 2));
    assertThat(BatchCut.of(RESNET, 3, 2).replicas()).isEqualTo(1);
    assertThat(BatchCut.of(RESNET, 2, 8).replicas()).isEqualTo(1);
  }

  /** Its weights are far larger than its maps: every slice would read them again. */
  @Test
  void whereWeightsWeighMostTheBatchStaysWhole() {
    var vgg = Models.create("vgg16bn", 1000, 3, 32, 32, Shortcut.PAD);
    assertThat(BatchCut.of(vgg, 8, 1)).isEqualTo(new BatchCut(8, 1));
  }

  /** Maps of 224x224 make 1.3 GB of a hundred images. */
  @Test
  void largeMapsBoundASlice() {
    var vgg = Models.create("vgg16bn", 1000, 3, 224, 224, Shortcut.PAD);
    assertThat(BatchCut.of(vgg, 100, 1)).isEqualTo(new BatchCut(10, 1));
    assertThat(BatchCut.of(vgg, 100, 4)).isEqualTo(new BatchCut(2, 4));
  }

  @Test
  void thereAreNoMoreReplicasThanSlices() {
    assertThat(BatchCut.of(RESNET, 15, 16)).isEqualTo(new BatchCut(1, 15));
  }

  @Test
  void aSingleImageAndAShardAreOneSlice() {
    assertThat(BatchCut.of(RESNET, 1, 2)).isEqualTo(new BatchCut(1, 1));
    var net = Network.builder("shard");
    String x = net.add("conv", Op.Conv2d.square(2, 2, 3, 1, 1, 1), net.input(2, 64, 64));
    net.add("gather", new Op.Exchange(Op.Exchange.Kind.ALL_GATHER, 2, 0, Shape.of(4, 64, 64)), x);
    assertThat(BatchCut.of(net.build(), 32, 2)).isEqualTo(new BatchCut(32, 1));
  }
}
