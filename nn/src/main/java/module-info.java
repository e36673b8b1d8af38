/** Networks as data, and what reads them: training, inference, files. */
module io.dfsnet.nn {
  requires transitive io.dfsnet.engine;

  exports io.dfsnet.nn;
}
