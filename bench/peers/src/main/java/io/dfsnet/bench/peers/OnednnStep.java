package io.dfsnet.bench.peers;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.stream;

/** A primitive with its operands. */
final class OnednnStep {
  private final primitive primitive;
  private final String name;
  private final IntMemoryMap arguments = new IntMemoryMap();
  private final List<OnednnOperand> inputs = new ArrayList<>();
  private final List<OnednnOperand> prepared = new ArrayList<>();
  private OnednnOperand result;

  OnednnStep(primitive primitive, String name) {
    this.primitive = primitive;
    this.name = name;
  }

  /** An operand that is new in every run. */
  OnednnStep reads(int argument, OnednnOperand operand) {
    arguments.put(argument, operand.own());
    inputs.add(operand);
    return this;
  }

  /** An operand that stays the same. */
  OnednnStep readsPrepared(int argument, OnednnOperand operand) {
    arguments.put(argument, operand.own());
    prepared.add(operand);
    return this;
  }

  OnednnStep writes(int argument, OnednnOperand operand) {
    arguments.put(argument, operand.own());
    result = operand;
    return this;
  }

  /** The library's name for the kernel. */
  String name() {
    return name;
  }

  OnednnOperand result() {
    return result;
  }

  void loadPrepared(stream stream) {
    prepared.forEach(operand -> operand.load(stream));
  }

  void loadInputs(stream stream) {
    for (int i = 0; i < inputs.size(); i++) {
      inputs.get(i).load(stream);
    }
  }

  void execute(stream stream) {
    primitive.execute(stream, arguments);
  }
}
