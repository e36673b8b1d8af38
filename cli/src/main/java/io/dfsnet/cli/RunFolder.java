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
 *   metrics.jsonl         one JSON object for each epoch, and for every so many steps
 *   events.out.tfevents.* the same for TensorBoard, a file for each start
 *   last.safetensors      the network after the last epoch
 *   best.safetensors      the network after the epoch that was best on the test images
 *   state.safetensors     the checkpoint, all that --resume needs; written last of an epoch's files
 * of a search
 *   search.json           the effective configuration
 *   metrics.jsonl         one JSON object for each epoch of the supernet
 *   supernet.safetensors  the shared weights of all candidates
 *   candidates.jsonl      every candidate that was looked at, in that order
 *   result.json           the best candidates, and the call that trains the best one
 * of both
 *   .lock                 held by the process that works in the folder
 * </pre>
 *
 * Files are written atomically ({@link AtomicFile}): whoever looks finds them whole, whenever the
 * process ends. Those that grow line by line are not; {@code --resume} cuts them back.
 */
final class RunFolder implements AutoCloseable {
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
  private RunLock lock;

  private RunFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Checks that a run may begin here, and makes nothing yet.
   *
   * @throws UsageException if the folder holds something already
   */
  static RunFolder begin(Path folder) throws IOException {
    var run = new RunFolder(folder);
    run.requireEmpty();
    return run;
  }

  /**
   * A run that was begun before, for this process alone.
   *
   * @throws UsageException if there is none
   * @throws CommandException if another process works in it
   */
  static RunFolder resume(Path folder) throws IOException {
    if (!Files.exists(folder.resolve(CONFIG))) {
      throw new UsageException(
          "--out " + folder + ": holds no run to go on with; leave out --resume to begin one");
    }
    var run = new RunFolder(folder);
    run.take();
    return run;
  }

  /** Where a file of the run is. */
  Path path(String file) {
    return folder.resolve(file);
  }

  boolean has(String file) {
    return Files.exists(path(file));
  }

  /**
   * Makes the folder if it is not there, for this process alone.
   *
   * @throws CommandException if another process works in it
   */
  void make() throws IOException {
    Files.createDirectories(folder);
    take();
    requireEmpty();
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

  /** Lets other processes work in the folder. */
  @Override
  public void close() throws IOException {
    if (lock != null) {
      lock.close();
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }

  /** Takes the lock, and deletes what a process left behind that was killed while it wrote. */
  private void take() throws IOException {
    lock = RunLock.take(folder);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path left : files.filter(AtomicFile::isTemporary).toList()) {
        Files.delete(left);
      }
    }
  }

  private void requireEmpty() throws IOException {
    if (has(CONFIG)) {
      throw new UsageException(
          "--out " + folder + ": holds a run; add --resume to go on, or name another folder");
    }
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        if (files.anyMatch(file -> !AtomicFile.isTemporary(file) && !file.endsWith(RunLock.FILE))) {
          throw new UsageException("--out " + folder + ": is not empty; name a new folder");
        }
      }
    } else if (Files.exists(folder)) {
      throw new UsageException("--out " + folder + ": is a file; name a new folder");
    }
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
