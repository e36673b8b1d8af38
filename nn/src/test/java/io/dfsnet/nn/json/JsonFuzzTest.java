package io.dfsnet.nn.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dfsnet.nn.Hostile;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile texts are read or refused; see docs/fuzzing.md. */
class JsonFuzzTest {
  @MethodSource("seeds")
  @FuzzTest
  void readsOrRefuses(byte[] utf8) {
    String text = new String(utf8, StandardCharsets.UTF_8);
    Hostile.readOrRefused(JsonException.class, () -> Json.parse(text))
        .ifPresent(value -> assertThat(Json.parse(value.toString())).isEqualTo(value));
  }

  static Stream<byte[]> seeds() {
    return Stream.of(
            "{\"a\":[1,-2.5e3,true,null],\"b\":{\"c\":\"d\\u00e9\\n\",\"e\":[[],{}]},\"f\":\"\"}",
            " [ false , 0.1E+7 , \"\\ud83d\\ude00\\\\\\/\\b\\f\\r\\t\" ] ",
            "[".repeat(Json.DEPTH_LIMIT) + "]".repeat(Json.DEPTH_LIMIT))
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }
}
