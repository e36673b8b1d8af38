package io.dfsnet.cli;

import io.dfsnet.nn.file.AtomicFile;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of a run: what was asked for, how it went, what came out.
 *
 * <pre>
 * of a training
 *   config.json           the effective configuration, keys as the options of the command
 *   metrics.jsonl         one JSON object for each epoch
 *   last.safetensors      the network after the last epoch
 *   best.safetensors      the network after the epoch that was best on the test images
 *   state.safetensors     everything that --resume needs; written last of an epoch's files
 * of a search
 *   search.json           the effective configuration
 *   metrics.jsonl         one JSON object for each epoch of the supernet
 *   supernet.safetensors  the shared weights of all candidates
 *   candidates.jsonl      every candidate that was looked at, in that order
 *   result.json           the best candidates, and the call that trains the best one
 * </pre>
 *
 * Files are written atomically ({@link AtomicFile}): whoever looks finds them whole, whenever the
 * process ends.
 */
final class RunFolder {
  static final String CONFIG = "config.json";
  static final String METRICS = "metrics.jsonl";
  static final String LAST = "last.safetensors";
  static final String BEST = "best.safetensors";
  static final String STATE = "state.safetensors";
  static final String SEARCH = "search.json";
  static final String SUPERNET = "supernet.safetensors";
  static final String CANDIDATES = "candidates.jsonl";
  static final String RESULT = "result.json";

  private final Path folder;

  private RunFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Checks that a run may begin here, and makes nothing yet.
   *
   * @throws UsageException if the folder holds something already
   */
  static RunFolder begin(Path folder) throws IOException {
    if (Files.exists(folder.resolve(CONFIG))) {
      throw new UsageException(
          "--out " + folder + ": holds a run; add --resume to go on, or name another folder");
    }
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        if (files.findAny().isPresent()) {
          throw new UsageException("--out " + folder + ": is not empty; name a new folder");
        }
      }
    } else if (Files.exists(folder)) {
      throw new UsageException("--out " + folder + ": is a file; name a new folder");
    }
    return new RunFolder(folder);
  }

  /**
   * A run that was begun before.
   *
   * @throws UsageException if there is none
   */
  static RunFolder resume(Path folder) {
    if (!Files.exists(folder.resolve(CONFIG))) {
      throw new UsageException(
          "--out " + folder + ": holds no run to go on with; leave out --resume to begin one");
    }
    return new RunFolder(folder);
  }

  /** Where a file of the run is. */
  Path path(String file) {
    return folder.resolve(file);
  }

  boolean has(String file) {
    return Files.exists(path(file));
  }

  /** Makes the folder if it is not there. */
  void make() throws IOException {
    Files.createDirectories(folder);
  }

  /** Writes one object as a text file. */
  void writeJson(String file, Json.Object object) {
    writeLines(file, List.of(object));
  }

  /** Writes one object a line. */
  void writeLines(String file, List<Json.Object> lines) {
    AtomicFile.write(
        path(file),
        out -> {
          for (Json.Object line : lines) {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
          }
        });
  }

  /**
   * Reads an object.
   *
   * @throws CommandException if the file is not what this program writes
   */
  Json.Object readJson(String file) throws IOException {
    return parse(file, Files.readString(path(file)));
  }

  /** Reads one object a line; a file that is not there has none. */
  List<Json.Object> readLines(String file) throws IOException {
    if (!has(file)) {
      return List.of();
    }
    return Files.readAllLines(path(file)).stream().map(line -> parse(file, line)).toList();
  }

  @Override
  public String toString() {
    return folder.toString();
  }

  private Json.Object parse(String file, String text) {
    try {
      return Json.parse(text).asObject(file);
    } catch (JsonException cause) {
      throw broken(file, cause);
    }
  }

  /** A file of the run that is not as this program writes it. */
  CommandException broken(String file, IllegalArgumentException cause) {
    return new CommandException(
        path(file) + ": " + cause.getMessage() + "; restore the file or begin another run", cause);
  }
}
