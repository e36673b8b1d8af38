package io.dfsnet.cli.tensorboard;

import io.dfsnet.nn.file.AtomicFile;
import io.dfsnet.nn.protobuf.ProtoMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes the scalars of a run for TensorBoard. The messages, with the numbers of their fields
 * (tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto):
 *
 * <pre>
 * Event       1 wall_time (double, seconds)   2 step (int64)
 *             and one of  3 file_version (text)   5 summary (Summary)   7 session_log (SessionLog)
 * Summary     1 value (Value), repeated
 * Value       1 tag (text)   2 simple_value (float)
 * SessionLog  1 status (enum, START = 1)
 * </pre>
 *
 * <p>TensorBoard reads all event files of a folder in the order of their names, so each start of a
 * run begins a file of its own. A start that goes on says where: on its {@code START} TensorBoard
 * forgets what earlier files say of that step and later ones, which are trained again.
 */
public final class EventFile implements AutoCloseable {
  /** The version that makes readers mind {@code START}. */
  private static final String VERSION = "brain.Event:2";

  private static final int START = 1;
  private static final Pattern NAME =
      Pattern.compile("events\\.out\\.tfevents\\.([0-9]{10})\\.dfs");

  private final Path path;
  private final InstantSource clock;
  private final RecordWriter records;

  private EventFile(Path path, InstantSource clock, RecordWriter records) {
    this.path = path;
    this.clock = clock;
    this.records = records;
  }

  /**
   * Begins a new file in a folder that one run writes to.
   *
   * @param firstStep the first step that it may tell of
   * @throws UncheckedIOException naming the file if it cannot be written
   */
  public static EventFile begin(Path folder, long firstStep, InstantSource clock) {
    Path path = folder;
    try {
      path = folder.resolve(nextName(folder, clock.instant().getEpochSecond()));
      var out =
          Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      var file = new EventFile(path, clock, new RecordWriter(out));
      file.write(file.event(0).text(3, VERSION));
      file.write(file.event(firstStep).message(7, new ProtoMessage().integer(1, START)));
      return file;
    } catch (IOException cause) {
      throw AtomicFile.unwritable(path, cause);
    }
  }

  /**
   * Tells what was measured after a step. A value that is not finite is told as it is.
   *
   * @param scalars by tag; tags with the same text before a slash are drawn together
   * @throws UncheckedIOException naming the file if it cannot be written
   */
  public void scalars(long step, Map<String, Double> scalars) {
    var summary = new ProtoMessage();
    scalars.forEach(
        (tag, value) ->
            summary.message(1, new ProtoMessage().text(1, tag).real(2, value.floatValue())));
    try {
      write(event(step).message(5, summary));
    } catch (IOException cause) {
      throw AtomicFile.unwritable(path, cause);
    }
  }

  @Override
  public void close() {
    try {
      records.close();
    } catch (IOException cause) {
      throw AtomicFile.unwritable(path, cause);
    }
  }

  /**
   * A name behind those that are there, even if the clock was set back. The number of seconds is
   * what TensorBoard sorts by; a host comes last by habit.
   */
  private static String nextName(Path folder, long now) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      long last =
          files
              .map(file -> NAME.matcher(file.getFileName().toString()))
              .filter(Matcher::matches)
              .mapToLong(name -> Long.parseLong(name.group(1)))
              .max()
              .orElse(0);
      return String.format(Locale.ROOT, "events.out.tfevents.%010d.dfs", Math.max(now, last + 1));
    }
  }

  private ProtoMessage event(long step) {
    return new ProtoMessage().real(1, clock.instant().toEpochMilli() * 1e-3).integer(2, step);
  }

  private void write(ProtoMessage event) throws IOException {
    var bytes = new ByteArrayOutputStream((int) event.size());
    event.writeTo(bytes);
    records.write(bytes.toByteArray());
  }
}
