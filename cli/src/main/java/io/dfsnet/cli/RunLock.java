package io.dfsnet.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a folder for one process: two that write checkpoints into one folder would mix their bits.
 * The operating system holds the lock and takes it back however the process ends; the file that
 * bears it stays.
 */
final class RunLock implements AutoCloseable {
  static final String FILE = ".lock";

  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes a folder.
   *
   * @throws CommandException if another run has it
   * @throws IOException if the folder cannot be written
   */
  static RunLock take(Path folder) throws IOException {
    FileChannel channel =
        FileChannel.open(folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean taken = false;
    try {
      taken = channel.tryLock() != null;
    } catch (OverlappingFileLockException ofThisProcess) {
      // Then it is not taken.
    } finally {
      if (!taken) {
        channel.close();
      }
    }
    if (!taken) {
      throw new CommandException(
          "run "
              + folder
              + ": another process works in it; wait until it ends, or name another folder");
    }
    return new RunLock(channel);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
