/**
 * Fetching published data sets: the only code that opens a connection by itself, and only when
 * {@code dfs data get} is called.
 */
package io.dfsnet.cli.download;
