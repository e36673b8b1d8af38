package io.dfsnet.bench.peers;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Shape;
import java.io.IOException;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** PyTorch, one operation after another as Python calls them; every result is a new tensor. */
final class TorchLane implements Lane {

  /** How maps lie in memory. */
  enum Layout {
    NCHW(MemoryFormat.Contiguous),
    CHANNELS_LAST(MemoryFormat.ChannelsLast);

    private final MemoryFormat format;

    Layout(MemoryFormat format) {
      this.format = format;
    }
  }

  private static final long[] NO_OUTPUT_PADDING = {0, 0};

  private final Layout layout;

  TorchLane(Layout layout, int threads) {
    this.layout = layout;
    torch.set_num_threads(threads);
  }

  @Override
  public String library() {
    try {
      return "PyTorch " + Loader.getVersion("org.bytedeco", "pytorch");
    } catch (IOException unreadable) {
      throw new PeersException("torch: its jar does not tell its version", unreadable);
    }
  }

  @Override
  public Job prepare(Work work) {
    // Holds the operands until the job is closed; each run has a scope of its own for its results.
    var scope = new PointerScope();
    try {
      return switch (work) {
        case Work.Forward(Conv2dGeometry geometry) -> forward(geometry, scope);
        case Work.Backward(Conv2dGeometry geometry) -> backward(geometry, scope);
        case Work.Product product when layout == Layout.NCHW -> product(product, scope);
        case Work.Product _ -> throw new UnsupportedWorkException("the same as the lane torch");
        case Work.Inference(String network, int batch) -> inference(network, batch, scope);
        case Work.Training training -> new TorchTraining(training, layout.format, scope);
      };
    } catch (RuntimeException refused) {
      scope.close();
      throw refused;
    }
  }

  private Job forward(Conv2dGeometry g, PointerScope scope) {
    var noGradients = new NoGradGuard();
    Tensor input = map(g.inShape(), Values.input(g));
    Tensor weights = map(g.weightShape(), Values.weights(g));
    var noBias = new TensorOptional();
    return new TorchJob(
        scope,
        () -> {
          Tensor output =
              torch.convolution(
                  input,
                  weights,
                  noBias,
                  strides(g),
                  padding(g),
                  dilations(g),
                  false,
                  NO_OUTPUT_PADDING,
                  g.groups());
          return new Tensor[] {output};
        },
        noGradients);
  }

  private Job backward(Conv2dGeometry g, PointerScope scope) {
    var noGradients = new NoGradGuard();
    Tensor input = map(g.inShape(), Values.input(g));
    Tensor weights = map(g.weightShape(), Values.weights(g));
    Tensor gradOutput = map(g.outShape(), Values.gradOutput(g));
    var noBias = new LongArrayRefOptional();
    var inputAndWeights = new BoolPointer(3).put(0, true).put(1, true).put(2, false);
    return new TorchJob(
        scope,
        () -> {
          var gradients =
              torch.convolution_backward(
                  gradOutput,
                  input,
                  weights,
                  noBias,
                  strides(g),
                  padding(g),
                  dilations(g),
                  false,
                  NO_OUTPUT_PADDING,
                  g.groups(),
                  inputAndWeights);
          return new Tensor[] {gradients.get0(), gradients.get1()};
        },
        noGradients);
  }

  private Job inference(String name, int batch, PointerScope scope) {
    var noGradients = new NoGradGuard();
    var model = Folding.of(Networks.model(name));
    var network = new TorchNetwork(model, layout.format);
    Tensor images =
        map(Networks.imageShape(model.network(), batch), Networks.images(model.network(), batch));
    return new TorchJob(scope, () -> new Tensor[] {network.run(images)}, noGradients);
  }

  private Job product(Work.Product sizes, PointerScope scope) {
    var noGradients = new NoGradGuard();
    Tensor left = Tensor.create(Values.left(sizes), sizes.m(), sizes.k());
    Tensor right = Tensor.create(Values.right(sizes), sizes.k(), sizes.n());
    return new TorchJob(scope, () -> new Tensor[] {torch.mm(left, right)}, noGradients);
  }

  private Tensor map(Shape shape, float[] values) {
    return Tensor.create(values, TorchNetwork.sizes(shape)).contiguous(layout.format);
  }

  private static long[] strides(Conv2dGeometry g) {
    return new long[] {g.strideHeight(), g.strideWidth()};
  }

  private static long[] padding(Conv2dGeometry g) {
    return new long[] {g.padHeight(), g.padWidth()};
  }

  private static long[] dilations(Conv2dGeometry g) {
    return new long[] {g.dilationHeight(), g.dilationWidth()};
  }
}
