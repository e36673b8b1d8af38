/**
 * JMH benchmarks. After {@code mvn -pl bench -am -DskipTests package} they run with
 *
 * <pre>
 * java -cp 'bench/target/dist/*' org.openjdk.jmh.Main NAME          every benchmark whose name matches
 * java -cp 'bench/target/dist/*' io.dfsnet.bench.Main -p suite=SUITE     the problems of a suite
 * </pre>
 *
 * Every benchmark checks its results before it is measured, and fails if they are wrong.
 */
package io.dfsnet.bench;
