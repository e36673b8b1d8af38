package io.dfsnet.bench.peers;

import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The main class of a lane's JVM: {@code LaneProcess LANE THREADS}. Reads a {@link Request} from
 * each line of standard input and writes a {@link Reply} for each to standard output, behind {@link
 * #MARK}, because native libraries print there too. Ends when standard input does, even while a
 * library computes: nothing may outlive the driver.
 */
public final class LaneProcess {
  static final String MARK = "@lane ";

  private static final Duration PEAK_BUDGET = Duration.ofMillis(300);

  private final Lane lane;
  private final PrintStream replies;
  private Work work;
  private Job job;

  private LaneProcess(Lane lane, PrintStream replies) {
    this.lane = lane;
    this.replies = replies;
  }

  /** Started by {@link LaneClient}. */
  public static void main(String[] arguments) throws Exception {
    PrintStream replies = System.out;
    System.setOut(System.err);
    BlockingQueue<String> requests = new LinkedBlockingQueue<>();
    Thread.ofPlatform().daemon().name("requests").start(() -> receive(requests));
    Lane lane = Lanes.load(arguments[0], Integer.parseInt(arguments[1]));
    var process = new LaneProcess(lane, replies);
    process.reply(new Reply.Ready(lane.library()));
    while (true) {
      process.reply(process.answer(Request.parse(requests.take())));
    }
  }

  private static void receive(BlockingQueue<String> requests) {
    try (var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        requests.add(line);
      }
    } catch (IOException broken) {
      System.err.println("lane: the driver is gone: " + broken);
    }
    // Without the driver there is nobody to measure for. Native threads would hold up an exit.
    Runtime.getRuntime().halt(0);
  }

  private void reply(Reply reply) {
    replies.println(MARK + reply.line());
    replies.flush();
  }

  private Reply answer(Request request) {
    return switch (request) {
      case Request.Peak() -> peak();
      case Request.Measure(Work wanted, Path output) -> measure(wanted, output);
    };
  }

  private Reply peak() {
    return lane instanceof DfsnetLane ours
        ? new Reply.Peak(ours.peak(PEAK_BUDGET))
        : new Reply.Refused("only our own lane measures the peak");
  }

  private Reply measure(Work wanted, Path output) {
    try {
      boolean first = !wanted.equals(work);
      if (first) {
        makeReady(wanted, output);
      }
      return new Reply.Measured(Sampler.measure(job, first), job.detail());
    } catch (UnsupportedWorkException unsupported) {
      return new Reply.Refused(unsupported.getMessage());
    } catch (Exception failed) {
      failed.printStackTrace();
      return new Reply.Refused("failed: " + failed);
    }
  }

  private void makeReady(Work wanted, Path output) throws Exception {
    work = null;
    if (job != null) {
      job.close();
      job = null;
    }
    job = lane.prepare(wanted);
    write(output, job.output());
    work = wanted;
  }

  private static void write(Path file, float[] values) {
    try (var out = new DataOutputStream(Files.newOutputStream(file))) {
      ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
      bytes.asFloatBuffer().put(values);
      out.write(bytes.array());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
