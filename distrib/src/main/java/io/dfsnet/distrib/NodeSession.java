package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a node does for one coordinator: it gets its shards and the plan, connects with its peers,
 * and answers images, until the coordinator leaves. It runs on one thread; another reads what the
 * coordinator sends, and the {@link HostedGroups} have their own.
 */
final class NodeSession implements Link.Receiver {
  private static final System.Logger LOG = System.getLogger(NodeSession.class.getName());

  private final Message.Hello hello;
  private final Link coordinator;
  private final NodeOptions options;
  private final ShardCache cache;
  private final Watchdog watchdog;
  private final Inbox inbox = new Inbox();
  private final CompletableFuture<Mesh> mesh = new CompletableFuture<>();

  // Set before READY, so before the first INFER may come.
  private Plan plan;
  private volatile Board board;
  private HostedGroups groups;
  private volatile float[] image;

  /** Whether an image has come that was not answered yet; there is a buffer for one. */
  private volatile boolean imagePending;

  NodeSession(
      Message.Hello hello,
      Link coordinator,
      NodeOptions options,
      ShardCache cache,
      Watchdog watchdog) {
    this.hello = hello;
    this.coordinator = coordinator;
    this.options = options;
    this.cache = cache;
    this.watchdog = watchdog;
  }

  int epoch() {
    return hello.epoch();
  }

  /** Works until the coordinator leaves, or something goes wrong for good. */
  void run() {
    coordinator.start(this);
    try {
      setUp(Deadline.in(options.limits().setup()));
      while (true) {
        answer(inbox.take(Message.Infer.class, Deadline.NEVER));
      }
    } catch (DistributedException cause) {
      leave(cause);
    } catch (RuntimeException | Error fault) {
      // A shard from outside may make anything fail; the node lives on, the coordinator learns why.
      leave(
          new DistributedException(
              Code.NODE_FAILED,
              hello.rank(),
              DistributedException.NO_LAYER,
              String.valueOf(fault),
              fault));
    } finally {
      close();
    }
  }

  /** Ends the session from outside. */
  void abort(DistributedException cause) {
    inbox.close(cause);
    coordinator.abort(cause);
  }

  /** The connections to the peers, as soon as the plan has come; for a peer that dials. */
  Mesh mesh(Deadline deadline) {
    try {
      return mesh.get(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException none) {
      throw new DistributedException(
          Code.NODE_UNREACHABLE, "it has no plan for epoch " + Frame.hex(epoch()));
    } catch (InterruptedException stop) {
      throw DistributedException.interrupted();
    }
  }

  @Override
  public void receive(Frame frame, FrameReader payload) throws IOException {
    switch (frame.type()) {
      case INFER -> infer(frame, payload);
      case SHARD_OFFER, SHARD_DATA, PLAN, BYE, ERROR -> {
        byte[] content = payload.bytes();
        payload.end();
        coordinator.received().count(frame, 0);
        inbox.put(MessageReader.decode(frame, content));
      }
      default -> throw Frame.violation(frame.type() + " does not come from a coordinator");
    }
  }

  @Override
  public void ended(DistributedException cause) {
    inbox.close(cause);
    Board known = board;
    if (known != null) {
      known.fail(cause);
    }
    mesh.completeExceptionally(cause);
    if (!mesh.isCompletedExceptionally()) {
      mesh.join().abort(cause);
    }
  }

  private void infer(Frame frame, FrameReader payload) throws IOException {
    float[] target = image;
    if (target == null) {
      throw Frame.violation("INFER: no plan is in force");
    }
    int expected = MessageWriter.DEADLINE_BYTES + Float.BYTES * target.length;
    if (frame.length() != expected) {
      throw new DistributedException(
          Code.WRONG_IMAGE_SIZE,
          "INFER: an image of the plan takes " + expected + " bytes, found " + frame.length());
    }
    if (imagePending) {
      throw Frame.violation("INFER: an image came before the last was answered");
    }
    imagePending = true;
    byte[] left = new byte[MessageWriter.DEADLINE_BYTES];
    payload.bytes(left, 0, left.length);
    payload.floats(target, 0, target.length);
    payload.end();
    coordinator.received().count(frame, Float.BYTES * (long) target.length);
    Duration time = Duration.ofMillis(Integer.toUnsignedLong(ByteBuffer.wrap(left).getInt()));
    inbox.put(new Message.Infer(frame.request(), Deadline.in(time), target));
  }

  private void setUp(Deadline deadline) {
    Message.ShardOffer offer = inbox.take(Message.ShardOffer.class, deadline);
    Map<Integer, byte[]> files =
        ShardTransfer.receive(offer, cache, options.limits(), coordinator, inbox, deadline);
    byte[] text = inbox.take(Message.PlanText.class, deadline).json();
    plan = PlanJson.read(text);
    requireAnnounced(offer, Sha256.of(text));
    board = new Board(plan, hello.rank(), options.limits());
    Mesh peers =
        new Mesh(
            plan,
            hello.identity().plan(),
            hello.rank(),
            board,
            options,
            watchdog,
            this::reportLostPeer);
    if (!mesh.complete(peers)) {
      throw new DistributedException(Code.CLOSED, "the coordinator left before its plan was read");
    }
    peers.connect(deadline);
    groups = new HostedGroups(plan, hello.rank(), files, options, board, peers);
    groups.warmUp(options.warmUp(), inbox);
    if (deadline.passed()) {
      throw new DistributedException(
          Code.DEADLINE_EXCEEDED,
          "setting up took too long; raise the setup limit or shorten the warm-up");
    }
    image = new float[plan.imageValues()];
    coordinator.send(new Message.Ready(plan.identity(hello.rank(), hello.identity().plan())));
  }

  /** Checks that shards and plan are those that the greeting named. */
  private void requireAnnounced(Message.ShardOffer offer, Sha256 planHash) {
    int rank = hello.rank();
    Identity.requireEqual("plan", hello.identity().plan(), planHash);
    Identity.requireEqual("epoch", hello.epoch(), plan.epoch());
    if (rank >= plan.members().size()) {
      throw new DistributedException(
          Code.BAD_PLAN, "there is no rank " + rank + " among " + plan.members().size());
    }
    Identity.requireEqual(
        "groups",
        plan.members().get(rank).groups(),
        offer.shards().stream().map(Message.ShardOffer.Shard::group).toList());
    Identity offered =
        new Identity(
            plan.model(),
            Sha256.of(offer.shards().stream().map(Message.ShardOffer.Shard::hash).toList()),
            planHash);
    Identity.requireEqual(plan.identity(rank, planHash), offered);
    Identity.requireEqual(hello.identity(), offered);
  }

  private void answer(Message.Infer infer) {
    long request = infer.request();
    board.begin(request);
    Message outcome;
    try {
      outcome = new Message.Result(request, run(infer), groups.outputs());
    } catch (DistributedException cause) {
      outcome = Message.Failure.of(request, cause.at(hello.rank()));
    }
    board.end();
    imagePending = false;
    coordinator.send(outcome);
  }

  private Effort run(Message.Infer infer) {
    long begun = System.nanoTime();
    groups.run(infer);
    Mesh peers = mesh.join();
    peers.flush(infer.deadline());
    long computed = groups.computedNanos();
    long sent = 0;
    long received = 0;
    long overheadSent = coordinator.sent().overheadBytes();
    long overheadReceived = coordinator.received().overheadBytes();
    for (Link peer : peers.links()) {
      sent += peer.sent().tensorBytes(infer.request());
      received += peer.received().tensorBytes(infer.request());
      overheadSent += peer.sent().overheadBytes();
      overheadReceived += peer.received().overheadBytes();
    }
    long elapsed = System.nanoTime() - begun;
    return new Effort(computed, elapsed - computed, sent, received, overheadSent, overheadReceived);
  }

  private void reportLostPeer(DistributedException cause) {
    try {
      coordinator.send(Message.Failure.of(0, cause));
    } catch (DistributedException gone) {
      LOG.log(System.Logger.Level.DEBUG, "nobody left to tell: {0}", cause.getMessage());
    }
  }

  private void leave(DistributedException cause) {
    LOG.log(System.Logger.Level.DEBUG, "the session ends: {0}", cause.getMessage());
    if (cause.code() != Code.CLOSED) {
      coordinator.end(Message.Failure.of(0, cause.at(hello.rank())));
    }
  }

  private void close() {
    DistributedException over = new DistributedException(Code.CLOSED, "the session has ended");
    inbox.close(over);
    coordinator.close();
    mesh.completeExceptionally(over);
    if (!mesh.isCompletedExceptionally()) {
      mesh.join().close();
    }
    if (groups != null) {
      groups.close();
    }
  }
}
