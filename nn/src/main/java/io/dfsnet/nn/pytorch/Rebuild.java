package io.dfsnet.nn.pytorch;

import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The list of what a checkpoint may name, and what is made of it: descriptions of tensors, checked
 * against the storages, and of storages, checked against the length of the file.
 */
final class Rebuild {
  private static final int MAX_RANK = 8;

  /** The word that begins the tuple by which a pickle refers to what stands outside of it. */
  private static final String STORAGE = "storage";

  private final ByteSource source;
  private final Map<String, Pickled.Storage> storages = new LinkedHashMap<>();

  /** Entries that dictionaries were made of; a list in the memo can be given to any number. */
  private int entries;

  Rebuild(ByteSource source) {
    this.source = source;
  }

  /** Every storage that the pickle refers to, by its key. */
  Map<String, Pickled.Storage> storages() {
    return storages;
  }

  /**
   * The function or class of this name.
   *
   * @throws FileFormatException if it is not in the list
   */
  Pickled named(String module, String name) {
    for (Callable callable : Callable.values()) {
      if (callable.isNamed(module, name)) {
        return new Pickled.Function(callable);
      }
    }
    for (StorageType type : StorageType.values()) {
      if (module.equals("torch") && type.className().equals(name)) {
        return new Pickled.StorageClass(type);
      }
    }
    throw source.refuse(
        "asks for "
            + Json.excerpt(module + "." + name)
            + ", which is not in the list of what a checkpoint may name; it is hostile, or holds"
            + " more than weights: save model.state_dict() alone");
  }

  /** What a call stands for. */
  Pickled call(Callable callable, List<Pickled> arguments) {
    return switch (callable) {
      case ORDERED_DICT -> dictionary(arguments);
      case REBUILD_TENSOR -> tensor(callable, arguments, 4, 4);
      case REBUILD_TENSOR_V2 -> tensor(callable, arguments, 6, 7);
      case REBUILD_PARAMETER -> parameter(arguments);
      case SIZE -> {
        if (arguments.size() == 1 && arguments.getFirst() instanceof Pickled.Tuple sizes) {
          yield sizes;
        }
        throw refuse(callable, arguments);
      }
    };
  }

  /**
   * The storage that a tuple refers to: {@code ("storage", class, key, device, elements)}, in the
   * older format with one more, None or {@code (key of the view, first, elements)}.
   */
  Pickled storage(Pickled id) {
    if (!(id instanceof Pickled.Tuple tuple)
        || tuple.elements().size() < 5
        || tuple.elements().size() > 6
        || !(tuple.elements().get(0) instanceof Pickled.Text(String word))
        || !word.equals(STORAGE)
        || !(tuple.elements().get(1) instanceof Pickled.StorageClass(StorageType type))
        || !(tuple.elements().get(2) instanceof Pickled.Text(String key))
        || !(tuple.elements().get(4) instanceof Pickled.Int(long elements))) {
      throw source.refuse("refers to something outside of its pickle that is no storage");
    }
    if (elements < 0 || elements > source.length() / type.bytes()) {
      throw source.refuse(
          "storage "
              + Json.excerpt(key)
              + " has "
              + elements
              + " elements of "
              + type.bytes()
              + " bytes, the file has "
              + source.length()
              + " bytes; it is truncated or damaged");
    }
    var whole = new Pickled.Storage(key, type, 0, elements);
    Pickled.Storage known = storages.putIfAbsent(key, whole);
    if (known != null && !known.equals(whole)) {
      throw source.refuse("storage " + Json.excerpt(key) + " is described in two ways");
    }
    return tuple.elements().size() == 5 ? whole : view(whole, tuple.elements().get(5));
  }

  private Pickled view(Pickled.Storage whole, Pickled view) {
    if (view instanceof Pickled.None) {
      return whole;
    }
    if (view instanceof Pickled.Tuple tuple
        && tuple.elements().size() == 3
        && tuple.elements().get(1) instanceof Pickled.Int(long first)
        && tuple.elements().get(2) instanceof Pickled.Int(long elements)
        && first >= 0
        && elements >= 0
        && first <= whole.elements()
        && elements <= whole.elements() - first) {
      return new Pickled.Storage(whole.key(), whole.type(), first, elements);
    }
    throw source.refuse("a part of storage " + Json.excerpt(whole.key()) + " is not inside of it");
  }

  /** {@code ()}, or as Python 2 wrote it {@code ([[key, value], ...])}. */
  private Pickled dictionary(List<Pickled> arguments) {
    var dictionary = new Pickled.Dict();
    if (arguments.isEmpty()) {
      return dictionary;
    }
    if (arguments.size() != 1 || !(arguments.getFirst() instanceof Pickled.Sequence items)) {
      throw refuse(Callable.ORDERED_DICT, arguments);
    }
    for (Pickled item : items.elements()) {
      if (++entries > Unpickler.VALUE_LIMIT) {
        throw source.refuse(
            "makes dictionaries of more than " + Unpickler.VALUE_LIMIT + " entries; it is hostile");
      }
      List<Pickled> pair =
          switch (item) {
            case Pickled.Sequence list -> list.elements();
            case Pickled.Tuple tuple -> tuple.elements();
            default -> List.of();
          };
      if (pair.size() != 2) {
        throw refuse(Callable.ORDERED_DICT, arguments);
      }
      dictionary.put(pair.get(0), pair.get(1));
    }
    return dictionary;
  }

  private Pickled parameter(List<Pickled> arguments) {
    if (arguments.size() == 3 && arguments.getFirst() instanceof Pickled.View tensor) {
      return tensor;
    }
    throw refuse(Callable.REBUILD_PARAMETER, arguments);
  }

  private Pickled tensor(Callable callable, List<Pickled> arguments, int least, int most) {
    if (arguments.size() < least
        || arguments.size() > most
        || !(arguments.get(0) instanceof Pickled.Storage storage)
        || !(arguments.get(1) instanceof Pickled.Int(long offset))
        || !(arguments.get(2) instanceof Pickled.Tuple sizes)
        || !(arguments.get(3) instanceof Pickled.Tuple strides)) {
      throw refuse(callable, arguments);
    }
    int rank = sizes.elements().size();
    if (rank > MAX_RANK || strides.elements().size() != rank) {
      throw source.refuse(
          "a tensor has at most "
              + MAX_RANK
              + " axes with a size and a stride each, found "
              + rank
              + " sizes and "
              + strides.elements().size()
              + " strides");
    }
    return tensor(storage, offset, numbers(sizes), numbers(strides));
  }

  private Pickled tensor(Pickled.Storage storage, long offset, long[] sizes, long[] strides) {
    int[] checked = new int[sizes.length];
    long elements = 1;
    for (int axis = 0; axis < sizes.length; axis++) {
      long size = sizes[axis];
      // Both factors are below 2^31, so the product cannot overflow.
      elements = size < 0 || size > Integer.MAX_VALUE ? Long.MAX_VALUE : elements * size;
      if (elements > Integer.MAX_VALUE || strides[axis] < 0) {
        throw source.refuse(
            "a tensor's sizes and strides are at least 0 and it has less than 2^31 elements");
      }
      checked[axis] = (int) size;
    }
    return new Pickled.View(
        storage,
        offset,
        checked,
        strides,
        elements == 0 ? offset : last(storage, offset, sizes, strides));
  }

  /** The number of the last element, which is in the storage as all before it. */
  private long last(Pickled.Storage storage, long offset, long[] sizes, long[] strides) {
    long left = storage.elements() - 1 - offset;
    boolean inside = offset >= 0 && left >= 0;
    for (int axis = 0; inside && axis < sizes.length; axis++) {
      if (sizes[axis] > 1) {
        // Divided first, so that no product can overflow.
        inside = strides[axis] <= left / (sizes[axis] - 1);
        left -= inside ? strides[axis] * (sizes[axis] - 1) : 0;
      }
    }
    if (!inside) {
      throw source.refuse(
          "a tensor reaches outside of storage "
              + Json.excerpt(storage.key())
              + ", which has "
              + storage.elements()
              + " elements; it is damaged");
    }
    return storage.elements() - 1 - left;
  }

  private long[] numbers(Pickled.Tuple tuple) {
    return tuple.elements().stream()
        .mapToLong(
            element -> {
              if (element instanceof Pickled.Int(long value)) {
                return value;
              }
              throw source.refuse("a tensor's sizes and strides hold " + element.kind());
            })
        .toArray();
  }

  private FileFormatException refuse(Callable callable, List<Pickled> arguments) {
    return source.refuse(
        callable + " is asked for with " + arguments.size() + " arguments that do not fit it");
  }
}
