/** The {@code dfs} command. */
module io.dfsnet.cli {
  requires io.dfsnet.nas;
  requires io.dfsnet.distrib;
}
