package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.nn.json.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** One call of {@code dfs} in this process: what it printed and how it ended. */
record Call(List<String> arguments, int status, String out, String err) {

  /** Runs {@code dfs} with these words. */
  static Call dfs(Object... words) {
    List<String> arguments = new ArrayList<>();
    for (Object word : words) {
      arguments.add(word.toString());
    }
    String[] line = arguments.toArray(String[]::new);
    var out = new StringWriter();
    var err = new StringWriter();
    int status = Dfs.commandLine(new PrintWriter(out), new PrintWriter(err), line).execute(line);
    return new Call(arguments, status, out.toString(), err.toString());
  }

  /** Checks that the call did its work. */
  Call succeeds() {
    assertThat(status).as(toString()).isZero();
    return this;
  }

  /**
   * Checks that the call ended with this status and one line on standard error that holds all these
   * words, and said nothing on standard output.
   */
  Call fails(int wanted, String... words) {
    assertThat(status).as(toString()).isEqualTo(wanted);
    assertThat(err.lines()).as(toString()).hasSize(1);
    assertThat(err).startsWith("dfs: ").contains(words).doesNotContain("Exception", "defect");
    assertThat(out).isEmpty();
    return this;
  }

  /** The one JSON object on standard output; the strict parser refuses anything behind it. */
  Json.Object json() {
    succeeds();
    return Json.parse(out.strip()).asObject("standard output");
  }

  @Override
  public String toString() {
    return "dfs "
        + String.join(" ", arguments)
        + "\nstatus "
        + status
        + "\n--- out\n"
        + out
        + "\n--- err\n"
        + err;
  }
}
