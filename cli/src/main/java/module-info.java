/** The {@code dfs} command. */
module io.dfsnet.cli {
  requires info.picocli;
  requires io.dfsnet.distrib;
  requires io.dfsnet.nas;
  requires java.management;
  requires jdk.management;
  requires me.tongfei.progressbar;

  // picocli finds options and commands by reflection.
  opens io.dfsnet.cli to
      info.picocli;
}
