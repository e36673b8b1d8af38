package io.dfsnet.bench.peers;

import io.dfsnet.nn.json.Json;

/** What a lane answers; one line of JSON each. */
sealed interface Reply {

  /** The first line of every lane: its library has loaded. */
  record Ready(String library) implements Reply {}

  /** A measured work. */
  record Measured(Timing timing, String detail) implements Reply {}

  /** Billions of floating point operations a second, the most that one thread can do. */
  record Peak(double gigaflops) implements Reply {}

  /** The work cannot be done, and why. The lane goes on. */
  record Refused(String reason) implements Reply {}

  default String line() {
    Json.Builder json = Json.object();
    switch (this) {
      case Ready(String library) -> json.put("ready", library);
      case Measured(Timing timing, String detail) ->
          json.put("median", timing.median())
              .put("lower", timing.lower())
              .put("upper", timing.upper())
              .put("samples", timing.samples())
              .put("share", timing.share())
              .put("detail", detail);
      case Peak(double gigaflops) -> json.put("peak", gigaflops);
      case Refused(String reason) -> json.put("refused", reason);
    }
    return json.build().toString();
  }

  static Reply parse(String line) {
    Json.Object json = Json.parse(line).asObject("reply");
    if (json.has("ready")) {
      return new Ready(json.text("ready"));
    }
    if (json.has("peak")) {
      return new Peak(json.number("peak").doubleValue());
    }
    if (json.has("refused")) {
      return new Refused(json.text("refused"));
    }
    return new Measured(
        new Timing(
            json.number("median").doubleValue(),
            json.number("lower").doubleValue(),
            json.number("upper").doubleValue(),
            json.integer("samples", 1, Integer.MAX_VALUE),
            json.number("share").doubleValue()),
        json.text("detail"));
  }
}
