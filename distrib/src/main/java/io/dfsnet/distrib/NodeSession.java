package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.file.NetworkFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a node does for one coordinator: it gets its shards and the plan, connects with its peers,
 * and answers images, until the coordinator leaves. It runs on one thread; another reads what the
 * coordinator sends, and every group has its own.
 */
final class NodeSession implements Link.Receiver {
  private static final System.Logger LOG = System.getLogger(NodeSession.class.getName());
  private static final Duration COMPUTING_ENDS = Duration.ofSeconds(5);

  private final Message.Hello hello;
  private final Link coordinator;
  private final NodeOptions options;
  private final ShardCache cache;
  private final Watchdog watchdog;
  private final Inbox inbox = new Inbox();
  private final CompletableFuture<Mesh> mesh = new CompletableFuture<>();
  private final List<Workers> pools = new ArrayList<>();

  // Set before READY, so before the first INFER may come.
  private Plan plan;
  private volatile Board board;
  private List<HostedGroup> groups;
  private ExecutorService threads;
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
    host(files, peers, deadline);
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

  private void host(Map<Integer, byte[]> files, Mesh peers, Deadline deadline) {
    List<Integer> hosted = plan.members().get(hello.rank()).groups();
    List<Model> shards = new ArrayList<>();
    for (int group : hosted) {
      shards.add(shard(group, files.get(group)));
    }
    requireMemory(shards);
    int threadsEach = Math.max(1, options.threads() / hosted.size());
    groups = new ArrayList<>();
    for (int i = 0; i < hosted.size(); i++) {
      Workers workers = new Workers(threadsEach);
      pools.add(workers);
      groups.add(
          new HostedGroup(hosted.get(i), hello.rank(), shards.get(i), workers, board, peers));
    }
    threads = Executors.newFixedThreadPool(groups.size(), Threads.factory("group"));
    for (HostedGroup group : groups) {
      inbox.requireOpen();
      if (options.warmUp().isPositive()) {
        group.session().warmUp(options.warmUp().dividedBy(groups.size()));
      }
    }
    if (deadline.passed()) {
      throw new DistributedException(
          Code.DEADLINE_EXCEEDED,
          hello.rank(),
          DistributedException.NO_LAYER,
          "setting up took too long; raise the setup limit or shorten the warm-up",
          null);
    }
  }

  private Model shard(int group, byte[] file) {
    try {
      Model shard = NetworkFile.fromBytes(file);
      plan.requireFit(group, shard.network());
      return shard;
    } catch (FileFormatException fault) {
      throw new DistributedException(
          Code.BAD_SHARD,
          hello.rank(),
          DistributedException.NO_LAYER,
          "the shard of group " + group + ": " + fault.getMessage(),
          fault);
    }
  }

  /** A small file can ask for large maps: they are counted before they are made. */
  private void requireMemory(List<Model> shards) {
    long bytes = 0;
    for (Model shard : shards) {
      Network network = shard.network();
      for (Node node : network.nodes()) {
        bytes += (long) Float.BYTES * network.shape(node).elements();
      }
    }
    if (bytes > options.limits().activationBytes()) {
      throw new DistributedException(
          Code.BAD_SHARD,
          "the maps of the shards have "
              + bytes
              + " bytes, this node has "
              + options.limits().activationBytes()
              + " for them; place fewer groups on it or raise its limit");
    }
  }

  private void answer(Message.Infer infer) {
    long request = infer.request();
    board.begin(request);
    Message outcome;
    try {
      outcome = new Message.Result(request, run(infer), outputs());
    } catch (DistributedException cause) {
      outcome = Message.Failure.of(request, cause.at(hello.rank()));
    }
    board.end();
    imagePending = false;
    coordinator.send(outcome);
  }

  private Effort run(Message.Infer infer) {
    long begun = System.nanoTime();
    runGroups(infer);
    Mesh peers = mesh.join();
    peers.flush(infer.deadline());
    long computed = groups.stream().mapToLong(HostedGroup::computedNanos).max().orElseThrow();
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

  /** Runs all groups to their end; of several failures the one closest to the cause counts. */
  private void runGroups(Message.Infer infer) {
    List<Callable<Void>> runs = new ArrayList<>();
    for (HostedGroup group : groups) {
      runs.add(
          () -> {
            group.run(infer.request(), infer.image(), infer.deadline());
            return null;
          });
    }
    List<Verdict.Report> failures = new ArrayList<>();
    try {
      for (Future<Void> run : threads.invokeAll(runs)) {
        if (run.state() == Future.State.FAILED) {
          failures.add(new Verdict.Report(hello.rank(), (DistributedException) run.exceptionNow()));
        }
      }
    } catch (InterruptedException stop) {
      throw DistributedException.interrupted();
    }
    if (!failures.isEmpty()) {
      throw Verdict.of(failures, List.of());
    }
  }

  private List<float[]> outputs() {
    List<float[]> needed = new ArrayList<>();
    List<Integer> hosted = plan.members().get(hello.rank()).groups();
    for (int i = 0; i < hosted.size(); i++) {
      if (plan.outputs().get(hosted.get(i)) > 0) {
        needed.add(groups.get(i).output());
      }
    }
    return needed;
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
    if (threads != null) {
      threads.shutdownNow();
      awaitGroups();
    }
    pools.forEach(Workers::close);
  }

  /** A group in the middle of a layer cannot be stopped, only waited for. */
  private void awaitGroups() {
    try {
      if (!threads.awaitTermination(COMPUTING_ENDS.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.log(System.Logger.Level.WARNING, "a group of the last session still computes");
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
