package io.dfsnet.nn.json;

import java.util.HexFormat;
import java.util.Map;

/** Writes values compactly. Everything outside ASCII's controls is written as it is. */
final class JsonWriter {
  private static final int EXCERPT = 60;

  private final StringBuilder out = new StringBuilder();

  private JsonWriter() {}

  static String write(Json value) {
    JsonWriter writer = new JsonWriter();
    writer.value(value);
    return writer.out.toString();
  }

  static String excerpt(String text) {
    JsonWriter writer = new JsonWriter();
    writer.text(text.substring(0, Math.min(text.length(), EXCERPT)));
    return text.length() > EXCERPT ? writer.out + "..." : writer.out.toString();
  }

  private void value(Json value) {
    switch (value) {
      case Json.Text text -> text(text.value());
      case Json.Number number -> out.append(number.literal());
      case Json.Bool bool -> out.append(bool.value());
      case Json.Null _ -> out.append("null");
      case Json.Array array -> {
        String separator = "[";
        for (Json element : array.elements()) {
          out.append(separator);
          value(element);
          separator = ",";
        }
        out.append(array.elements().isEmpty() ? "[]" : "]");
      }
      case Json.Object object -> {
        String separator = "{";
        for (Map.Entry<String, Json> member : object.members().entrySet()) {
          out.append(separator);
          text(member.getKey());
          out.append(':');
          value(member.getValue());
          separator = ",";
        }
        out.append(object.members().isEmpty() ? "{}" : "}");
      }
    }
  }

  private void text(String text) {
    out.append('"');
    characters(text);
    out.append('"');
  }

  private void characters(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (Character.isISOControl(c) || isUnpairedSurrogate(text, i)) {
            out.append("\\u").append(HexFormat.of().toHexDigits(c));
          } else {
            out.append(c);
          }
        }
      }
    }
  }

  /** Half a character, which UTF-8 cannot carry. */
  private static boolean isUnpairedSurrogate(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }
}
