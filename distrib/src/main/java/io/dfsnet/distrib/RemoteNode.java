package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One node as the coordinator sees it: the setting up, the images, the connection's end. */
final class RemoteNode implements Link.Receiver {
  private final int rank;
  private final Deployment deployment;
  private final Plan.Member member;
  private final CoordinatorOptions options;
  private final Round round;
  private final Inbox inbox = new Inbox();
  private final List<float[]> outputs = new ArrayList<>();
  private final int outputValues;
  private Link link;
  private DistributedException aborted;

  /** Known to the reading thread alone: after READY a failure is one of a request. */
  private boolean ready;

  RemoteNode(int rank, Deployment deployment, CoordinatorOptions options, Round round) {
    this.rank = rank;
    this.deployment = deployment;
    this.options = options;
    this.round = round;
    Plan plan = deployment.plan();
    member = plan.members().get(rank);
    outputValues = Math.toIntExact(plan.outputValues(rank));
    for (int group : member.groups()) {
      if (plan.outputs().get(group) > 0) {
        outputs.add(new float[plan.outputs().get(group)]);
      }
    }
  }

  /** Connects and greets. */
  void greet(Watchdog watchdog) {
    Message.Hello hello =
        new Message.Hello(
            Message.Role.COORDINATOR,
            Version.SUPPORTED,
            Message.FEATURES,
            deployment.plan().epoch(),
            rank,
            deployment.identity(rank));
    Handshake.Greeted greeted =
        Handshake.dial(
            member.address(),
            rank,
            hello,
            options.socketBuffer(),
            options.limits().silence(),
            Deadline.in(options.connect()),
            watchdog);
    begin(new Link(greeted.connection(), greeted.terms(Frame.NONE), rank));
    try {
      Identity.requireEqual(deployment.identity(rank), greeted.answer().identity());
    } catch (DistributedException mismatch) {
      throw mismatch.at(rank);
    }
  }

  /** Sends the shards that the node has not got. */
  NodeSetup ship(Deadline deadline) {
    link.send(deployment.offer(rank));
    long sent = 0;
    for (int group : take(Message.ShardNeed.class, deadline).groups()) {
      if (!member.groups().contains(group)) {
        throw violation("it asks for the shard of group " + group + ", which was not offered");
      }
      byte[] file = deployment.files().get(group);
      ShardTransfer.send(link, group, file, deadline);
      sent += file.length;
    }
    long bytes = deployment.files(rank).stream().mapToLong(file -> file.length).sum();
    return new NodeSetup(rank, member.address(), member.groups(), bytes, sent);
  }

  /** Puts the plan into force and waits until the node is ready. */
  void install(Deadline deadline) {
    link.send(new Message.PlanText(deployment.planText()));
    Message.Ready answer = take(Message.Ready.class, deadline);
    try {
      Identity.requireEqual(deployment.identity(rank), answer.identity());
    } catch (DistributedException mismatch) {
      throw mismatch.at(rank);
    }
  }

  void infer(long request, Deadline deadline, float[] image) {
    link.send(new Message.Infer(request, deadline, image));
  }

  /** The outputs of its groups that the network's output is made of, groups ascending. */
  List<float[]> outputs() {
    return outputs;
  }

  /** What a request cost, after its result has come. */
  NodeReport report(long request, Effort effort) {
    return new NodeReport(
        rank,
        Duration.ofNanos(effort.computeNanos()),
        Duration.ofNanos(effort.waitNanos()),
        effort.sliceBytesSent(),
        effort.sliceBytesReceived(),
        link.sent().tensorBytes(request),
        link.received().tensorBytes(request),
        effort.overheadBytesSent(),
        effort.overheadBytesReceived());
  }

  /** Ends the connection at once, or as soon as there is one. */
  synchronized void abort(DistributedException cause) {
    aborted = cause;
    inbox.close(cause);
    if (link != null) {
      link.abort(cause);
    }
  }

  /** Says goodbye and ends the connection. */
  void leave() {
    inbox.close(new DistributedException(Code.CLOSED, "the coordinator was closed"));
    if (link != null) {
      link.end(new Message.Bye());
    }
  }

  @Override
  public void receive(Frame frame, FrameReader payload) throws IOException {
    switch (frame.type()) {
      case RESULT -> result(frame, payload);
      case SHARD_NEED, READY, ERROR -> {
        byte[] content = payload.bytes();
        payload.end();
        link.received().count(frame, 0);
        control(frame, MessageReader.decode(frame, content));
      }
      default -> throw Frame.violation(frame.type() + " does not come from a node");
    }
  }

  @Override
  public void ended(DistributedException cause) {
    inbox.close(cause);
    round.lost(cause);
  }

  private synchronized void begin(Link made) {
    link = made;
    link.start(this);
    if (aborted != null) {
      link.abort(aborted);
    }
  }

  private void control(Frame frame, Message message) {
    if (!ready) {
      ready = message instanceof Message.Ready;
      inbox.put(message);
      return;
    }
    if (!(message instanceof Message.Failure failure)) {
      throw Frame.violation(frame.type() + " does not come from a node that is ready");
    }
    // Time can only run out for a request.
    if (failure.request() != 0 || failure.code() == Code.DEADLINE_EXCEEDED) {
      round.requireOwed(rank, frame);
    }
    round.failure(rank, failure.request(), failure.toException().at(rank));
  }

  private void result(Frame frame, FrameReader payload) throws IOException {
    round.requireOwed(rank, frame);
    int expected = Effort.BYTES + Float.BYTES * outputValues;
    if (frame.length() != expected) {
      throw violation("RESULT has " + expected + " bytes, found " + frame.length());
    }
    byte[] prefix = new byte[Effort.BYTES];
    payload.bytes(prefix, 0, prefix.length);
    for (float[] output : outputs) {
      payload.floats(output, 0, output.length);
    }
    payload.end();
    link.received().count(frame, Float.BYTES * (long) outputValues);
    round.result(rank, Effort.get(ByteBuffer.wrap(prefix)));
  }

  private <M extends Message> M take(Class<M> kind, Deadline deadline) {
    try {
      return inbox.take(kind, deadline);
    } catch (DistributedException failure) {
      throw failure.at(rank);
    }
  }

  private DistributedException violation(String detail) {
    return new DistributedException(
        Code.PROTOCOL_VIOLATION, rank, DistributedException.NO_LAYER, detail, null);
  }
}
