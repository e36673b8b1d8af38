package io.dfsnet.bench.peers;

import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.PointerScope;

/** Primitives one after another, with or without the changes of layout around them. */
final class OnednnJob implements Job {
  private final List<OnednnStep> steps;
  private final boolean reorders;
  private final stream stream;
  private final PointerScope scope;

  OnednnJob(List<OnednnStep> steps, OnednnLane.Layout layout, stream stream, PointerScope scope) {
    this.steps = steps;
    this.reorders = layout == OnednnLane.Layout.PLAIN;
    this.stream = stream;
    this.scope = scope;
    for (OnednnStep step : steps) {
      step.loadPrepared(stream);
      step.loadInputs(stream);
    }
  }

  @Override
  public void run() {
    for (int i = 0; i < steps.size(); i++) {
      OnednnStep step = steps.get(i);
      if (reorders) {
        step.loadInputs(stream);
      }
      step.execute(stream);
      if (reorders) {
        step.result().store(stream);
      }
    }
    stream._wait();
  }

  @Override
  public float[] output() {
    run();
    float[] values = {};
    for (OnednnStep step : steps) {
      step.result().store(stream);
      stream._wait();
      values = Values.join(values, step.result().values());
    }
    return values;
  }

  @Override
  public String detail() {
    return steps.stream().map(OnednnStep::name).collect(Collectors.joining(" and "));
  }

  @Override
  public void close() {
    scope.close();
  }
}
