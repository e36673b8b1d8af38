/** The {@code dfs} command, and the problems that it measures. */
module io.dfsnet.cli {
  requires info.picocli;
  requires io.dfsnet.distrib;
  requires io.dfsnet.nas;
  requires transitive io.dfsnet.nn;
  requires java.desktop;
  requires java.management;
  requires java.net.http;
  requires jdk.management;
  requires jdk.unsupported;
  requires me.tongfei.progressbar;

  exports io.dfsnet.cli.bench;

  // picocli finds options and commands by reflection.
  opens io.dfsnet.cli to
      info.picocli;
}
