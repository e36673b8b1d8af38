/** Tensors, SIMD kernels and autograd, in pure Java and without dependencies. */
module io.dfsnet.engine {
  // Static: without the module, or where SIMD would be slower, the engine runs on scalar kernels.
  requires static jdk.incubator.vector;
  // Static: tells whether the JVM has its optimising compiler; small images lack it.
  requires static jdk.management;

  exports io.dfsnet.engine;
  exports io.dfsnet.engine.autograd;
}
