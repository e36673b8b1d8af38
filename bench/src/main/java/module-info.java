/** JMH benchmarks. */
module io.dfsnet.bench {
  requires io.dfsnet.nas;
  requires io.dfsnet.distrib;
  requires jmh.core;
}
