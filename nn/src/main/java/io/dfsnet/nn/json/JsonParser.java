package io.dfsnet.nn.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Recursive descent over one text; the nesting, and with it the stack, is bounded. */
final class JsonParser {
  private final String text;
  private int at;
  private int depth;
  private int values;

  JsonParser(String text) {
    this.text = text;
  }

  Json parse() {
    Json value = value();
    skipSpace();
    if (at < text.length()) {
      throw refuse("nothing may stand behind the value");
    }
    return value;
  }

  /** {@code value} as a {@code type}; {@code what} and {@code wanted} name both in the error. */
  static <T extends Json> T require(Class<T> type, String what, String wanted, Json value) {
    if (!type.isInstance(value)) {
      throw new JsonException("json: " + what + " must be " + wanted + ", found " + value.kind());
    }
    return type.cast(value);
  }

  static String text(String what, Json value) {
    return require(Json.Text.class, what, "a text", value).value();
  }

  static long integer(String what, Json value) {
    String literal = require(Json.Number.class, what, "an integer", value).literal();
    try {
      return Long.parseLong(literal);
    } catch (NumberFormatException noInteger) {
      throw new JsonException(
          "json: "
              + what
              + " must be an integer of at most 64 bits, found "
              + Json.excerpt(literal));
    }
  }

  private Json value() {
    skipSpace();
    if (++values > Json.VALUE_LIMIT) {
      throw refuse("at most " + Json.VALUE_LIMIT + " values are read");
    }
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> new Json.Text(string());
      case 't' -> word("true", new Json.Bool(true));
      case 'f' -> word("false", new Json.Bool(false));
      case 'n' -> word("null", new Json.Null());
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> throw refuse("a value must begin here");
    };
  }

  private Json object() {
    enter();
    Map<String, Json> members = new LinkedHashMap<>();
    skipSpace();
    if (peek() != '}') {
      do {
        skipSpace();
        int start = at;
        if (peek() != '"') {
          throw refuse("a key must begin here");
        }
        String key = string();
        skipSpace();
        expect(':');
        if (members.put(key, value()) != null) {
          at = start;
          throw refuse("key " + Json.excerpt(key) + " is there twice");
        }
      } while (comma());
    }
    expect('}');
    depth--;
    return new Json.Object(members);
  }

  private Json array() {
    enter();
    List<Json> elements = new ArrayList<>();
    skipSpace();
    if (peek() != ']') {
      do {
        elements.add(value());
      } while (comma());
    }
    expect(']');
    depth--;
    return new Json.Array(elements);
  }

  private void enter() {
    at++;
    if (++depth > Json.DEPTH_LIMIT) {
      throw refuse("arrays and objects nest at most " + Json.DEPTH_LIMIT + " deep");
    }
  }

  private boolean comma() {
    skipSpace();
    if (peek() != ',') {
      return false;
    }
    at++;
    return true;
  }

  private String string() {
    at++;
    StringBuilder out = new StringBuilder();
    while (peek() != '"') {
      char c = text.charAt(at);
      if (c < ' ') {
        throw refuse("control characters in texts must be escaped");
      }
      at++;
      out.append(c == '\\' ? escape() : c);
    }
    at++;
    return out.toString();
  }

  private char escape() {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          int digit = peek() < 128 ? Character.digit(peek(), 16) : -1;
          if (digit < 0) {
            throw refuse("\\u needs four hexadecimal digits");
          }
          code = code << 4 | digit;
          at++;
        }
        yield (char) code;
      }
      default -> {
        at--;
        throw refuse("unknown escape");
      }
    };
  }

  private Json number() {
    int start = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String literal = text.substring(start, at);
    try {
      return new Json.Number(literal);
    } catch (JsonException notANumber) {
      at = start;
      throw refuse(Json.excerpt(literal) + " is not a number");
    }
  }

  private Json word(String word, Json value) {
    if (!text.startsWith(word, at)) {
      throw refuse("a value must begin here");
    }
    at += word.length();
    return value;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() {
    if (at == text.length()) {
      throw refuse("the text ends too early");
    }
    return text.charAt(at);
  }

  private void expect(char wanted) {
    if (peek() != wanted) {
      throw refuse("'" + wanted + "' must stand here");
    }
    at++;
  }

  private JsonException refuse(String rule) {
    return new JsonException("json: character " + at + ": " + rule);
  }
}
