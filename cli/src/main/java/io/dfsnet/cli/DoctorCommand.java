package io.dfsnet.cli;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import io.dfsnet.engine.Engine;
import io.dfsnet.nn.json.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** What this machine and this JVM can do, and what would make them faster. */
@Command(
    name = "doctor",
    description = "Look at the JVM, SIMD, cores, memory and loopback network, and give advice.",
    footer = {
      "",
      "Examples:",
      "  dfs doctor",
      "  dfs doctor --json",
      "",
      "The line 'WARNING: Using incubator modules: jdk.incubator.vector' of the JVM is expected:"
          + " it",
      "is how Java announces its Vector API, which the fast kernels are written with."
    })
final class DoctorCommand extends DfsCommand {
  private static final Duration PEAK_BUDGET = Duration.ofMillis(1_500);
  private static final long SMALL_HEAP = 1L << 29;

  private final List<String> advice = new ArrayList<>();

  @Override
  void run(Output output) {
    Engine.Simd simd = GlobalOptions.simd();
    boolean vectorModule = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    String compiler = compiler();
    boolean c2 = hasC2();
    int cores = Runtime.getRuntime().availableProcessors();
    long heap = Runtime.getRuntime().maxMemory();
    long machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    double peak = Engine.measureFmaPeak(PEAK_BUDGET);
    Loop loop = loopback();

    advise(!vectorModule, "vector: start java with --add-modules jdk.incubator.vector");
    advise(
        !c2, "compiler: C2 is off, kernels run many times slower; remove the flag that limits it");
    advise(
        heap < SMALL_HEAP,
        "heap: training wants 512 MiB or more; set DFS_JAVA_OPTIONS=-Xmx2g, or take a small"
            + " --batch");
    advise(
        loop.error != null,
        "loopback: nodes on this machine cannot talk; look for a firewall or a missing 'lo'"
            + " interface");

    var table = new TextTable("what", "found");
    table.row("java", Runtime.version() + ", " + System.getProperty("java.vm.name"));
    table.row("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    table.row("compiler", compiler + (c2 ? ", C2 on" : ", C2 off"));
    table.row("vector module", vectorModule ? "there" : "missing");
    table.row("simd", (simd.bits() == 0 ? "scalar" : simd.bits() + " bits") + ", " + simd.reason());
    table.row("fma peak", Units.format("%.1f GFLOP/s on one thread", peak));
    table.row("cores", cores);
    table.row("heap", "up to " + Units.bytes(heap));
    table.row("machine memory", Units.bytes(machine));
    table.row("loopback", loop.toString());
    output.text(table);
    for (String line : advice) {
      output.text("advice: " + line);
    }

    output.result(
        Json.object()
            .put("java", Runtime.version().toString())
            .put("vm", System.getProperty("java.vm.name"))
            .put("system", System.getProperty("os.name"))
            .put("architecture", System.getProperty("os.arch"))
            .put("compiler", compiler)
            .put("c2", c2)
            .put("vectorModule", vectorModule)
            .put("simdBits", simd.bits())
            .put("simdReason", simd.reason())
            .put("fmaPeakGflops", peak)
            .put("cores", cores)
            .put("heapBytes", heap)
            .put("machineBytes", machine)
            .put("loopbackMicros", loop.error == null ? Json.of(loop.micros) : new Json.Null())
            .put("advice", Json.texts(advice))
            .build());
  }

  private void advise(boolean needed, String line) {
    if (needed) {
      advice.add(line);
    }
  }

  private static String compiler() {
    var bean = ManagementFactory.getCompilationMXBean();
    return bean == null ? "interpreter only" : bean.getName();
  }

  /** HotSpot compiles with C2 unless it is interpreting, or stops at a tier below 4. */
  private static boolean hasC2() {
    var flags = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (ManagementFactory.getCompilationMXBean() == null || flags == null) {
      return false;
    }
    try {
      return Integer.parseInt(flags.getVMOption("TieredStopAtLevel").getValue()) >= 4;
    } catch (IllegalArgumentException noSuchFlag) {
      return false;
    }
  }

  /** The loopback's round trip, or why there is none. */
  private record Loop(double micros, String error) {
    @Override
    public String toString() {
      return error == null
          ? Units.format("%.1f us there and back", micros)
          : "does not work: " + error;
    }
  }

  private static Loop loopback() {
    try {
      return new Loop(Loopback.roundTripMicros(), null);
    } catch (IOException cause) {
      return new Loop(0, cause.getMessage());
    }
  }
}
