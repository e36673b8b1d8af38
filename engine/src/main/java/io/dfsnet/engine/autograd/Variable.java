package io.dfsnet.engine.autograd;

public final class Variable {
  private Variable() {}
}
