package io.dfsnet.nn.data;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A data set as the command line names it: {@code NAME}, {@code NAME:FOLDER}, {@code
 * NAME:FOLDER,key=value,...} or {@code NAME:key=value,...}.
 *
 * @param text all of it, for messages
 * @param name what stands before the first colon
 * @param words what stands behind it, separated by commas
 */
record Specification(String text, String name, List<String> words) {

  static Specification parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return new Specification(text, text, List.of());
    }
    String rest = text.substring(colon + 1);
    List<String> words = rest.isEmpty() ? List.of() : Arrays.asList(rest.split(",", -1));
    return new Specification(text, text.substring(0, colon), words);
  }

  /** The folder that everything behind the colon names. */
  Path folder() {
    return folder(String.join(",", words));
  }

  /** The folder that stands before the first comma. */
  Path folderBeforeOptions() {
    return folder(words.isEmpty() ? "" : words.getFirst());
  }

  private Path folder(String folderText) {
    if (folderText.isEmpty()) {
      throw new DataException("data '" + name + "': needs a folder; write " + name + ":FOLDER");
    }
    Path folder;
    try {
      folder = Path.of(folderText);
    } catch (InvalidPathException cause) {
      throw new DataException(
          "data '" + name + "': '" + folderText + "' is not a path: " + cause.getReason(), cause);
    }
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          "data '"
              + name
              + "': "
              + folder.toAbsolutePath()
              + " is not a folder; give the one that holds the data set's files");
    }
    return folder;
  }

  /**
   * The integers behind the options' names.
   *
   * @param from how many words stand before the options
   * @param defaults all names that are known, with the values of those that are left out
   */
  Map<String, Long> options(int from, Map<String, Long> defaults) {
    Map<String, Long> options = new LinkedHashMap<>(defaults);
    for (String option : words.subList(Math.min(from, words.size()), words.size())) {
      int equals = option.indexOf('=');
      String key = equals < 0 ? option : option.substring(0, equals);
      if (equals < 0 || !defaults.containsKey(key)) {
        throw refused(
            "'"
                + option
                + "' is unknown; the options are "
                + String.join("=N, ", defaults.keySet())
                + "=N");
      }
      try {
        options.put(key, Long.parseLong(option.substring(equals + 1)));
      } catch (NumberFormatException notANumber) {
        throw refused("'" + option + "' needs an integer behind its =");
      }
    }
    return options;
  }

  /** The value of an option that has to lie in a range. */
  int ranged(Map<String, Long> options, String key, int least, int most) {
    long value = options.get(key);
    if (value < least || value > most) {
      throw refused(key + " is from " + least + " to " + most + ", found " + value);
    }
    return (int) value;
  }

  private DataException refused(String rule) {
    return new DataException("data '" + text + "': " + rule);
  }
}
