package io.dfsnet.bench.peers;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/** What ONNX Runtime makes of a file. */
final class OrtModel implements AutoCloseable {
  private final OrtEnvironment environment =
      OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
  private final OrtSession session;

  OrtModel(byte[] file) throws OrtException {
    try (var options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      this.session = environment.createSession(file, options);
    }
  }

  /** Has the library write {@code file} anew, as far as {@code level} lets it change the graph. */
  static void rewrite(byte[] file, SessionOptions.OptLevel level, Path target) throws OrtException {
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
    try (var options = new SessionOptions()) {
      options.setOptimizationLevel(level);
      options.setOptimizedModelFilePath(target.toString());
      environment.createSession(file, options).close();
    }
  }

  /** The sizes of the input, -1 where they are open. */
  long[] inputShape() throws OrtException {
    NodeInfo input = session.getInputInfo().values().iterator().next();
    return ((TensorInfo) input.getInfo()).getShape();
  }

  /**
   * The output for one input.
   *
   * @param shape of the input, the batch in front
   */
  float[] run(float[] input, long... shape) throws OrtException {
    String name = session.getInputNames().iterator().next();
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(input), shape);
        OrtSession.Result result = session.run(Map.of(name, tensor))) {
      FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] output = new float[values.remaining()];
      values.get(output);
      return output;
    }
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
