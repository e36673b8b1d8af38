package io.dfsnet.cli;

import io.dfsnet.engine.Engine;
import io.dfsnet.nn.json.Json;

/**
 * What a run was begun with besides its options: told for people who compare runs, never asked for.
 *
 * @param dfs the version of this program
 * @param java the version of the virtual machine
 * @param system operating system and processor
 * @param simd bits of a vector, 0 for scalar kernels
 */
record Environment(String dfs, String java, String system, int simd, int threads) {

  /** That of this process. */
  static Environment here(int threads) {
    return new Environment(
        Dfs.Version.ofModule(),
        Runtime.version().toString(),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        Engine.simd().bits(),
        threads);
  }

  Json.Object toJson() {
    return Json.object()
        .put("dfs", dfs)
        .put("java", java)
        .put("system", system)
        .put("simd", simd)
        .put("threads", threads)
        .build();
  }
}
