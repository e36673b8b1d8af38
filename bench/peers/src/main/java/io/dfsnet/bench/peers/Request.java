package io.dfsnet.bench.peers;

import io.dfsnet.nn.json.Json;
import java.nio.file.Path;

/** What the driver asks of a lane; one line of JSON each. */
sealed interface Request {

  /**
   * Measure a work. A lane keeps the last work ready, so that asking again costs only the samples.
   *
   * @param output where the result goes as big-endian floats if the lane had to make ready for this
   *     work; otherwise nothing is written
   */
  record Measure(Work work, Path output) implements Request {}

  /** Measure how fast one thread multiplies and adds; only our own lane can. */
  record Peak() implements Request {}

  default String line() {
    return switch (this) {
      case Measure(Work work, Path output) ->
          Json.object()
              .put("work", work.toString())
              .put("output", output.toString())
              .build()
              .toString();
      case Peak() -> Json.object().put("peak", true).build().toString();
    };
  }

  static Request parse(String line) {
    Json.Object json = Json.parse(line).asObject("request");
    return json.has("peak")
        ? new Peak()
        : new Measure(Work.parse(json.text("work")), Path.of(json.text("output")));
  }
}
