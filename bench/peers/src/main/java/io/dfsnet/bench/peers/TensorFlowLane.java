package io.dfsnet.bench.peers;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

/** TensorFlow: a graph made once, channels last, weights constant. */
final class TensorFlowLane implements Lane {
  private final int threads;

  TensorFlowLane(int threads) {
    this.threads = threads;
  }

  @Override
  public String library() {
    return "TensorFlow " + TensorFlow.version();
  }

  @Override
  public Job prepare(Work work) {
    return switch (work) {
      case Work.Forward(Conv2dGeometry geometry) -> forward(geometry);
      case Work.Backward(Conv2dGeometry geometry) -> backward(geometry);
      case Work.Product product -> product(product);
      case Work.Inference(String network, int batch) -> inference(network, batch);
      case Work.Training _ ->
          throw new UnsupportedWorkException("training is not built for TensorFlow here");
    };
  }

  private Job forward(Conv2dGeometry g) {
    var run = new Run();
    var layers = new TensorFlowLayers(run.ops);
    Operand<TFloat32> input = run.feed(Values.input(g), g.inShape());
    run.fetch(layers.convolution(input, g, Values.weights(g)), g.outShape());
    return run.start(threads);
  }

  private Job backward(Conv2dGeometry g) {
    TensorFlowLayers.requireUndilated(g);
    var run = new Run();
    var layers = new TensorFlowLayers(run.ops);
    Operand<TFloat32> input = run.feed(Values.input(g), g.inShape());
    Operand<TFloat32> gradOutput = run.feed(Values.gradOutput(g), g.outShape());
    run.fetch(layers.gradInput(gradOutput, g, Values.weights(g)), g.inShape());
    run.fetchWeights(layers.gradWeights(input, gradOutput, g), g);
    return run.start(threads);
  }

  private Job inference(String name, int batch) {
    Model model = Folding.of(Networks.model(name));
    Network network = model.network();
    var run = new Run();
    Operand<TFloat32> images =
        run.feed(Networks.images(network, batch), Networks.imageShape(network, batch));
    run.fetch(
        TensorFlowNetwork.add(run.ops, model, batch, images),
        network.shape(network.output()).prepend(batch));
    return run.start(threads);
  }

  private Job product(Work.Product sizes) {
    var run = new Run();
    Operand<TFloat32> left = run.feed(Values.left(sizes), Shape.of(sizes.m(), sizes.k()));
    Operand<TFloat32> right = run.feed(Values.right(sizes), Shape.of(sizes.k(), sizes.n()));
    run.fetch(run.ops.linalg.matMul(left, right), Shape.of(sizes.m(), sizes.n()));
    return run.start(threads);
  }

  /** How a fetched array becomes what all lanes report. */
  private interface Restore {
    float[] apply(float[] values);
  }

  /** A graph, what goes in, and what is asked for. */
  private static final class Run implements Job {
    private final Graph graph = new Graph();
    final Ops ops = Ops.create(graph);
    private final Map<Operand<TFloat32>, TFloat32> inputs = new LinkedHashMap<>();
    private final Map<Output<TFloat32>, Restore> outputs = new LinkedHashMap<>();
    private Session session;

    /** An input; maps are given NCHW and go in channels last. */
    Operand<TFloat32> feed(float[] values, Shape shape) {
      boolean map = shape.rank() == 4;
      var sizes = map ? channelsLast(shape) : TensorFlowLayers.shape(shape);
      var placeholder = ops.placeholder(TFloat32.class);
      float[] ordered = map ? Layouts.channelsLast(values, shape) : values;
      inputs.put(placeholder, TFloat32.tensorOf(sizes, DataBuffers.of(ordered)));
      return placeholder;
    }

    void fetch(Operand<TFloat32> result, Shape shape) {
      outputs.put(
          result.asOutput(),
          values -> shape.rank() == 4 ? Layouts.channelsFirst(values, shape) : values);
    }

    void fetchWeights(Operand<TFloat32> gradient, Conv2dGeometry g) {
      outputs.put(gradient.asOutput(), values -> TensorFlowLayers.restoreFilter(values, g));
    }

    Run start(int threads) {
      session =
          new Session(
              graph,
              ConfigProto.newBuilder()
                  .setIntraOpParallelismThreads(threads)
                  .setInterOpParallelismThreads(1)
                  .build());
      return this;
    }

    @Override
    public void run() {
      execute().close();
    }

    private org.tensorflow.Result execute() {
      var runner = session.runner();
      inputs.forEach(runner::feed);
      outputs.keySet().forEach(runner::fetch);
      return runner.run();
    }

    @Override
    public float[] output() {
      float[] joined = {};
      try (var result = execute()) {
        List<Restore> restores = new ArrayList<>(outputs.values());
        for (int i = 0; i < restores.size(); i++) {
          var tensor = (TFloat32) result.get(i);
          float[] values = new float[(int) tensor.size()];
          tensor.copyTo(DataBuffers.of(values, false, false));
          joined = Values.join(joined, restores.get(i).apply(values));
        }
      }
      return joined;
    }

    @Override
    public void close() {
      session.close();
      inputs.values().forEach(TFloat32::close);
      graph.close();
    }

    private static org.tensorflow.ndarray.Shape channelsLast(Shape nchw) {
      return org.tensorflow.ndarray.Shape.of(
          nchw.size(0), nchw.size(2), nchw.size(3), nchw.size(1));
    }
  }
}
