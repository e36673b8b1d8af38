package io.dfsnet.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.onnx.OnnxFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** ONNX Runtime: a network, or a single operation as one; input and output in our own buffers. */
final class OrtLane implements Lane {

  /** What the library may do with a model before it runs. */
  enum Mode {
    /** Everything, as by default: convolutions in blocks of channels where those fit. */
    DEFAULT,
    /** Everything but other layouts: NCHW throughout. */
    PLAIN_LAYOUT,
    /** As by default, with the right matrix of a product known beforehand and hence packed. */
    CONSTANT_RIGHT,
    /**
     * As by default, several equal convolutions in a row: what one costs within a network, where
     * its changes of layout fall away.
     */
    CHAIN
  }

  private static final int CHAIN_LENGTH = 8;

  private final Mode mode;
  private final int threads;
  private final OrtEnvironment environment;

  OrtLane(Mode mode, int threads) {
    this.mode = mode;
    this.threads = threads;
    this.environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
  }

  @Override
  public String library() {
    return "ONNX Runtime " + environment.getVersion();
  }

  @Override
  public Job prepare(Work work) throws OrtException {
    return switch (work) {
      case Work.Forward(Conv2dGeometry geometry) when mode == Mode.CHAIN -> chain(geometry);
      case Work.Forward(Conv2dGeometry geometry) when mode != Mode.CONSTANT_RIGHT ->
          convolutions(geometry, 1);
      case Work.Inference(String name, int batch)
          when mode == Mode.DEFAULT || mode == Mode.PLAIN_LAYOUT -> {
        Model model = Networks.model(name);
        yield network(model, batch, Networks.images(model.network(), batch));
      }
      case Work.Product product when mode == Mode.DEFAULT || mode == Mode.CONSTANT_RIGHT ->
          product(product);
      case Work.Backward _, Work.Training _ ->
          throw new UnsupportedWorkException("ONNX Runtime's inference package has no gradients");
      case Work.Forward _, Work.Product _, Work.Inference _ ->
          throw new UnsupportedWorkException("the same as the lane ort");
    };
  }

  private Job convolutions(Conv2dGeometry g, int length) throws OrtException {
    return network(Networks.convolutions(g, length), g.n(), Values.input(g));
  }

  /** Measures the chain, a link at a time; the result that is checked is that of one link alone. */
  private Job chain(Conv2dGeometry g) throws OrtException {
    if (!g.inShape().equals(g.outShape())) {
      throw new UnsupportedWorkException(
          "only convolutions that keep the shape can stand in a row");
    }
    Job link = convolutions(g, 1);
    Job chain = convolutions(g, CHAIN_LENGTH);
    return new Job() {
      @Override
      public void run() throws Exception {
        chain.run();
      }

      @Override
      public int repeats() {
        return CHAIN_LENGTH;
      }

      @Override
      public float[] output() throws Exception {
        return link.output();
      }

      @Override
      public void close() throws Exception {
        link.close();
        chain.close();
      }
    };
  }

  private Job network(Model model, int batch, float[] images) throws OrtException {
    Network network = model.network();
    Shape output = network.shape(network.output()).prepend(batch);
    Map<String, OnnxTensor> inputs =
        Map.of(network.input().name(), tensor(Networks.imageShape(network, batch), images));
    return new Run(OnnxFile.toBytes(model), batch, output, inputs);
  }

  private Job product(Work.Product sizes) throws OrtException {
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    inputs.put("left", tensor(Shape.of(sizes.m(), sizes.k()), Values.left(sizes)));
    float[] right = Values.right(sizes);
    boolean constant = mode == Mode.CONSTANT_RIGHT;
    if (!constant) {
      inputs.put("right", tensor(Shape.of(sizes.k(), sizes.n()), right));
    }
    return new Run(
        OnnxModel.product(sizes, constant ? right : null),
        sizes.m(),
        Shape.of(sizes.m(), sizes.n()),
        inputs);
  }

  private OnnxTensor tensor(Shape shape, float[] values) throws OrtException {
    return OnnxTensor.createTensor(
        environment, direct(values.length).put(values).rewind(), sizes(shape));
  }

  private static FloatBuffer direct(int count) {
    return ByteBuffer.allocateDirect(count * Float.BYTES)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  private static long[] sizes(Shape shape) {
    return Arrays.stream(shape.toArray()).asLongStream().toArray();
  }

  /** A model with its inputs and its output's buffer. */
  private final class Run implements Job {
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs;
    private final FloatBuffer result;
    private final OnnxTensor output;
    private final Map<String, OnnxTensor> outputs;

    Run(byte[] model, int batch, Shape outShape, Map<String, OnnxTensor> inputs)
        throws OrtException {
      try (var options = new SessionOptions()) {
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setSymbolicDimensionValue("N", batch);
        options.setOptimizationLevel(
            mode == Mode.PLAIN_LAYOUT
                ? SessionOptions.OptLevel.EXTENDED_OPT
                : SessionOptions.OptLevel.ALL_OPT);
        this.session = environment.createSession(model, options);
      }
      this.inputs = inputs;
      this.result = direct(outShape.elements());
      this.output = OnnxTensor.createTensor(environment, result, sizes(outShape));
      this.outputs = Map.of(session.getOutputNames().iterator().next(), output);
    }

    @Override
    public void run() throws OrtException {
      session.run(inputs, outputs).close();
    }

    @Override
    public float[] output() throws OrtException {
      run();
      float[] values = new float[result.capacity()];
      result.get(0, values);
      return values;
    }

    @Override
    public void close() throws OrtException {
      session.close();
      output.close();
      inputs.values().forEach(OnnxTensor::close);
    }
  }
}
