package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.cli.bench.Workload;
import io.dfsnet.cli.bench.WrongResultException;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.json.Json;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class MeasurementTest {
  private static final Duration BUDGET = Duration.ofMillis(20);

  @Test
  void medianIsTheMiddle() {
    assertThat(Measurement.median(new double[] {9, 1, 4})).isEqualTo(4);
    assertThat(Measurement.median(new double[] {9, 1, 4, 6})).isEqualTo(5);
    assertThat(Measurement.median(new double[] {3})).isEqualTo(3);
  }

  @Test
  void measuresTimeAndBytesOfEveryThread() {
    try (var workers = new Workers(2)) {
      byte[][] kept = new byte[2][];
      Workload workload =
          new Fake() {
            @Override
            public void run() {
              workers.forEach(
                  2,
                  task -> {
                    kept[task] = new byte[100_000];
                    LockSupport.parkNanos(1_000_000);
                  });
            }
          };
      Measurement measured = Measurement.of(workload, BUDGET, Allocation.of(workers));
      assertThat(measured.median()).isGreaterThan(1e6);
      assertThat(measured.deviation()).isBetween(0.0, measured.median());
      assertThat(measured.samples()).isGreaterThanOrEqualTo(5);
      assertThat(measured.allocated()).isBetween(200_000L, 250_000L);
      assertThat(measured.gflops()).isEqualTo(1000 / measured.median());
      Json.Object json = measured.json(Json.object(), 2 * measured.gflops());
      assertThat(json.number("peakShare").doubleValue()).isEqualTo(0.5);
      assertThat(json.integer("allocatedBytes")).isEqualTo(measured.allocated());
    }
  }

  @Test
  void whatAllocatesNothingIsMeasuredAsNothing() {
    try (var workers = new Workers(1)) {
      Workload still =
          new Fake() {
            @Override
            public void run() {
              LockSupport.parkNanos(1000);
            }
          };
      assertThat(Measurement.of(still, BUDGET, Allocation.of(workers)).allocated()).isZero();
    }
  }

  /** As SIMD code does until C2 has compiled it. */
  @Test
  void codeThatIsNotCompiledIsNotTimed() {
    try (var workers = new Workers(1)) {
      long compiled = System.nanoTime() + 5 * BUDGET.toNanos();
      byte[][] kept = new byte[1][];
      Workload slowAtFirst =
          new Fake() {
            @Override
            public void run() {
              boolean slow = System.nanoTime() < compiled;
              kept[0] = slow ? new byte[100_000] : null;
              LockSupport.parkNanos(slow ? 1_000_000 : 1000);
            }
          };
      assertThat(Measurement.of(slowAtFirst, BUDGET, Allocation.of(workers)).allocated()).isZero();
    }
  }

  @Test
  void wrongResultsAreNotTimed() {
    var runs = new AtomicInteger();
    var runsAtCheck = new AtomicInteger();
    Workload wrong =
        new Fake() {
          @Override
          public void run() {
            runs.incrementAndGet();
          }

          @Override
          public void check() {
            runsAtCheck.set(runs.get());
            throw new WrongResultException("wrong");
          }
        };
    try (var workers = new Workers(1)) {
      Allocation allocation = Allocation.of(workers);
      assertThatThrownBy(() -> Measurement.of(wrong, BUDGET, allocation))
          .isInstanceOf(WrongResultException.class);
    }
    assertThat(runs.get()).isPositive().isEqualTo(runsAtCheck.get());
  }

  @Test
  void bytesThatAreNotCountedAreNull() {
    var measured = new Measurement(10, 1, 5, 100, Allocation.UNKNOWN);
    assertThat(measured.json(Json.object(), 1).get("allocatedBytes")).isEqualTo(new Json.Null());
  }

  /** A workload that is right whatever it does. */
  private abstract static class Fake implements Workload {
    @Override
    public String kernel() {
      return "fake";
    }

    @Override
    public long flops() {
      return 1000;
    }

    @Override
    public void check() {}
  }
}
