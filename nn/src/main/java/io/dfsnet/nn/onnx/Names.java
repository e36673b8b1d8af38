package io.dfsnet.nn.onnx;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Names that are taken, so that new ones do not collide with them. */
final class Names {
  private final Set<String> taken;

  Names(Collection<String> taken) {
    this.taken = new HashSet<>(taken);
  }

  /** The wanted name, with as many strokes behind it as it takes to be new. */
  String claim(String wanted) {
    String name = wanted;
    while (!taken.add(name)) {
      name += "'";
    }
    return name;
  }
}
