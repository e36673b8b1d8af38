package io.dfsnet.nn.onnx;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Names that are taken, so that new ones do not collide with them. */
final class Names {
  private final Set<String> taken;

  /** The number to try next behind a name that is taken. */
  private final Map<String, Integer> numbers = new HashMap<>();

  Names(Collection<String> taken) {
    this.taken = new HashSet<>(taken);
  }

  /** The wanted name if it is free, else the first free one with a number behind it. */
  String claim(String wanted) {
    String name = wanted;
    while (!taken.add(name)) {
      name = wanted + "_" + numbers.merge(wanted, 2, (number, two) -> number + 1);
    }
    return name;
  }
}
