package io.dfsnet.cli;

import io.dfsnet.distrib.Answer;
import io.dfsnet.distrib.Coordinator;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Session;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Runs one image after another: here, or on nodes. */
interface Inference extends AutoCloseable {
  /** How long a session may warm up; it takes a second or two. */
  Duration WARM_UP = Duration.ofSeconds(10);

  /** Runs one image, {@code [channels, height, width]}. */
  Answer infer(float[] image);

  @Override
  void close();

  /**
   * Compares what nodes gave for an image with what one process gave.
   *
   * @throws CommandException if a bit differs
   */
  static void requireSameBits(int image, float[] distributed, float[] local) {
    if (!Arrays.equals(distributed, local)) {
      throw new CommandException(
          "image "
              + image
              + ": the nodes give "
              + Arrays.toString(distributed)
              + ", one process gives "
              + Arrays.toString(local)
              + "; they should be the same bits, please report this");
    }
  }

  /**
   * Everything on this machine, in one process. Several images find the session ready, so that
   * their latencies say what to expect of many; a single one would wait for that longer than for
   * all else together, and finds it cold.
   *
   * @param images how many are going to be run
   */
  static Inference local(Model model, Workers workers, int images) {
    var session = Session.of(model.network(), model.weights(), 1, workers);
    if (images > 1) {
      session.warmUp(WARM_UP);
    }
    return new Local(session, model);
  }

  /** On the nodes of a coordinator, which is closed with this. */
  static Inference on(Coordinator coordinator, Duration deadline) {
    return new Remote(coordinator, deadline);
  }

  /** A session for one image at a time. */
  final class Local implements Inference {
    private final Session session;
    private final int outputs;

    private Local(Session session, Model model) {
      this.session = session;
      outputs = model.network().shape(model.network().output()).elements();
    }

    @Override
    public Answer infer(float[] image) {
      float[] logits = new float[outputs];
      long began = System.nanoTime();
      session.run(image, logits);
      var latency = Duration.ofNanos(System.nanoTime() - began);
      return new Answer(logits, latency, List.of());
    }

    @Override
    public void close() {}
  }

  /** A cluster. */
  final class Remote implements Inference {
    private final Coordinator coordinator;
    private final Duration deadline;

    private Remote(Coordinator coordinator, Duration deadline) {
      this.coordinator = coordinator;
      this.deadline = deadline;
    }

    @Override
    public Answer infer(float[] image) {
      return coordinator.infer(image, deadline);
    }

    @Override
    public void close() {
      coordinator.close();
    }
  }
}
