package io.dfsnet.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Rows of text in aligned columns: words to the left, numbers to the right. */
final class TextTable {
  private static final String GAP = "  ";

  /** A number, perhaps with a unit; or nothing. */
  private static final Pattern NUMBER = Pattern.compile("([-+]?[0-9][0-9.,]*( \\S+)?)?");

  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  TextTable(String... header) {
    this.header = List.of(header);
  }

  /** Adds a row; as many cells as the header has. */
  TextTable row(Object... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(
          "table: " + cells.length + " cells for " + header.size() + " columns");
    }
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(cell.toString());
    }
    rows.add(row);
    return this;
  }

  @Override
  public String toString() {
    int[] widths = new int[header.size()];
    boolean[] numeric = new boolean[header.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = header.get(column).length();
      numeric[column] = !rows.isEmpty();
      for (List<String> row : rows) {
        String cell = row.get(column);
        widths[column] = Math.max(widths[column], cell.length());
        numeric[column] &= NUMBER.matcher(cell).matches();
      }
    }
    var text = new StringBuilder();
    append(text, header, widths, numeric);
    for (List<String> row : rows) {
      text.append(System.lineSeparator());
      append(text, row, widths, numeric);
    }
    return text.toString();
  }

  private static void append(
      StringBuilder text, List<String> row, int[] widths, boolean[] numeric) {
    var line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = row.get(column);
      String padding = " ".repeat(widths[column] - cell.length());
      line.append(numeric[column] ? padding + cell : cell + padding).append(GAP);
    }
    text.append(line.toString().stripTrailing());
  }
}
