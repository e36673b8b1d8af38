package io.dfsnet.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** {@code dfs} in a process of its own, on this JVM's modules. */
final class DfsProcess {
  private DfsProcess() {}

  /** Starts a call. Nobody reads its standard output; the caller reads standard error. */
  static Process start(List<?> words) throws IOException {
    return start(words, ProcessBuilder.Redirect.DISCARD);
  }

  /** Starts a call whose standard output goes there; the caller reads standard error. */
  static Process start(List<?> words, ProcessBuilder.Redirect out) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-cp", classPath()));
    command.add(Main.class.getName());
    words.forEach(word -> command.add(word.toString()));
    return new ProcessBuilder(command).redirectOutput(out).start();
  }

  /** Where the modules of this process come from, the tests left out. */
  private static String classPath() {
    return ModuleLayer.boot().configuration().modules().stream()
        .map(module -> module.reference().location().orElseThrow())
        .filter(location -> location.getScheme().equals("file"))
        .map((URI location) -> Path.of(location).toString())
        .collect(Collectors.joining(System.getProperty("path.separator")));
  }
}
