package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Shard files in a folder, each under its hash. A file is written beside and moved into place, so
 * that there is never half of one, and it is hashed whenever it is read. Without a folder it holds
 * nothing.
 */
final class ShardCache {
  private static final System.Logger LOG = System.getLogger(ShardCache.class.getName());
  private static final String SUFFIX = ".shard";
  private static final String PART = ".part";

  private final Optional<Path> folder;
  private final long limit;
  private final int fileLimit;

  ShardCache(Optional<Path> folder, Limits limits) {
    this.folder = folder;
    limit = limits.cacheBytes();
    fileLimit = limits.shardBytes();
  }

  /**
   * Makes the folder, and clears away what an interrupted write left in it.
   *
   * @throws DistributedException if the folder cannot be used
   */
  void open() {
    if (folder.isEmpty()) {
      return;
    }
    try {
      Files.createDirectories(folder.get());
      for (Path part : files(PART)) {
        Files.deleteIfExists(part);
      }
    } catch (IOException failure) {
      throw unusable(failure);
    }
  }

  /** The file of this hash, if it is there and undamaged; a damaged one is deleted. */
  Optional<byte[]> load(Sha256 hash) {
    if (folder.isEmpty()) {
      return Optional.empty();
    }
    Path file = file(hash);
    try {
      if (Files.size(file) <= fileLimit) {
        byte[] content = Files.readAllBytes(file);
        if (Sha256.of(content).equals(hash)) {
          Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
          return Optional.of(content);
        }
      }
      LOG.log(System.Logger.Level.WARNING, "{0} is damaged and is fetched again", file);
      Files.delete(file);
      return Optional.empty();
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    } catch (IOException failure) {
      throw unusable(failure);
    }
  }

  /** Keeps a file, and forgets those used longest ago if there are too many. */
  void store(Sha256 hash, byte[] content) {
    if (folder.isEmpty()) {
      return;
    }
    try {
      Path part = Files.createTempFile(folder.get(), hash.toString().substring(0, 16), PART);
      try {
        Files.write(part, content);
        Files.move(
            part, file(hash), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
      makeRoom(file(hash));
    } catch (IOException failure) {
      throw unusable(failure);
    }
  }

  private void makeRoom(Path kept) throws IOException {
    record Entry(Path file, long bytes, FileTime used) {}
    List<Entry> entries = new ArrayList<>();
    for (Path file : files(SUFFIX)) {
      entries.add(new Entry(file, Files.size(file), Files.getLastModifiedTime(file)));
    }
    entries.sort(Comparator.comparing(Entry::used));
    long bytes = entries.stream().mapToLong(Entry::bytes).sum();
    for (Entry entry : entries) {
      if (bytes <= limit || entry.file().equals(kept)) {
        continue;
      }
      Files.deleteIfExists(entry.file());
      bytes -= entry.bytes();
    }
  }

  private List<Path> files(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(folder.orElseThrow())) {
      return files.filter(file -> file.toString().endsWith(suffix)).toList();
    }
  }

  private Path file(Sha256 hash) {
    return folder.orElseThrow().resolve(hash + SUFFIX);
  }

  private DistributedException unusable(IOException failure) {
    return new DistributedException(
        Code.NODE_FAILED,
        DistributedException.NO_RANK,
        DistributedException.NO_LAYER,
        "the shard cache cannot be used: "
            + failure
            + "; free some space, or start the node with another folder or without",
        failure);
  }
}
