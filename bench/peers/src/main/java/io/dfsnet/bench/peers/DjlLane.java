package io.dfsnet.bench.peers;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.training.GradientCollector;
import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import java.util.Arrays;

/** PyTorch through the Deep Java Library: its arrays, its autograd, its blocks and trainer. */
final class DjlLane implements Lane {
  static final String ENGINE = "PyTorch";

  private final Engine engine;
  private final NDManager manager;

  DjlLane(int threads) {
    // Read when the engine loads: no look at the network, neither for models nor to report use.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    this.engine = Engine.getEngine(ENGINE);
    this.manager = NDManager.newBaseManager(Device.cpu(), ENGINE);
  }

  @Override
  public String library() {
    return "DJL " + Engine.getDjlVersion() + ", PyTorch " + engine.getVersion();
  }

  @Override
  public Job prepare(Work work) {
    return switch (work) {
      case Work.Forward(Conv2dGeometry geometry) -> forward(geometry);
      case Work.Backward(Conv2dGeometry geometry) -> backward(geometry);
      case Work.Product sizes -> product(sizes);
      case Work.Inference(String network, int batch) -> inference(network, batch);
      case Work.Training training -> new DjlTraining(training);
    };
  }

  private Job forward(Conv2dGeometry g) {
    NDManager own = manager.newSubManager();
    NDArray input = own.create(Values.input(g), shape(g.inShape()));
    NDArray weights = own.create(Values.weights(g), shape(g.weightShape()));
    return new Eager(own) {
      @Override
      NDArray compute() {
        return convolution(input, weights, g);
      }
    };
  }

  /**
   * The library gives no way to start from a gradient: the loss is the sum of the output, weighted
   * with it, whose own cost is measured too.
   */
  private Job backward(Conv2dGeometry g) {
    NDManager own = manager.newSubManager();
    NDArray input = own.create(Values.input(g), shape(g.inShape()));
    NDArray weights = own.create(Values.weights(g), shape(g.weightShape()));
    NDArray gradOutput = own.create(Values.gradOutput(g), shape(g.outShape()));
    input.setRequiresGradient(true);
    weights.setRequiresGradient(true);
    return new Job() {
      @Override
      public void run() {
        try (GradientCollector collector = engine.newGradientCollector();
            NDArray output = convolution(input, weights, g);
            NDArray weighted = output.mul(gradOutput);
            NDArray loss = weighted.sum()) {
          collector.backward(loss);
        }
      }

      @Override
      public float[] output() {
        run();
        return Values.join(
            input.getGradient().toFloatArray(), weights.getGradient().toFloatArray());
      }

      @Override
      public void close() {
        own.close();
      }
    };
  }

  private Job product(Work.Product sizes) {
    NDManager own = manager.newSubManager();
    NDArray left = own.create(Values.left(sizes), new Shape(sizes.m(), sizes.k()));
    NDArray right = own.create(Values.right(sizes), new Shape(sizes.k(), sizes.n()));
    return new Eager(own) {
      @Override
      NDArray compute() {
        return left.matMul(right);
      }
    };
  }

  private Job inference(String name, int batch) {
    Model model = Folding.of(Networks.model(name));
    Network network = model.network();
    NDManager own = manager.newSubManager();
    var block = new DjlNetwork(model);
    Shape sizes = shape(Networks.imageShape(network, batch));
    block.initialize(own, ai.djl.ndarray.types.DataType.FLOAT32, sizes);
    block.load();
    NDArray images = own.create(Networks.images(network, batch), sizes);
    var parameters = new ai.djl.training.ParameterStore(own, false);
    return new Eager(own) {
      @Override
      NDArray compute() {
        return block.forward(parameters, new NDList(images), false).singletonOrThrow();
      }
    };
  }

  private static NDArray convolution(NDArray input, NDArray weights, Conv2dGeometry g) {
    return Conv2d.conv2d(
            input,
            weights,
            null,
            new Shape(g.strideHeight(), g.strideWidth()),
            new Shape(g.padHeight(), g.padWidth()),
            new Shape(g.dilationHeight(), g.dilationWidth()),
            g.groups())
        .singletonOrThrow();
  }

  static Shape shape(io.dfsnet.engine.Shape shape) {
    return new Shape(Arrays.stream(shape.toArray()).asLongStream().toArray());
  }

  /** An expression over arrays of a manager of its own. */
  private abstract static class Eager implements Job {
    private final NDManager own;

    Eager(NDManager own) {
      this.own = own;
    }

    abstract NDArray compute();

    @Override
    public void run() {
      compute().close();
    }

    @Override
    public float[] output() {
      try (NDArray result = compute()) {
        return result.toFloatArray();
      }
    }

    @Override
    public void close() {
      own.close();
    }
  }
}
