package io.dfsnet.nn.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.Mutations;
import io.dfsnet.nn.Seeds;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-12.5e-3",
        "1E+400",
        "123456789012345678901234567890",
        "\"\"",
        "\"text\"",
        "[]",
        "[1,[2,[]],{}]",
        "{}",
        "{\"b\":1,\"a\":{\"\":null}}"
      })
  void compactTextComesBackAsItWas(String text) {
    assertThat(Json.parse(text)).hasToString(text);
  }

  @Test
  void spaceBetweenTokensIsSkipped() {
    assertThat(Json.parse(" \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : true } \n"))
        .hasToString("{\"a\":[1,2],\"b\":true}");
  }

  @Test
  void escapesAreRead() {
    assertThat(Json.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\""))
        .isEqualTo(Json.of("\"\\/\b\f\n\r\t\u00e9\ud83d\ude00"));
  }

  @Test
  void textsAreEscapedWhereTheyMustBe() {
    assertThat(Json.of("\"\\/\b\f\n\r\t\u0001\u007f\u00e9\ud83d\ude00"))
        .hasToString("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f\u00e9\ud83d\ude00\"");
    // Half a character has no UTF-8; escaped it survives.
    assertThat(Json.of("a\ud83d")).hasToString("\"a\\ud83d\"");
    assertThat(Json.of("\ude00\ud83d!")).hasToString("\"\\ude00\\ud83d!\"");
  }

  @Test
  void everyCharacterSurvivesWritingAndReading() {
    StringBuilder all = new StringBuilder();
    for (int c = 0; c <= 0xffff; c++) {
      all.append((char) c);
    }
    Json text = Json.of(all.toString());
    byte[] utf8 = text.toString().getBytes(StandardCharsets.UTF_8);
    assertThat(Json.parse(new String(utf8, StandardCharsets.UTF_8))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "``; character 0: the text ends too early",
        "` `; character 1: the text ends too early",
        "nul; character 0: a value must begin here",
        "True; character 0: a value must begin here",
        "NaN; character 0: a value must begin here",
        "'a'; character 0: a value must begin here",
        "01; is not a number",
        "+1; character 0",
        "1.; is not a number",
        ".5; character 0",
        "1e; is not a number",
        "-; is not a number",
        "0x10; nothing may stand behind the value",
        "1 2; character 2: nothing may stand behind the value",
        "[1,]; character 3: a value must begin here",
        "[1 2]; character 3: ']' must stand here",
        "[1; character 2: the text ends too early",
        "{\"a\"}; character 4: ':' must stand here",
        "{\"a\":1,}; character 7: a key must begin here",
        "{a:1}; character 1: a key must begin here",
        "{\"a\":1,\"a\":2}; character 7: key \"a\" is there twice",
        "\"abc; character 4: the text ends too early",
        "\"\\x\"; character 2: unknown escape",
        "\"\\u12g4\"; character 5: \\u needs four hexadecimal digits",
        "\"\\u\uff11\uff12\uff13\uff14\"; four hexadecimal digits",
        "[1]//; nothing may stand behind the value",
      })
  void whatIsNoJsonIsRefusedWithItsPosition(String text, String rule) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(JsonException.class)
        .hasMessageStartingWith("json: character ")
        .hasMessageContaining(rule);
  }

  @Test
  void controlCharactersInTextsMustBeEscaped() {
    assertThatThrownBy(() -> Json.parse("\"a\nb\""))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("character 2: control characters");
    assertThatThrownBy(() -> Json.parse("\ufeff{}")).isInstanceOf(JsonException.class);
  }

  @Test
  void depthIsLimited() {
    int limit = Json.DEPTH_LIMIT;
    Json.parse("[".repeat(limit) + "]".repeat(limit));
    assertThatThrownBy(() -> Json.parse("[".repeat(limit + 1) + "]".repeat(limit + 1)))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("nest at most 64 deep");
    assertThatThrownBy(() -> Json.parse("{\"a\":".repeat(500_000), Integer.MAX_VALUE))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("nest at most 64 deep");
  }

  @Test
  void lengthAndCountAreLimited() {
    assertThat(Json.parse("[1,2]", 5)).hasToString("[1,2]");
    assertThatThrownBy(() -> Json.parse("[1,2]", 4))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("at most 4 characters are read here, found 5");
    assertThatThrownBy(() -> Json.parse(" ".repeat(Json.DEFAULT_LENGTH_LIMIT + 1)))
        .isInstanceOf(JsonException.class);
    String many = "[" + "0,".repeat(Json.VALUE_LIMIT) + "0]";
    assertThatThrownBy(() -> Json.parse(many, many.length()))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("at most 262144 values");
  }

  @Test
  void gettersGiveWhatIsThere() {
    Json.Object json =
        Json.object()
            .put("text", "a")
            .put("integer", Long.MIN_VALUE)
            .put("number", 0.1)
            .put("float", 1e-5f)
            .put("bool", true)
            .put("texts", Json.texts(List.of("x", "y")))
            .put("integers", Json.integers(1, -2))
            .put("object", Json.object().put("inner", 3).build())
            .build();

    assertThat(json)
        .hasToString(
            "{\"text\":\"a\",\"integer\":-9223372036854775808,\"number\":0.1,\"float\":1.0E-5,"
                + "\"bool\":true,\"texts\":[\"x\",\"y\"],\"integers\":[1,-2],"
                + "\"object\":{\"inner\":3}}");
    Json.Object read = Json.parse(json.toString()).asObject("it");
    assertThat(read).isEqualTo(json);
    assertThat(read.text("text")).isEqualTo("a");
    assertThat(read.integer("integer")).isEqualTo(Long.MIN_VALUE);
    assertThat(read.number("number").doubleValue()).isEqualTo(0.1);
    assertThat(read.number("float").floatValue()).isEqualTo(1e-5f);
    assertThat(read.bool("bool")).isTrue();
    assertThat(read.array("texts").texts("texts")).containsExactly("x", "y");
    assertThat(read.array("integers").integers("integers")).containsExactly(1, -2);
    assertThat(read.object("object").integer("inner", 0, 3)).isEqualTo(3);
    assertThat(read.has("inner")).isFalse();
  }

  @Test
  void gettersNameTheKeyAndWhatIsThere() {
    Json.Object json =
        Json.parse("{\"a\":\"x\",\"n\":1.5,\"l\":[1,\"2\"],\"o\":null}").asObject("it");

    assertRefused(() -> json.get("b"), "key \"b\" is missing");
    assertRefused(() -> json.integer("a"), "key \"a\" must be an integer, found a text");
    assertRefused(
        () -> json.integer("n"), "key \"n\" must be an integer of at most 64 bits, found \"1.5\"");
    assertRefused(() -> json.text("n"), "key \"n\" must be a text, found a number");
    assertRefused(() -> json.bool("o"), "key \"o\" must be true or false, found null");
    assertRefused(() -> json.array("a"), "key \"a\" must be an array, found a text");
    assertRefused(() -> json.object("l"), "key \"l\" must be an object, found an array");
    assertRefused(() -> json.number("a"), "key \"a\" must be a number, found a text");
    assertRefused(() -> json.array("l").integers("l"), "l[1] must be an integer, found a text");
    assertRefused(() -> json.array("l").texts("l"), "l[0] must be a text, found a number");
    assertRefused(
        () -> Json.of(7).asObject("the plan"), "the plan must be an object, found a number");
    assertRefused(
        () -> Json.object().put("k", 11).build().integer("k", 1, 10),
        "key \"k\" must be from 1 to 10, found 11");
  }

  @Test
  void valuesThatJsonCannotSayAreRefused() {
    assertRefused(() -> Json.of(Double.NaN), "finite");
    assertRefused(() -> Json.of(Float.POSITIVE_INFINITY), "finite");
    assertRefused(() -> new Json.Number("1,5"), "\"1,5\" is not a number");
    assertRefused(() -> Json.object().put("a", 1).put("a", 2), "key \"a\" is there twice");
  }

  @Test
  void valuesAreImmutable() {
    Map<String, Json> members = new java.util.HashMap<>(Map.of("a", Json.of(1)));
    Json.Object object = new Json.Object(members);
    members.clear();
    assertThat(object.has("a")).isTrue();
    assertThatThrownBy(() -> object.members().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void excerptsAreShortAndPrintable() {
    assertThat(Json.excerpt("\u001b[31m")).isEqualTo("\"\\u001b[31m\"");
    assertThat(Json.excerpt("x".repeat(1000))).hasSizeLessThan(70);
  }

  /** Whatever happens to a text, it is read or refused with a JsonException, and in time. */
  @Test
  void damagedTextsAreReadOrRefused() {
    byte[] text =
        "{\"a\":[1,-2.5e3,true,null],\"b\":{\"c\":\"d\\u00e9\\n\",\"e\":[[],{}]},\"f\":\"\"}"
            .getBytes(StandardCharsets.UTF_8);
    Assertions.assertTimeout(
        Duration.ofSeconds(60),
        () -> {
          int read = 0;
          for (int seed = 0; seed < 20_000; seed++) {
            byte[] mutant = Mutations.mutate(text, Seeds.random(seed, "json"));
            try {
              Json value = Json.parse(new String(mutant, StandardCharsets.ISO_8859_1));
              assertThat(Json.parse(value.toString())).as("seed %d", seed).isEqualTo(value);
              read++;
            } catch (JsonException expected) {
              assertThat(expected.getMessage()).as("seed %d", seed).startsWith("json: ");
            } catch (RuntimeException | Error other) {
              throw new AssertionError("seed " + seed, other);
            }
          }
          assertThat(read).isBetween(1_000, 19_000);
        });
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String rule) {
    assertThatThrownBy(call).isInstanceOf(JsonException.class).hasMessageContaining(rule);
  }
}
