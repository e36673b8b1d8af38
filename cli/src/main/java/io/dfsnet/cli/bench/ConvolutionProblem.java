package io.dfsnet.cli.bench;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.ShapeException;

/** One pass of a convolution. */
public record ConvolutionProblem(Pass pass, Conv2dGeometry geometry) implements Problem {

  /**
   * Reads a geometry, with the word of a pass before it unless that is the forward pass.
   *
   * @throws ShapeException if the string is no geometry
   */
  public static ConvolutionProblem parse(String text) {
    String problem = text.strip();
    String[] words = problem.split("\\s+", 2);
    return Pass.of(words[0])
        .map(pass -> new ConvolutionProblem(pass, geometry(words.length == 1 ? "" : words[1])))
        .orElseGet(() -> new ConvolutionProblem(Pass.FORWARD, geometry(problem)));
  }

  /** The same convolution's other pass. */
  public ConvolutionProblem withPass(Pass other) {
    return new ConvolutionProblem(other, geometry);
  }

  @Override
  public long flops() {
    return 2 * pass.products() * geometry.macs();
  }

  @Override
  public String toString() {
    return pass == Pass.FORWARD ? geometry.problem() : pass.word() + " " + geometry.problem();
  }

  /** Also refuses tensors that no array can hold, which a geometry alone allows. */
  private static Conv2dGeometry geometry(String text) {
    Conv2dGeometry geometry = Conv2dGeometry.parse(text);
    geometry.inShape();
    geometry.weightShape();
    geometry.outShape();
    return geometry;
  }
}
