/** The weight-sharing search for fusion positions. */
module io.dfsnet.nas {
  requires transitive io.dfsnet.dividefuse;

  exports io.dfsnet.nas;
}
