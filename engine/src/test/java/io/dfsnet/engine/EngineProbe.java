package io.dfsnet.engine;

/** Prints what {@link Engine} chose and one result, asked from several threads at once. */
final class EngineProbe {
  private EngineProbe() {}

  public static void main(String[] arguments) throws InterruptedException {
    var threads = new Thread[3];
    for (int i = 0; i < threads.length; i++) {
      threads[i] = Thread.ofPlatform().start(Engine::simd);
    }
    for (var thread : threads) {
      thread.join();
    }
    System.out.println("bits=" + Engine.simd().bits());
    System.out.println(Engine.describe());
    var geometry = Conv2dGeometry.parse("ic2 ih4 oc1 kh3 ph1");
    var convolution = Convolution.of(geometry);
    float[] weights = new float[geometry.weightShape().elements()];
    java.util.Arrays.fill(weights, 1);
    float[] input = new float[geometry.inShape().elements()];
    java.util.Arrays.fill(input, 1);
    float[] output = new float[geometry.outShape().elements()];
    try (var workers = new Workers(1)) {
      convolution.forward(input, convolution.pack(weights), Epilogue.NONE, output, workers);
    }
    System.out.println("corner=" + output[0] + " centre=" + output[5]);
  }
}
