package io.dfsnet.nn.pytorch;

/** The functions that a checkpoint may call. They are never called: each stands for a value. */
enum Callable {
  ORDERED_DICT("collections", "OrderedDict"),
  /** Before PyTorch 0.4: {@code (storage, offset, sizes, strides)}. */
  REBUILD_TENSOR("torch._utils", "_rebuild_tensor"),
  /** {@code (storage, offset, sizes, strides, requires_grad, hooks[, metadata])}. */
  REBUILD_TENSOR_V2("torch._utils", "_rebuild_tensor_v2"),
  /** {@code (tensor, requires_grad, hooks)}. */
  REBUILD_PARAMETER("torch._utils", "_rebuild_parameter"),
  /** {@code (sizes)}: a tuple. */
  SIZE("torch", "Size");

  private final String module;
  private final String function;

  Callable(String module, String function) {
    this.module = module;
    this.function = function;
  }

  boolean isNamed(String otherModule, String otherFunction) {
    return module.equals(otherModule) && function.equals(otherFunction);
  }

  @Override
  public String toString() {
    return module + "." + function;
  }
}
