package io.dfsnet.cli.download;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** Fetches all files of a data set into a folder, where {@code NAME:FOLDER} reads them. */
public final class Fetching {
  private Fetching() {}

  /** A file that was fetched, and how. */
  public record Fetched(RemoteFile file, URI address, Download.Outcome outcome) {}

  /** Told about each file as it is there. */
  @FunctionalInterface
  public interface Listener {
    void fetched(Fetched file);
  }

  /**
   * Fetches, checks and unpacks what is not there yet. An archive is deleted when it is unpacked.
   *
   * @param mirror where to find the files, or null for their homes
   * @param progress told how many bytes of all files are there
   * @return one entry for each file
   * @throws DownloadException naming the address or the file, the rule and the mend
   */
  public static List<Fetched> fetch(
      PublishedData set,
      URI mirror,
      Path folder,
      Limits limits,
      LongConsumer progress,
      Listener listener)
      throws IOException, InterruptedException {
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(folder)) {
      throw new DownloadException(folder + ": is no folder; name another one with --out");
    }
    Files.createDirectories(folder);
    List<Fetched> fetched = new ArrayList<>();
    if (set.archiveFolder() != null && Unpacking.isDone(set, folder)) {
      RemoteFile archive = set.files().getFirst();
      var there =
          new Fetched(archive, archive.address(base(archive, mirror)), Download.Outcome.PRESENT);
      listener.fetched(there);
      return List.of(there);
    }
    long before = 0;
    try (HttpClient client = Download.client()) {
      try {
        for (RemoteFile file : set.files()) {
          long done = before;
          URI base = base(file, mirror);
          Download.Outcome outcome =
              Download.fetch(
                  client, file, base, folder, limits, bytes -> progress.accept(done + bytes));
          var there = new Fetched(file, file.address(base), outcome);
          fetched.add(there);
          listener.fetched(there);
          before += file.bytes();
        }
      } finally {
        // Not an orderly close, which waits for a server that stalls.
        client.shutdownNow();
      }
    }
    if (set.archiveFolder() != null) {
      Path archive = folder.resolve(set.files().getFirst().name());
      Unpacking.unpack(set, archive, folder);
      Files.delete(archive);
    }
    return fetched;
  }

  private static URI base(RemoteFile file, URI mirror) {
    return mirror == null ? file.home() : mirror;
  }
}
