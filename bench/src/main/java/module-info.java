/** JMH benchmarks. */
module io.dfsnet.bench {
  requires io.dfsnet.cli;
  requires io.dfsnet.dividefuse;
  requires jmh.core;
}
