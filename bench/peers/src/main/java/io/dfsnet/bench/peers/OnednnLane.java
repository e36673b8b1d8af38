package io.dfsnet.bench.peers;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.dfsnet.engine.Conv2dGeometry;
import java.util.List;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * oneDNN's primitives, which choose the layouts of their operands themselves. It takes its thread
 * count from the environment.
 */
final class OnednnLane implements Lane {

  /** Where operands change their layout. */
  enum Layout {
    /** Outside the measurement: the kernel alone, as in the middle of a network. */
    BLOCKED,
    /** Inside it: NCHW in and out, as one call from a program. Weights are prepared for forward. */
    PLAIN
  }

  private final Layout layout;
  private final engine cpu;
  private final stream stream;

  OnednnLane(Layout layout) {
    this.layout = layout;
    this.cpu = new engine(engine.kind.cpu, 0);
    this.stream = new stream(cpu);
  }

  @Override
  public String library() {
    var version = dnnl.dnnl_version();
    return "oneDNN %d.%d.%d".formatted(version.major(), version.minor(), version.patch());
  }

  @Override
  public Job prepare(Work work) {
    // Holds all that the job allocates natively, until the job is closed.
    var scope = new PointerScope();
    try {
      return switch (work) {
        case Work.Forward(Conv2dGeometry geometry) -> forward(geometry, scope);
        case Work.Backward(Conv2dGeometry geometry) -> backward(geometry, scope);
        case Work.Product product -> product(product, scope);
        case Work.Inference _, Work.Training _ ->
            throw new UnsupportedWorkException("oneDNN has single operations, not networks");
      };
    } catch (RuntimeException refused) {
      scope.close();
      throw refused;
    }
  }

  private Job forward(Conv2dGeometry g, PointerScope scope) {
    var plan = forwardPlan(g);
    var input = operand(source(g, format_tag.nchw), plan.src_desc(), Values.input(g));
    var weights = operand(weights(g, plain(g)), plan.weights_desc(), Values.weights(g));
    var output = operand(result(g, format_tag.nchw), plan.dst_desc(), null);
    var step =
        new OnednnStep(new convolution_forward(plan), name(plan))
            .reads(DNNL_ARG_SRC, input)
            .readsPrepared(DNNL_ARG_WEIGHTS, weights)
            .writes(DNNL_ARG_DST, output);
    return new OnednnJob(List.of(step), layout, stream, scope);
  }

  private Job backward(Conv2dGeometry g, PointerScope scope) {
    var hint = forwardPlan(g);
    var toData =
        new convolution_backward_data.primitive_desc(
            cpu,
            dnnl.algorithm.convolution_direct,
            source(g, format_tag.any),
            weights(g, format_tag.any),
            result(g, format_tag.any),
            strides(g),
            dilations(g),
            padding(g),
            padding(g),
            hint);
    var toWeights =
        new convolution_backward_weights.primitive_desc(
            cpu,
            dnnl.algorithm.convolution_direct,
            source(g, format_tag.any),
            weights(g, format_tag.any),
            result(g, format_tag.any),
            strides(g),
            dilations(g),
            padding(g),
            padding(g),
            hint);
    float[] gradOutput = Values.gradOutput(g);
    var data =
        new OnednnStep(new convolution_backward_data(toData), name(toData))
            .reads(
                DNNL_ARG_DIFF_DST,
                operand(result(g, format_tag.nchw), toData.diff_dst_desc(), gradOutput))
            .reads(
                DNNL_ARG_WEIGHTS,
                operand(weights(g, plain(g)), toData.weights_desc(), Values.weights(g)))
            .writes(
                DNNL_ARG_DIFF_SRC,
                operand(source(g, format_tag.nchw), toData.diff_src_desc(), null));
    var weights =
        new OnednnStep(new convolution_backward_weights(toWeights), name(toWeights))
            .reads(
                DNNL_ARG_DIFF_DST,
                operand(result(g, format_tag.nchw), toWeights.diff_dst_desc(), gradOutput))
            .reads(
                DNNL_ARG_SRC,
                operand(source(g, format_tag.nchw), toWeights.src_desc(), Values.input(g)))
            .writes(
                DNNL_ARG_DIFF_WEIGHTS,
                operand(weights(g, plain(g)), toWeights.diff_weights_desc(), null));
    return new OnednnJob(List.of(data, weights), layout, stream, scope);
  }

  /** In its own layouts, or row-major: then the library packs inside, as its sgemm does. */
  private Job product(Work.Product sizes, PointerScope scope) {
    long[] left = {sizes.m(), sizes.k()};
    long[] right = {sizes.k(), sizes.n()};
    long[] output = {sizes.m(), sizes.n()};
    format_tag wanted = layout == Layout.BLOCKED ? format_tag.any : format_tag.ab;
    var plan =
        new matmul.primitive_desc(
            cpu, floats(left, wanted), floats(right, wanted), floats(output, wanted));
    var step =
        new OnednnStep(new matmul(plan), name(plan))
            .reads(
                DNNL_ARG_SRC,
                operand(floats(left, format_tag.ab), plan.src_desc(), Values.left(sizes)))
            .reads(
                DNNL_ARG_WEIGHTS,
                operand(floats(right, format_tag.ab), plan.weights_desc(), Values.right(sizes)))
            .writes(DNNL_ARG_DST, operand(floats(output, format_tag.ab), plan.dst_desc(), null));
    return new OnednnJob(List.of(step), layout, stream, scope);
  }

  private convolution_forward.primitive_desc forwardPlan(Conv2dGeometry g) {
    return new convolution_forward.primitive_desc(
        cpu,
        dnnl.prop_kind.forward_training,
        dnnl.algorithm.convolution_direct,
        source(g, format_tag.any),
        weights(g, format_tag.any),
        result(g, format_tag.any),
        strides(g),
        dilations(g),
        padding(g),
        padding(g));
  }

  /**
   * @param values in plain layout; null for a result
   */
  private OnednnOperand operand(desc plain, desc own, float[] values) {
    var memory = new memory(plain, cpu);
    if (values != null) {
      new FloatPointer(memory.get_data_handle()).put(values);
    }
    boolean same = plain.equals(own);
    return new OnednnOperand(memory, same ? memory : new memory(own, cpu));
  }

  private static String name(org.bytedeco.dnnl.primitive_desc plan) {
    return plan.impl_info_str().getString();
  }

  private static desc source(Conv2dGeometry g, format_tag tag) {
    return floats(new long[] {g.n(), g.inChannels(), g.inHeight(), g.inWidth()}, tag);
  }

  private static desc result(Conv2dGeometry g, format_tag tag) {
    return floats(new long[] {g.n(), g.outChannels(), g.outHeight(), g.outWidth()}, tag);
  }

  private static desc weights(Conv2dGeometry g, format_tag tag) {
    long out = g.outChannelsPerGroup();
    long in = g.inChannelsPerGroup();
    long height = g.kernelHeight();
    long width = g.kernelWidth();
    return floats(
        g.groups() == 1
            ? new long[] {out, in, height, width}
            : new long[] {g.groups(), out, in, height, width},
        tag);
  }

  private static format_tag plain(Conv2dGeometry g) {
    return g.groups() == 1 ? format_tag.oihw : format_tag.goihw;
  }

  private static desc floats(long[] sizes, format_tag tag) {
    return new desc(sizes, memory.data_type.f32, tag);
  }

  private static long[] strides(Conv2dGeometry g) {
    return new long[] {g.strideHeight(), g.strideWidth()};
  }

  /** The library counts the elements that are left out. */
  private static long[] dilations(Conv2dGeometry g) {
    return new long[] {g.dilationHeight() - 1, g.dilationWidth() - 1};
  }

  private static long[] padding(Conv2dGeometry g) {
    return new long[] {g.padHeight(), g.padWidth()};
  }
}
