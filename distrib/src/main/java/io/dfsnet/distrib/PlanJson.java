package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.Op.Exchange.Kind;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.json.JsonException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A plan as JSON. Equal plans give equal texts, so that the hash of the text stands for the plan.
 *
 * <pre>
 * {"epoch": 7, "model": SHA-256, "topology": "PARALLEL", "imageValues": 3072,
 *  "members": [{"host": "127.0.0.1", "port": 7001, "groups": [0, 1], "shards": [SHA-256, SHA-256]}, ...],
 *  "outputs": [10, 10, ...],
 *  "exchanges": [{"kind": "ALL_GATHER", "slice": 1024}, ...]}
 * </pre>
 */
final class PlanJson {
  private PlanJson() {}

  static byte[] write(Plan plan) {
    List<Json> members = new ArrayList<>();
    for (Plan.Member member : plan.members()) {
      members.add(
          Json.object()
              .put("host", member.address().getAddress().getHostAddress())
              .put("port", member.address().getPort())
              .put("groups", integers(member.groups()))
              .put("shards", Json.texts(member.shards().stream().map(Sha256::toString).toList()))
              .build());
    }
    List<Json> exchanges = new ArrayList<>();
    for (Plan.Meeting meeting : plan.meetings()) {
      exchanges.add(
          Json.object().put("kind", meeting.kind().name()).put("slice", meeting.slice()).build());
    }
    return Json.object()
        .put("epoch", Integer.toUnsignedLong(plan.epoch()))
        .put("model", plan.model().toString())
        .put("topology", plan.topology().name())
        .put("imageValues", plan.imageValues())
        .put("members", Json.array(members))
        .put("outputs", integers(plan.outputs()))
        .put("exchanges", Json.array(exchanges))
        .build()
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * @throws DistributedException with {@link Code#BAD_PLAN} if the text is no plan
   */
  static Plan read(byte[] text) {
    try {
      String decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
      return plan(Json.parse(decoded, FrameType.CONTROL).asObject("a plan"));
    } catch (CharacterCodingException | JsonException fault) {
      throw new DistributedException(
          Code.BAD_PLAN,
          DistributedException.NO_RANK,
          DistributedException.NO_LAYER,
          fault instanceof JsonException ? fault.getMessage() : "the text is not UTF-8",
          fault);
    }
  }

  private static Plan plan(Json.Object json) {
    List<Plan.Member> members = new ArrayList<>();
    for (Json element : json.array("members").elements()) {
      members.add(member(element.asObject("a member")));
    }
    List<Plan.Meeting> meetings = new ArrayList<>();
    for (Json element : json.array("exchanges").elements()) {
      Json.Object exchange = element.asObject("an exchange");
      meetings.add(
          new Plan.Meeting(
              constant(Kind.class, exchange.text("kind")),
              exchange.integer("slice", 1, Integer.MAX_VALUE / Float.BYTES)));
    }
    return new Plan(
        (int) number(json, "epoch", 0xffff_ffffL),
        hash(json.text("model")),
        constant(Topology.class, json.text("topology")),
        json.integer("imageValues", 1, Integer.MAX_VALUE / Float.BYTES),
        members,
        integers(json.array("outputs"), "outputs"),
        meetings);
  }

  private static Plan.Member member(Json.Object json) {
    return new Plan.Member(
        new InetSocketAddress(host(json.text("host")), json.integer("port", 1, 0xffff)),
        integers(json.array("groups"), "groups"),
        json.array("shards").texts("shards").stream().map(PlanJson::hash).toList());
  }

  /** A number such as 10.0.0.7, never a name: a node asks nobody on behalf of a plan. */
  private static InetAddress host(String text) {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException name) {
      throw new JsonException("json: a host is an address in numbers, found '" + text + "'");
    }
  }

  private static Sha256 hash(String text) {
    try {
      return Sha256.parse(text);
    } catch (IllegalArgumentException noHash) {
      throw new JsonException("json: " + noHash.getMessage());
    }
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String name) {
    try {
      return Enum.valueOf(type, name);
    } catch (IllegalArgumentException unknown) {
      throw new JsonException(
          "json: a "
              + type.getSimpleName()
              + " is one of "
              + List.of(type.getEnumConstants())
              + ", found '"
              + name
              + "'");
    }
  }

  private static long number(Json.Object json, String key, long max) {
    long number = json.integer(key);
    if (number < 0 || number > max) {
      throw new JsonException("json: key '" + key + "' is from 0 to " + max + ", found " + number);
    }
    return number;
  }

  private static List<Integer> integers(Json.Array array, String what) {
    List<Integer> numbers = new ArrayList<>();
    for (long number : array.integers(what)) {
      if (number < 0 || number > Integer.MAX_VALUE / Float.BYTES) {
        throw new JsonException("json: " + what + " are from 0, found " + number);
      }
      numbers.add((int) number);
    }
    return numbers;
  }

  private static Json.Array integers(List<Integer> numbers) {
    return Json.integers(numbers.stream().mapToInt(Integer::intValue).toArray());
  }
}
