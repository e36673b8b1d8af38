/** Dividing a network into channel groups, fusing them, sharding it over nodes, and its costs. */
module io.dfsnet.dividefuse {
  requires transitive io.dfsnet.nn;

  exports io.dfsnet.dividefuse;
}
