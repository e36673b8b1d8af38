package io.dfsnet.nn.pytorch;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A value that a pickle describes. Lists and dictionaries may hold each other and themselves, so
 * nothing here walks through values by itself: no equality, no hash, no text of what is inside.
 */
sealed interface Pickled {

  /** How messages call the value. */
  default String kind() {
    return switch (this) {
      case None _ -> "None";
      case Bool _ -> "a truth value";
      case Int _, Wide _ -> "a whole number";
      case Real _ -> "a number";
      case Text _ -> "a text";
      case Bytes _ -> "bytes";
      case Tuple _ -> "a tuple";
      case Sequence _ -> "a list";
      case Dict _ -> "a dictionary";
      case Function function -> "the function " + function.callable();
      case StorageClass type -> "the class torch." + type.type().className();
      case Storage _ -> "a storage";
      case View _ -> "a tensor";
    };
  }

  record None() implements Pickled {}

  record Bool(boolean value) implements Pickled {}

  record Int(long value) implements Pickled {}

  /** A whole number of more than 64 bits. */
  record Wide(BigInteger value) implements Pickled {}

  record Real(double value) implements Pickled {}

  record Text(String value) implements Pickled {}

  /** Bytes, which nothing here looks at. */
  record Bytes() implements Pickled {}

  /** Made with all its elements at once, which may be dictionaries that hold it. */
  final class Tuple implements Pickled {
    static final Tuple EMPTY = new Tuple(List.of());

    private final List<Pickled> elements;

    Tuple(List<Pickled> elements) {
      this.elements = List.copyOf(elements);
    }

    List<Pickled> elements() {
      return elements;
    }
  }

  final class Sequence implements Pickled {
    private final List<Pickled> elements = new ArrayList<>();

    List<Pickled> elements() {
      return elements;
    }
  }

  /**
   * A dictionary. Only entries under texts are kept: weights are found by name, and the keys of
   * training state, numbers for example, are not looked up.
   */
  final class Dict implements Pickled {
    private final Map<String, Pickled> entries = new LinkedHashMap<>();

    Map<String, Pickled> entries() {
      return entries;
    }

    void put(Pickled key, Pickled value) {
      if (key instanceof Text text) {
        entries.put(text.value(), value);
      }
    }
  }

  record Function(Callable callable) implements Pickled {}

  record StorageClass(StorageType type) implements Pickled {}

  /**
   * Elements that lie elsewhere in the file.
   *
   * @param key what the file calls the array that they lie in
   * @param first where in that array they begin
   */
  record Storage(String key, StorageType type, long first, long elements) implements Pickled {}

  /**
   * A tensor: which elements of a storage it shows. The one at index {@code [i, j, ...]} is number
   * {@code offset + i * strides[0] + j * strides[1] + ...}, and every one of them is in there.
   *
   * @param sizes may hold zeros
   * @param last the number of the last element that is shown
   */
  record View(Storage storage, long offset, int[] sizes, long[] strides, long last)
      implements Pickled {}
}
