package io.dfsnet.bench.peers;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Convolution;
import io.dfsnet.engine.Engine;
import io.dfsnet.engine.Epilogue;
import io.dfsnet.engine.MatrixProduct;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Session;
import java.time.Duration;

/** Ours: the engine's public face, NCHW in and out, as any program would use it. */
final class DfsnetLane implements Lane {
  private final Workers workers;

  DfsnetLane(int threads) {
    this.workers = new Workers(threads);
  }

  @Override
  public String library() {
    return "DFSNet, " + Engine.describe();
  }

  @Override
  public Job prepare(Work work) {
    return switch (work) {
      case Work.Forward(Conv2dGeometry geometry) -> forward(geometry);
      case Work.Backward(Conv2dGeometry geometry) -> backward(geometry);
      case Work.Product product -> product(product);
      case Work.Inference(String network, int batch) -> inference(network, batch);
      case Work.Training training -> new DfsnetTraining(training, workers);
    };
  }

  double peak(Duration budget) {
    return Engine.measureFmaPeak(budget);
  }

  private Job forward(Conv2dGeometry geometry) {
    var convolution = Convolution.of(geometry);
    var weights = convolution.pack(Values.weights(geometry));
    float[] input = Values.input(geometry);
    float[] output = new float[geometry.outShape().elements()];
    return new Job() {
      @Override
      public void run() {
        convolution.forward(input, weights, Epilogue.NONE, output, workers);
      }

      @Override
      public float[] output() {
        run();
        return output;
      }

      @Override
      public String detail() {
        return convolution.forwardKernel();
      }
    };
  }

  private Job backward(Conv2dGeometry geometry) {
    var convolution = Convolution.of(geometry);
    float[] input = Values.input(geometry);
    float[] weights = Values.weights(geometry);
    float[] gradOutput = Values.gradOutput(geometry);
    float[] gradInput = new float[input.length];
    float[] gradWeights = new float[weights.length];
    return new Job() {
      @Override
      public void run() {
        convolution.backwardData(gradOutput, weights, gradInput, workers);
        convolution.backwardWeights(input, gradOutput, gradWeights, workers);
      }

      @Override
      public float[] output() {
        run();
        return Values.join(gradInput, gradWeights);
      }

      @Override
      public String detail() {
        return convolution.backwardDataKernel() + " and " + convolution.backwardWeightsKernel();
      }
    };
  }

  /** Both matrices are new each time, so neither is packed before. */
  private Job product(Work.Product sizes) {
    var product = MatrixProduct.of(sizes.m(), sizes.n(), sizes.k());
    float[] left = Values.left(sizes);
    float[] right = Values.right(sizes);
    float[] output = new float[sizes.m() * sizes.n()];
    return new Job() {
      @Override
      public void run() {
        product.multiply(left, right, output, workers);
      }

      @Override
      public float[] output() {
        run();
        return output;
      }

      @Override
      public String detail() {
        return product.kernel();
      }
    };
  }

  private Job inference(String name, int batch) {
    Model model = Networks.model(name);
    var network = model.network();
    Session session = Session.of(network, model.weights(), batch, workers);
    float[] images = Networks.images(network, batch);
    float[] logits = new float[network.shape(network.output()).prepend(batch).elements()];
    return new Job() {
      @Override
      public void run() {
        session.run(images, logits);
      }

      @Override
      public float[] output() {
        run();
        return logits;
      }
    };
  }

  @Override
  public void close() {
    workers.close();
  }
}
