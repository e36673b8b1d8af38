/** Tensors, SIMD kernels and autograd, in pure Java and without dependencies. */
module io.dfsnet.engine {
  // Static: without the module, or where SIMD would be slower, the engine runs on scalar kernels.
  requires static jdk.incubator.vector;

  exports io.dfsnet.engine;
  exports io.dfsnet.engine.autograd;
}
