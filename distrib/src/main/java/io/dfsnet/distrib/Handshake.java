package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.EnumSet;

/**
 * How two sides meet: whoever dials says HELLO, the other answers HELLO_ACK or ERROR. Every step
 * ends at one absolute deadline.
 */
final class Handshake {
  private Handshake() {}

  /** A connection whose greeting was answered. */
  record Greeted(Connection connection, Message.HelloAck answer) {

    /** What this side's frames carry from now on. */
    Terms terms(int ownRank) {
      return new Terms(answer.version(), answer.epoch(), ownRank);
    }
  }

  /**
   * Dials a node and greets it.
   *
   * @param rank the node's rank, for messages
   * @param buffer bytes of the kernel's socket buffers, 0 to leave them to the system
   * @param silence how long the connection may be silent later on
   * @throws DistributedException naming rank and address
   */
  static Greeted dial(
      InetSocketAddress address,
      int rank,
      Message.Hello hello,
      int buffer,
      Duration silence,
      Deadline deadline,
      Watchdog watchdog) {
    Socket socket = connect(address, rank, buffer, deadline);
    boolean greeted = false;
    try {
      Connection connection = new Connection(socket, silence, watchdog);
      Message.HelloAck answer =
          connection.within(
              deadline,
              () -> {
                connection.write(hello);
                return requireAnswer(
                    hello, connection.read(EnumSet.of(FrameType.HELLO_ACK, FrameType.ERROR)));
              });
      greeted = true;
      return new Greeted(connection, answer);
    } catch (SocketTimeoutException late) {
      throw unreachable(rank, address, "it accepts connections, but did not greet in time", late);
    } catch (IOException lost) {
      throw unreachable(
          rank, address, lost.getMessage() + " during the greeting; is it a DFSNet node?", lost);
    } catch (DistributedException refused) {
      throw refused.at(rank);
    } finally {
      if (!greeted) {
        Sockets.close(socket);
      }
    }
  }

  /**
   * Reads the greeting of whoever dialled.
   *
   * @throws DistributedException if it is none, or the two sides share no version or feature
   */
  static Message.Hello receive(Connection connection, Deadline deadline) throws IOException {
    return connection.within(
        deadline,
        () -> {
          Message.Hello hello = (Message.Hello) connection.read(EnumSet.of(FrameType.HELLO));
          version(hello);
          requireFeatures(hello.features());
          return hello;
        });
  }

  /**
   * Answers a greeting.
   *
   * @param rank of this side
   * @return what this side's frames carry from now on
   */
  static Terms accept(
      Connection connection, Message.Hello hello, int rank, Identity identity, Deadline deadline)
      throws IOException {
    Terms terms = new Terms(version(hello), hello.epoch(), rank);
    connection.writer().agree(terms);
    connection.within(
        deadline,
        () -> {
          connection.write(
              new Message.HelloAck(
                  terms.version(), Message.FEATURES, terms.epoch(), rank, identity));
          return null;
        });
    return terms;
  }

  /** Tells whoever dialled why not, and gives it a moment to read that. */
  static void refuse(Connection connection, DistributedException why, Deadline deadline)
      throws IOException {
    connection.within(
        deadline,
        () -> {
          connection.write(Message.Failure.of(0, why));
          connection.shutdownOutput();
          return null;
        });
    connection.drain();
  }

  /** The version that both sides use from now on. */
  private static Version version(Message.Hello hello) {
    return Version.SUPPORTED.common(hello.versions());
  }

  private static Socket connect(
      InetSocketAddress address, int rank, int buffer, Deadline deadline) {
    Socket socket = new Socket();
    boolean connected = false;
    try {
      Sockets.configure(socket, buffer);
      // 0 would mean to wait for ever.
      socket.connect(address, Math.max(1, deadline.millisLeft()));
      connected = true;
      return socket;
    } catch (SocketTimeoutException late) {
      throw unreachable(rank, address, "no connection in time; is the machine on?", late);
    } catch (IOException lost) {
      throw unreachable(rank, address, lost.getMessage() + "; is a node listening there?", lost);
    } finally {
      if (!connected) {
        Sockets.close(socket);
      }
    }
  }

  private static Message.HelloAck requireAnswer(Message.Hello hello, Message message) {
    return switch (message) {
      case Message.HelloAck ack -> {
        Identity.requireEqual("epoch", Frame.hex(hello.epoch()), Frame.hex(ack.epoch()));
        if (!hello.versions().contains(ack.version())) {
          throw new DistributedException(
              Code.VERSION_MISMATCH,
              "this side speaks protocol "
                  + hello.versions()
                  + ", the other chose "
                  + ack.version()
                  + "; run the same release on both");
        }
        requireFeatures(ack.features());
        yield ack;
      }
      case Message.Failure failure -> throw failure.toException();
      default ->
          throw Frame.violation(
              "HELLO_ACK has to come here, found " + message.getClass().getSimpleName());
    };
  }

  private static void requireFeatures(int features) {
    if ((features & Message.FEATURES) != Message.FEATURES) {
      throw new DistributedException(
          Code.VERSION_MISMATCH,
          "this side needs the features "
              + Frame.hex(Message.FEATURES)
              + ", the other has "
              + Frame.hex(features)
              + "; run the same release on both");
    }
  }

  private static DistributedException unreachable(
      int rank, InetSocketAddress address, String how, Throwable cause) {
    return new DistributedException(
        Code.NODE_UNREACHABLE,
        rank,
        DistributedException.NO_LAYER,
        Sockets.text(address) + ": " + how,
        cause);
  }
}
