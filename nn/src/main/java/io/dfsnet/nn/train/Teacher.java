package io.dfsnet.nn.train;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.SoftmaxCrossEntropy;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Session;
import io.dfsnet.nn.data.ImageSet;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A trained model that tells a batch's probabilities of the classes, softened by a temperature. */
final class Teacher {
  private final Session session;
  private final String description;
  private final int classes;
  private final float temperature;
  private final float[] probabilities;

  /**
   * @throws TrainingException if it does not read such images
   */
  Teacher(Model model, float temperature, ImageSet images, int batch, Workers workers) {
    Shape read = model.network().shape(model.network().input());
    Shape logits = model.network().shape(model.network().output());
    if (!read.equals(images.shape()) || logits.rank() != 1) {
      throw new TrainingException(
          "the teacher '"
              + model.network().name()
              + "' reads images "
              + read
              + " and gives "
              + logits
              + ", which does not fit "
              + images
              + "; take a teacher of the same data");
    }
    this.session = Session.of(model.network(), model.weights(), batch, workers);
    this.description = describe(model);
    this.classes = logits.size(0);
    this.temperature = temperature;
    this.probabilities = new float[batch * classes];
  }

  /**
   * The probabilities of a batch, {@code [batch, classes]}; valid until the next call.
   *
   * @param wanted how many classes the student tells
   * @throws TrainingException if the teacher tells another number of classes, or gives logits that
   *     are not finite
   */
  float[] probabilities(float[] images, int wanted) {
    if (classes != wanted) {
      throw new TrainingException(
          "the teacher tells "
              + classes
              + " classes and its student "
              + wanted
              + "; take a teacher of the same data");
    }
    session.run(images, probabilities);
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] /= temperature;
    }
    SoftmaxCrossEntropy.softmax(session.batch(), classes, probabilities, probabilities);
    requireFinite();
    return probabilities;
  }

  /** The softmax makes NaN of a row of logits with NaN or positive infinity. */
  private void requireFinite() {
    for (float probability : probabilities) {
      if (Float.isNaN(probability)) {
        throw new TrainingException(
            "the teacher '"
                + description
                + "' gives logits that are not finite; take a teacher whose training went well");
      }
    }
  }

  /** The network and a checksum of its weights, as in {@code resnet56 1b2f03aa}. */
  @Override
  public String toString() {
    return description;
  }

  private static String describe(Model model) {
    var checksum = new CRC32C();
    model
        .weights()
        .tensors()
        .forEach(
            (name, tensor) -> {
              var bytes = ByteBuffer.allocate(Math.multiplyExact(tensor.data().length, 4));
              bytes.asFloatBuffer().put(tensor.data());
              checksum.update(bytes);
            });
    return "%s %08x".formatted(model.network().name(), checksum.getValue());
  }
}
