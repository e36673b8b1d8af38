package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.dividefuse.Sharder;
import io.dfsnet.dividefuse.Sharding;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op.Exchange.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlanTest {
  private static final Plan PLAN = TestPlans.plan(0, 0, 1, 2);

  @Test
  void comesBackAsItWasWritten() {
    byte[] text = PlanJson.write(PLAN);
    assertThat(PlanJson.read(text)).isEqualTo(PLAN);
    assertThat(PlanJson.write(PlanJson.read(text))).isEqualTo(text);
  }

  @Test
  void theLargestPlanThatMakesSenseFitsIntoItsFrame() {
    int[] hosts = new int[64];
    for (int group = 0; group < hosts.length; group++) {
      hosts[group] = group;
    }
    assertThat(PlanJson.write(TestPlans.plan(hosts))).hasSizeLessThan(FrameType.CONTROL);
  }

  /** Every line replaces a part of the text of a good plan. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`\"epoch\":195939070`|`\"epoch\":0`|the epoch is not 0",
        "`\"epoch\":195939070`|`\"epoch\":4294967296`|is from 0 to 4294967295",
        "`\"epoch\":195939070`|`\"epoch\":1.5`|integer",
        "`\"host\":\"127.0.0.1\"`|`\"host\":\"localhost\"`|an address in numbers, found"
            + " 'localhost'",
        "`\"port\":7000`|`\"port\":0`|from 1 to 65535, found 0",
        "`\"port\":7001`|`\"port\":7000`|ranks 0 and 1 have one address, 127.0.0.1:7000",
        "`\"groups\":[2]`|`\"groups\":[1]`|group 1 is hosted once, found 2",
        "`\"groups\":[0,1]`|`\"groups\":[1,0]`|rank 0 hosts groups 0 to 3, ascending",
        "`\"groups\":[0,1]`|`\"groups\":[0]`|rank 0 has a shard for every group",
        "`\"groups\":[3]`|`\"groups\":[4]`|rank 2 hosts groups 0 to 3",
        "`\"groups\":[3]`|`\"groups\":[-1]`|groups are from 0, found -1",
        "`\"topology\":\"CENTRAL\"`|`\"topology\":\"STAR\"`|one of [PARALLEL, CENTRAL], found"
            + " 'STAR'",
        "`\"imageValues\":12`|`\"imageValues\":0`|from 1 to",
        "`\"imageValues\":12`|`\"images\":12`|imageValues",
        "`\"outputs\":[10,10,10,10]`|`\"outputs\":[]`|1 to 256 groups, found 0",
        "`\"slice\":2}`|`\"slice\":0}`|from 1 to",
        "`\"slice\":2}`|`\"slice\":4000000000}`|from 1 to",
        "`\"kind\":\"GATHER\"`|`\"kind\":\"RUN\"`|found 'RUN'",
        "`]}`|`]`|character",
      })
  void whatContradictsItselfIsRefused(String part, String replacement, String message) {
    String text = new String(PlanJson.write(PLAN), StandardCharsets.UTF_8);
    assertThat(text).contains(part);
    byte[] broken = text.replace(part, replacement).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> PlanJson.read(broken))
        .isInstanceOf(DistributedException.class)
        .hasMessageContaining(message)
        .extracting(failure -> ((DistributedException) failure).code())
        .isEqualTo(Code.BAD_PLAN);
  }

  @Test
  void textThatIsNoUtf8IsRefused() {
    assertThatThrownBy(() -> PlanJson.read(new byte[] {'"', (byte) 0xff, '"'}))
        .hasMessageContaining("the text is not UTF-8");
  }

  @Test
  void hashesThatAreNoneAreRefused() {
    String text = new String(PlanJson.write(PLAN), StandardCharsets.UTF_8);
    String hash = PLAN.model().toString();
    for (String other : List.of(hash.substring(1), "zz" + hash.substring(2))) {
      assertThatThrownBy(
              () -> PlanJson.read(text.replace(hash, other).getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(DistributedException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Topology.class)
  void everyShardFitsItsPlanAndNoOther(Topology topology) {
    Network divided = TestModels.residual(4).network();
    Sharding sharding = Sharder.shard(divided, topology);
    Plan plan = plan(sharding);
    for (int group = 0; group < 4; group++) {
      plan.requireFit(group, sharding.shards().get(group));
      int other = (group + 1) % 4;
      assertThatThrownBy(
              () -> plan.requireFit(other, sharding.shards().get(other - 1 < 0 ? 3 : other - 1)))
          .hasMessageContaining("calls itself group");
    }
    Sharding halves = Sharder.shard(TestModels.residual(2).network(), topology);
    assertThatThrownBy(() -> plan.requireFit(0, halves.shards().getFirst()))
        .hasMessageContaining("has the exchanges");
  }

  private static Plan plan(Sharding sharding) {
    Network first = sharding.shards().getFirst();
    return new Plan(
        1,
        TestPlans.hash(1),
        sharding.topology(),
        first.shape(first.input()).elements(),
        TestPlans.members(0, 1, 2, 3),
        List.of(10, 10, 10, 10),
        Plan.meetings(first));
  }

  @Test
  void anAddressOfEitherKindIsKept() {
    for (String host : List.of("10.77.0.11", "0:0:0:0:0:0:0:1")) {
      Plan.Member member =
          new Plan.Member(
              new InetSocketAddress(InetAddress.ofLiteral(host), 7000),
              List.of(0),
              List.of(TestPlans.hash(0)));
      Plan plan =
          new Plan(
              1,
              TestPlans.hash(1),
              Topology.PARALLEL,
              1,
              List.of(member),
              List.of(1),
              List.of(new Plan.Meeting(Kind.ALL_REDUCE, 1)));
      assertThat(PlanJson.read(PlanJson.write(plan))).isEqualTo(plan);
    }
  }
}
