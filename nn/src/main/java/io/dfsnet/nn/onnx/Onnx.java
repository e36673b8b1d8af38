package io.dfsnet.nn.onnx;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/**
 * The messages of {@code onnx.proto}, under its names, with the fields that image classifiers need.
 */
final class Onnx {
  /** The domain of the standard operators. */
  static final String STANDARD = "";

  private Onnx() {}

  /**
   * A whole file.
   *
   * @param opsets the version of the operators by their domain
   * @param metadata free texts
   */
  record Model(
      long irVersion, Map<String, Long> opsets, Map<String, String> metadata, Graph graph) {}

  /**
   * Nodes that read and write named values.
   *
   * @param initializers the values that are constants
   */
  record Graph(
      String name,
      List<Node> nodes,
      List<Tensor> initializers,
      List<ValueInfo> inputs,
      List<ValueInfo> outputs) {}

  /**
   * One operator.
   *
   * @param name may be empty
   * @param inputs the values that it reads; an empty name stands for an optional one left out
   * @param outputs the values that it writes
   */
  record Node(
      String name,
      String opType,
      String domain,
      List<String> inputs,
      List<String> outputs,
      Map<String, Attribute> attributes) {}

  /** What an operator is told apart from its inputs. */
  sealed interface Attribute {
    record Int(long value) implements Attribute {}

    record Real(float value) implements Attribute {}

    record Text(String value) implements Attribute {}

    record Ints(long... values) implements Attribute {}

    record Constant(Tensor value) implements Attribute {}

    /**
     * One of a type that no operator here has, a subgraph for example.
     *
     * @param type as in {@code AttributeProto.AttributeType}
     */
    record Other(long type) implements Attribute {}
  }

  /**
   * A constant.
   *
   * @param dims its shape, {@code []} for a scalar
   */
  record Tensor(String name, long[] dims, Elements elements) {}

  /** The elements of a tensor in row-major order. */
  sealed interface Elements {
    /** 32-bit floats, in an array or straight from the bytes of a file. */
    record Floats(FloatBuffer values) implements Elements {}

    /** Integers or truth values, a few: they state shapes and axes. */
    record Longs(long... values) implements Elements {
      /** More of them are {@link Other} elements. */
      static final int LIMIT = 1 << 12;
    }

    /**
     * Elements that no operator here reads, and of which only the type is known.
     *
     * @param type as in {@code TensorProto.DataType}
     */
    record Other(long type) implements Elements {}
  }

  /**
   * An input or output of the graph.
   *
   * @param elementType as in {@code TensorProto.DataType}, 0 if it is no tensor
   * @param shape its axes
   */
  record ValueInfo(String name, long elementType, List<Dimension> shape) {}

  /** The size of an axis: a number, or a name for what is only known when the model runs. */
  sealed interface Dimension {
    record Fixed(long size) implements Dimension {}

    record Symbolic(String name) implements Dimension {}
  }

  /** Numbers of {@code TensorProto.DataType}. */
  static final class DataType {
    static final int FLOAT = 1;
    static final int INT32 = 6;
    static final int INT64 = 7;
    static final int BOOL = 9;

    private DataType() {}
  }

  /** Numbers of {@code AttributeProto.AttributeType}. */
  static final class AttributeType {
    static final int FLOAT = 1;
    static final int INT = 2;
    static final int STRING = 3;
    static final int TENSOR = 4;
    static final int INTS = 7;

    private AttributeType() {}
  }
}
