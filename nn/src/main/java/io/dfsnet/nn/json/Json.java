package io.dfsnet.nn.json;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * An immutable JSON value (RFC 8259). {@link #toString} writes it compactly, members in the order
 * in which they were added, so that equal values built in the same way give the same text.
 */
public sealed interface Json {

  /** The length that {@link #parse(String)} accepts, in characters. */
  int DEFAULT_LENGTH_LIMIT = 1 << 20;

  /** How deep arrays and objects may nest: bounds the reader's stack. */
  int DEPTH_LIMIT = 64;

  /** How many values a text may hold in all: bounds what the reader allocates. */
  int VALUE_LIMIT = 1 << 18;

  /**
   * Reads one value and nothing behind it.
   *
   * @throws JsonException if the text is longer than {@link #DEFAULT_LENGTH_LIMIT}, nests deeper
   *     than {@link #DEPTH_LIMIT}, holds more than {@link #VALUE_LIMIT} values, names a key twice
   *     or is no JSON
   */
  static Json parse(String text) {
    return parse(text, DEFAULT_LENGTH_LIMIT);
  }

  /** As {@link #parse(String)}, for texts of up to {@code lengthLimit} characters. */
  static Json parse(String text, int lengthLimit) {
    if (text.length() > lengthLimit) {
      throw new JsonException(
          "json: at most "
              + lengthLimit
              + " characters are read here, found "
              + text.length()
              + "; read a shorter text or raise the limit");
    }
    return new JsonParser(text).parse();
  }

  static Json of(String text) {
    return new Text(text);
  }

  static Json of(long number) {
    return new Number(Long.toString(number));
  }

  /** A finite number; JSON has no infinities and no NaN. */
  static Json of(double number) {
    if (!Double.isFinite(number)) {
      throw new JsonException("json: numbers are finite, found " + number);
    }
    return new Number(Double.toString(number));
  }

  /** A finite number in the fewest digits that give back this float. */
  static Json of(float number) {
    if (!Float.isFinite(number)) {
      throw new JsonException("json: numbers are finite, found " + number);
    }
    return new Number(Float.toString(number));
  }

  /** A number; null where it is infinite or NaN, which JSON has no word for. */
  static Json orNull(double number) {
    return Double.isFinite(number) ? of(number) : new Null();
  }

  static Json of(boolean bool) {
    return new Bool(bool);
  }

  static Array array(Collection<? extends Json> elements) {
    return new Array(List.copyOf(elements));
  }

  /** An array of texts. */
  static Array texts(Collection<String> texts) {
    return array(texts.stream().map(Json::of).toList());
  }

  /** An array of integers. */
  static Array integers(int... numbers) {
    return array(IntStream.of(numbers).mapToObj(Json::of).toList());
  }

  /** An array of integers. */
  static Array integers(long... numbers) {
    return array(LongStream.of(numbers).mapToObj(Json::of).toList());
  }

  /** Begins an object. */
  static Builder object() {
    return new Builder();
  }

  /** The beginning of a text from outside in quotes, short and printable, for messages. */
  static String excerpt(String text) {
    return JsonWriter.excerpt(text);
  }

  /** What the value is, in the words of error messages. */
  default String kind() {
    return switch (this) {
      case Text _ -> "a text";
      case Number _ -> "a number";
      case Bool _ -> "true or false";
      case Null _ -> "null";
      case Array _ -> "an array";
      case Object _ -> "an object";
    };
  }

  /** This value as an object, called {@code what} in the error if it is none. */
  default Object asObject(String what) {
    return JsonParser.require(Object.class, what, "an object", this);
  }

  record Text(String value) implements Json {
    @Override
    public String toString() {
      return JsonWriter.write(this);
    }
  }

  /**
   * A number as it is written: no digit is lost between reading and writing, and {@code 1} and
   * {@code 1.0} differ.
   */
  record Number(String literal) implements Json {
    private static final Pattern GRAMMAR =
        Pattern.compile("-?(0|[1-9][0-9]*+)(\\.[0-9]++)?([eE][+-]?[0-9]++)?");

    public Number {
      if (!GRAMMAR.matcher(literal).matches()) {
        throw new JsonException("json: " + excerpt(literal) + " is not a number");
      }
    }

    /** The nearest double; infinite where the literal is too large for one. */
    public double doubleValue() {
      return Double.parseDouble(literal);
    }

    /** The nearest float; infinite where the literal is too large for one. */
    public float floatValue() {
      return Float.parseFloat(literal);
    }

    @Override
    public String toString() {
      return literal;
    }
  }

  record Bool(boolean value) implements Json {
    @Override
    public String toString() {
      return String.valueOf(value);
    }
  }

  record Null() implements Json {
    @Override
    public String toString() {
      return "null";
    }
  }

  record Array(List<Json> elements) implements Json {
    public Array {
      elements = List.copyOf(elements);
    }

    /** The elements as texts; {@code what} names the array in errors. */
    public List<String> texts(String what) {
      List<String> texts = new ArrayList<>(elements.size());
      for (int i = 0; i < elements.size(); i++) {
        texts.add(JsonParser.text(what + "[" + i + "]", elements.get(i)));
      }
      return texts;
    }

    /** The elements as integers; {@code what} names the array in errors. */
    public long[] integers(String what) {
      long[] numbers = new long[elements.size()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = JsonParser.integer(what + "[" + i + "]", elements.get(i));
      }
      return numbers;
    }

    @Override
    public String toString() {
      return JsonWriter.write(this);
    }
  }

  /** Members by key, in order. The getters throw a {@link JsonException} that names the key. */
  record Object(Map<String, Json> members) implements Json {
    public Object {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    public boolean has(String key) {
      return members.containsKey(key);
    }

    /** The member, whatever it is. */
    public Json get(String key) {
      Json value = members.get(key);
      if (value == null) {
        throw new JsonException("json: " + named(key) + " is missing");
      }
      return value;
    }

    public String text(String key) {
      return JsonParser.text(named(key), get(key));
    }

    /** An integer that a {@code long} holds. */
    public long integer(String key) {
      return JsonParser.integer(named(key), get(key));
    }

    /** An integer from {@code min} to {@code max}. */
    public int integer(String key, int min, int max) {
      long number = integer(key);
      if (number < min || number > max) {
        throw new JsonException(
            "json: " + named(key) + " must be from " + min + " to " + max + ", found " + number);
      }
      return (int) number;
    }

    public Number number(String key) {
      return JsonParser.require(Number.class, named(key), "a number", get(key));
    }

    public boolean bool(String key) {
      return JsonParser.require(Bool.class, named(key), "true or false", get(key)).value();
    }

    public Array array(String key) {
      return JsonParser.require(Array.class, named(key), "an array", get(key));
    }

    public Object object(String key) {
      return get(key).asObject(named(key));
    }

    @Override
    public String toString() {
      return JsonWriter.write(this);
    }

    /** The key as it stands in messages; it may come from outside. */
    private static String named(String key) {
      return "key " + excerpt(key);
    }
  }

  /** Puts an object together, member by member; refuses a key that is there already. */
  final class Builder {
    private final Map<String, Json> members = new LinkedHashMap<>();

    private Builder() {}

    public Builder put(String key, Json value) {
      if (members.putIfAbsent(key, value) != null) {
        throw new JsonException("json: key " + excerpt(key) + " is there twice");
      }
      return this;
    }

    public Builder put(String key, String value) {
      return put(key, of(value));
    }

    public Builder put(String key, long value) {
      return put(key, of(value));
    }

    public Builder put(String key, double value) {
      return put(key, of(value));
    }

    public Builder put(String key, float value) {
      return put(key, of(value));
    }

    public Builder put(String key, boolean value) {
      return put(key, of(value));
    }

    public Object build() {
      return new Object(members);
    }
  }
}
