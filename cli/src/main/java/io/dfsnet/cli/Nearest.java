package io.dfsnet.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The known name that an unknown one was probably meant to be. */
final class Nearest {
  private Nearest() {}

  /** The name that the fewest insertions, deletions and replacements lead to, if they are few. */
  static Optional<String> to(String word, Collection<String> names) {
    int few = Math.max(1, word.length() / 3);
    return names.stream()
        .filter(name -> distance(word, name) <= few)
        .min(Comparator.comparingInt(name -> distance(word, name)));
  }

  /** Levenshtein's edit distance, row by row of its table. */
  static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
