package io.dfsnet.bench.peers;

import deepnetts.net.layers.ConvolutionalLayer;
import deepnetts.net.layers.InputLayer;
import deepnetts.net.layers.activation.ActivationType;
import deepnetts.util.Tensor;
import io.dfsnet.engine.Conv2dGeometry;

/** Deep Netts, scalar Java: its convolutional layer, which is dense and keeps the size of maps. */
final class DeepNettsLane implements Lane {

  @Override
  public String library() {
    return "Deep Netts 1.13.2";
  }

  @Override
  public Job prepare(Work work) {
    if (!(work instanceof Work.Forward(Conv2dGeometry g)) || !fits(g)) {
      throw new UnsupportedWorkException(
          "has dense convolutions of one image that keep its size, and no other work here");
    }
    var input = new InputLayer(g.inWidth(), g.inHeight(), g.inChannels());
    input.init();
    var layer =
        new ConvolutionalLayer(
            g.kernelWidth(), g.kernelHeight(), g.outChannels(), 1, ActivationType.LINEAR);
    layer.setPrevLayer(input);
    layer.init();
    layer.setBiases(new float[g.outChannels()]);
    fillFilters(layer, g);
    fill(input, g);
    return new Job() {
      @Override
      public void run() {
        layer.forward();
      }

      @Override
      public float[] output() {
        run();
        return values(layer.getOutputs(), g);
      }
    };
  }

  private static boolean fits(Conv2dGeometry g) {
    return g.n() == 1
        && g.groups() == 1
        && g.strideHeight() == 1
        && g.strideWidth() == 1
        && g.dilationHeight() == 1
        && g.dilationWidth() == 1
        && 2 * g.padHeight() + 1 == g.kernelHeight()
        && 2 * g.padWidth() + 1 == g.kernelWidth();
  }

  private static void fillFilters(ConvolutionalLayer layer, Conv2dGeometry g) {
    float[] weights = Values.weights(g);
    int from = 0;
    for (Tensor filter : layer.getFilters()) {
      for (int channel = 0; channel < g.inChannels(); channel++) {
        for (int row = 0; row < g.kernelHeight(); row++) {
          for (int column = 0; column < g.kernelWidth(); column++) {
            filter.set(row, column, channel, weights[from++]);
          }
        }
      }
    }
  }

  private static void fill(InputLayer layer, Conv2dGeometry g) {
    float[] values = Values.input(g);
    var map = new Tensor(g.inHeight(), g.inWidth(), g.inChannels());
    int from = 0;
    for (int channel = 0; channel < g.inChannels(); channel++) {
      for (int row = 0; row < g.inHeight(); row++) {
        for (int column = 0; column < g.inWidth(); column++) {
          map.set(row, column, channel, values[from++]);
        }
      }
    }
    layer.setInput(map);
  }

  private static float[] values(Tensor map, Conv2dGeometry g) {
    float[] values = new float[g.outShape().elements()];
    int to = 0;
    for (int channel = 0; channel < g.outChannels(); channel++) {
      for (int row = 0; row < g.outHeight(); row++) {
        for (int column = 0; column < g.outWidth(); column++) {
          values[to++] = map.get(row, column, channel);
        }
      }
    }
    return values;
  }
}
