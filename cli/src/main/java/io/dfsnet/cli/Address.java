package io.dfsnet.cli;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;

/**
 * {@code HOST:PORT}, an IPv6 host in brackets: {@code [::1]:7000}.
 *
 * @param host a name or a number; looked up when a connection is made
 * @param port 0 to 65535
 */
record Address(String host, int port) {
  private static final Pattern GRAMMAR =
      Pattern.compile("(?<name>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.%a-z]+]):(?<port>[0-9]{1,5})");

  /** The socket address, its host looked up; unresolved if nobody knows it. */
  InetSocketAddress resolve() {
    return new InetSocketAddress(host, port);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /** Reads an address of an option. */
  static final class Converter implements ITypeConverter<Address> {
    @Override
    public Address convert(String text) {
      Matcher match = GRAMMAR.matcher(text);
      if (!match.matches() || Integer.parseInt(match.group("port")) > 65_535) {
        throw Converters.refuse(text, "is not HOST:PORT with a port from 0 to 65535");
      }
      String host = match.group("name");
      return new Address(
          host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
          Integer.parseInt(match.group("port")));
    }
  }
}
