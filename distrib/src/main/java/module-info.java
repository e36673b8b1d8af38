/** The wire protocol, the node and the coordinator. */
module io.dfsnet.distrib {
  requires transitive io.dfsnet.dividefuse;

  exports io.dfsnet.distrib;
}
