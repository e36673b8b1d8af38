package io.dfsnet.nn.train;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.SoftmaxCrossEntropy;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Session;
import io.dfsnet.nn.data.ImageSet;
import java.util.Arrays;

/** Measures how well a model tells the classes of images, by inference. */
public final class Evaluation {
  private static final int BATCH = 100;

  private Evaluation() {}

  /**
   * What an evaluation gave.
   *
   * @param correct how many images have their largest logit at their label
   * @param total how many images there are
   * @param loss the mean cross entropy over the images, without label smoothing
   */
  public record Result(int correct, int total, double loss) {

    /** Top-1 accuracy, 0 to 1. */
    public double accuracy() {
      return (double) correct / total;
    }
  }

  /** What is done with the answers to a batch of images. */
  @FunctionalInterface
  public interface Answers {
    /**
     * @param logits of the images, one row after another; not used again
     * @param labels the class of each image
     */
    void add(float[] logits, int[] labels);
  }

  /**
   * Evaluates all images of a set, which may have any size.
   *
   * @throws NetworkException if the images, or the number of their classes, do not fit the network
   */
  public static Result of(Model model, ImageSet images, Workers workers) {
    var sum = new Sum();
    run(model, images, workers, sum);
    return new Result(sum.correct, images.size(), sum.loss / images.size());
  }

  /**
   * Runs all images of a set through a model, batch by batch, in order.
   *
   * @throws NetworkException if the images, or the number of their classes, do not fit the network
   */
  public static void run(Model model, ImageSet images, Workers workers, Answers answers) {
    Network network = model.network();
    int classes = requireFit(network, images);
    int batch = Math.min(BATCH, images.size());
    Session session = Session.of(network, model.weights(), batch, workers);
    int imageElements = images.shape().elements();
    float[] pixels = new float[batch * imageElements];
    float[] logits = new float[batch * classes];
    int[] labels = images.labels();
    for (int from = 0; from < images.size(); from += batch) {
      // The last batch may be smaller: what stands behind its images is left over and not read.
      int count = Math.min(batch, images.size() - from);
      for (int i = 0; i < count; i++) {
        images.normalized(from + i, pixels, i * imageElements);
      }
      session.run(pixels, logits);
      answers.add(
          Arrays.copyOf(logits, count * classes), Arrays.copyOfRange(labels, from, from + count));
    }
  }

  private static final class Sum implements Answers {
    private int correct;
    private double loss;

    @Override
    public void add(float[] logits, int[] labels) {
      int count = labels.length;
      int classes = logits.length / count;
      correct += SoftmaxCrossEntropy.correct(count, classes, logits, labels);
      loss += (double) count * SoftmaxCrossEntropy.loss(count, classes, logits, labels, 0f);
    }
  }

  /** How many logits the network gives. */
  private static int requireFit(Network network, ImageSet images) {
    Shape read = network.shape(network.input());
    Shape logits = network.shape(network.output());
    if (!read.equals(images.shape()) || logits.rank() != 1 || logits.size(0) < images.classes()) {
      throw new NetworkException(
          "evaluation: network '"
              + network.name()
              + "' reads "
              + read
              + " and gives "
              + logits
              + ", which does not fit "
              + images);
    }
    return logits.size(0);
  }
}
