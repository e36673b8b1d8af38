import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks or rewrites the format of every Java source: {@code java Format.java JAR ROOT check|write}.
 *
 * <p>A process of its own, because google-java-format parses with the javac of the JVM that runs it, and Maven may run
 * on an older one than the sources need.
 */
final class Format {
  public static void main(String[] arguments) throws IOException, InterruptedException {
    var jar = arguments[0];
    var root = Path.of(arguments[1]);
    boolean write = arguments[2].equals("write");

    List<String> sources;
    try (Stream<Path> files = Files.walk(root)) {
      sources =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> root.relativize(file).toString().contains("src"))
              .map(Path::toString)
              .sorted()
              .toList();
    }
    var list = Files.createTempFile("format", ".list");
    try {
      Files.write(list, sources);
      var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
      var process =
          new ProcessBuilder(
                  java,
                  "-XX:TieredStopAtLevel=1",
                  "-jar",
                  jar,
                  write ? "--replace" : "--dry-run",
                  "--set-exit-if-changed",
                  "@" + list)
              .inheritIO()
              .start();
      int status = process.waitFor();
      if (status != 0 && !write) {
        System.err.println("format: the files above differ; `mvn -N validate -Pformat` rewrites them");
        System.exit(1);
      }
    } finally {
      Files.delete(list);
    }
  }
}
