package io.dfsnet.cli.download;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of a response, pulled piece by piece. Unlike an input stream, whose reads wait for ever,
 * every piece has to arrive in time. One piece is asked for at a time, so that memory is bounded.
 */
final class Body implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {
  private sealed interface Event {}

  private record Piece(List<ByteBuffer> buffers) implements Event {}

  private record End(Throwable failure) implements Event {}

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private volatile Flow.Subscription subscription;
  private boolean asked = true;

  @Override
  public void onSubscribe(Flow.Subscription granted) {
    subscription = granted;
    granted.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    events.add(new Piece(buffers));
  }

  @Override
  public void onError(Throwable failure) {
    events.add(new End(failure));
  }

  @Override
  public void onComplete() {
    events.add(new End(null));
  }

  /**
   * The next piece, or null at the end.
   *
   * @param nanos how long to wait for it
   * @throws StalledException if it does not come in time
   * @throws IOException if the connection breaks off
   */
  List<ByteBuffer> next(long nanos) throws IOException, InterruptedException {
    if (!asked) {
      subscription.request(1);
    }
    asked = false;
    return switch (events.poll(Math.max(nanos, 0), TimeUnit.NANOSECONDS)) {
      case null -> throw new StalledException();
      case Piece piece -> piece.buffers();
      case End end when end.failure() == null -> null;
      case End end -> throw new IOException(String.valueOf(end.failure().getMessage()));
    };
  }

  /** Drops what is still to come, and with it the connection. */
  @Override
  public void close() {
    if (subscription != null) {
      subscription.cancel();
    }
  }
}
