package io.dfsnet.bench.peers;

import io.dfsnet.cli.bench.ConvolutionProblem;
import io.dfsnet.cli.bench.Pass;
import io.dfsnet.cli.bench.Problem;
import io.dfsnet.cli.bench.ProductProblem;
import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.ShapeException;
import io.dfsnet.nn.Costs;
import io.dfsnet.nn.Network;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is measured, written as one line, the same in suites, arguments, messages and reports: a
 * {@link Problem} as {@code dfs bench} knows them, or a network.
 *
 * <pre>
 * n1 g4 ic16 ih32 oc16 kh3 ph1            a convolution forward
 * backward n32 g4 ic16 ih32 oc16 kh3 ph1  the gradients of its input and of its weights
 * m256 n256 k256                          C[m,n] = A[m,k] B[k,n], row-major
 * net resnet56-g4 b1                      inference of a whole network on a batch
 * train resnet20 b128                     one step of gradient descent on a batch
 * </pre>
 */
sealed interface Work {
  /** A convolution without bias: input and weights to output. */
  record Forward(Conv2dGeometry geometry) implements Work {
    @Override
    public String toString() {
      return geometry.problem();
    }
  }

  /** Input, weights and the gradient of the output to the gradients of input and weights. */
  record Backward(Conv2dGeometry geometry) implements Work {
    @Override
    public String toString() {
      return Pass.BACKWARD.word() + " " + geometry;
    }
  }

  /** A product of two matrices that both are new in every call. */
  record Product(int m, int n, int k) implements Work {
    @Override
    public String toString() {
      return "m" + m + " n" + n + " k" + k;
    }
  }

  /** A {@link Networks network}'s logits for {@code batch} images. */
  record Inference(String network, int batch) implements Work {
    @Override
    public String toString() {
      return "net " + network + " b" + batch;
    }
  }

  /** Forward, loss, backward and update of a {@link Networks network}. */
  record Training(String network, int batch) implements Work {
    @Override
    public String toString() {
      return "train " + network + " b" + batch;
    }
  }

  /**
   * Floating point operations: two for each multiply-accumulate of convolutions, linear layers and
   * matrix products. Backward counts twice the forward pass, a training step three times.
   */
  default double flops() {
    return switch (this) {
      case Forward(Conv2dGeometry geometry) -> 2.0 * geometry.macs();
      case Backward(Conv2dGeometry geometry) -> 4.0 * geometry.macs();
      case Product(int m, int n, int k) -> 2.0 * m * n * k;
      case Inference(String network, int batch) ->
          2.0 * Costs.macs(Networks.create(network)) * batch;
      case Training(String network, int batch) ->
          6.0 * Costs.macs(Networks.create(network)) * batch;
    };
  }

  /** The lengths of the arrays that the result is, one behind the other. */
  default int[] parts() {
    return switch (this) {
      case Forward(Conv2dGeometry geometry) -> new int[] {geometry.outShape().elements()};
      case Backward(Conv2dGeometry geometry) ->
          new int[] {geometry.inShape().elements(), geometry.weightShape().elements()};
      case Product(int m, int n, int _) -> new int[] {m * n};
      case Inference(String name, int batch) -> {
        Network network = Networks.create(name);
        yield new int[] {network.shape(network.output()).prepend(batch).elements()};
      }
      case Training training ->
          TrainingTask.of(training).trainable().stream()
              .mapToInt(parameter -> parameter.shape().elements())
              .toArray();
    };
  }

  /**
   * Reads the one-line form.
   *
   * @throws PeersException if it has another form
   */
  static Work parse(String text) {
    String line = text.strip();
    if (line.startsWith("net ")) {
      Matcher words = networkAndBatch(line);
      return new Inference(words.group(1), Integer.parseInt(words.group(2)));
    }
    if (line.startsWith("train ")) {
      Matcher words = networkAndBatch(line);
      return new Training(words.group(1), Integer.parseInt(words.group(2)));
    }
    try {
      return of(Problem.parse(line));
    } catch (ShapeException refused) {
      throw new PeersException(
          "work '"
              + line
              + "': is no network, as in 'net resnet56 b32' or 'train resnet20 b128', and no"
              + " problem: "
              + refused.getMessage(),
          refused);
    }
  }

  /**
   * A problem of {@code dfs bench}.
   *
   * @throws PeersException if it is one gradient alone, which most libraries do not compute
   */
  static Work of(Problem problem) {
    return switch (problem) {
      case ConvolutionProblem(Pass pass, Conv2dGeometry geometry) ->
          switch (pass) {
            case FORWARD -> new Forward(geometry);
            case BACKWARD -> new Backward(geometry);
            case BACKWARD_DATA, BACKWARD_WEIGHTS ->
                throw new PeersException(
                    "work '" + problem + "': gradients are measured together, as 'backward'");
          };
      case ProductProblem(int m, int n, int k) -> new Product(m, n, k);
    };
  }

  private static Matcher networkAndBatch(String line) {
    Matcher words = Pattern.compile("[a-z]+ (\\S+) b([1-9]\\d{0,3})").matcher(line);
    if (!words.matches()) {
      throw new PeersException(
          "work '" + line + "': needs a network and a batch size, like 'resnet56 b32'");
    }
    Networks.create(words.group(1));
    return words;
  }
}
