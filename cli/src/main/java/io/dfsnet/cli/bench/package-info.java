/**
 * What is measured: problems as strings, suites of them, and workloads that compute them and check
 * themselves. {@code dfs bench}, the JMH benchmarks and the comparison with other libraries all
 * take their work from here, so that a row of one is the row of another.
 */
package io.dfsnet.cli.bench;
